"""What to label next."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.advice.next_labels import next_labels
from headstart.errors import InputError


def clusters():
    """Three groups of twenty: sure ones, doubtful ones here, and doubtful ones there."""
    rng = np.random.default_rng(0)
    centres = np.repeat([[10.0, 0.0], [0.0, 10.0], [-10.0, -10.0]], 20, axis=0)
    shares = np.repeat([[1.0, 0.0], [0.5, 0.5], [0.55, 0.45]], 20, axis=0)
    return centres + rng.normal(size=(60, 2)) / 10, shares


def test_doubtful_samples_of_both_groups_are_chosen_and_no_sure_one():
    vectors, shares = clusters()
    for seed in range(5):
        chosen = next_labels(vectors, 8, shares, seed)
        assert (chosen >= 20).all()
        assert {int(row) // 20 for row in chosen[:3]} == {1, 2}


def test_copies_of_one_sample_are_not_chosen_twice():
    rng = np.random.default_rng(0)
    vectors = np.vstack([np.tile(rng.normal(size=4), (30, 1)), rng.normal(size=(5, 4))])
    chosen = next_labels(vectors, 6, np.full((35, 2), 0.5))
    assert sum(row < 30 for row in chosen) == 1


def test_what_is_left_is_chosen_when_nothing_is_apart():
    chosen = next_labels(np.ones((4, 2)), 3, np.array([[0.5, 0.5], [0.9, 0.1], [0.6, 0.4], [1, 0]]))
    assert chosen.tolist() == [0, 2, 1]


def test_without_probabilities_the_choice_is_diverse():
    vectors, _ = clusters()
    for seed in range(5):
        assert {int(row) // 20 for row in next_labels(vectors, 3, seed=seed)} == {0, 1, 2}


def test_no_more_than_there_are():
    vectors, shares = clusters()
    assert sorted(next_labels(vectors, 100, shares).tolist()) == list(range(60))
    assert next_labels(np.empty((0, 3)), 5, np.empty((0, 2))).shape == (0,)


def test_the_same_seed_gives_the_same_choice():
    vectors, shares = clusters()
    one, same = (next_labels(vectors, 10, shares, seed=4).tolist() for _ in range(2))
    assert one == same
    assert any(next_labels(vectors, 10, shares, seed=seed).tolist() != one for seed in range(5))


def test_the_count_has_to_be_one_at_least():
    with pytest.raises(InputError, match="The count is 0; it must be a whole number"):
        next_labels(np.ones((3, 2)), 0)


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match=r"shapes \(3, 2\), \(4, 2\)"):
        next_labels(np.ones((3, 2)), 1, np.full((4, 2), 0.5))
