"""Whether a model with transfer is worth keeping, and whether its source is worth a try."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.advice.hopeless import hopeless
from headstart.advice.transfer_choice import is_clearly_worse
from headstart.errors import InputError


def test_a_tie_is_no_reason_to_leave_what_was_asked_for():
    same = np.array([True, False] * 20)
    assert not is_clearly_worse(same, same)


@pytest.mark.parametrize(("lost", "is_worse"), [(1, False), (2, True), (10, True)])
def test_worse_is_more_than_a_standard_error(lost, is_worse):
    # One of n lost is exactly as large as its standard error.
    without = np.ones(40)
    assert is_clearly_worse(np.where(np.arange(40) < lost, 0.0, without), without) is is_worse


def test_worse_in_merits_that_are_errors_with_a_minus():
    assert is_clearly_worse([-3.0, -4.0, -3.5], [-1.0, -1.0, -1.0])
    assert not is_clearly_worse([-1.0, -1.0, -1.0], [-3.0, -4.0, -3.5])


@pytest.mark.parametrize("merits", [[], [0.0]])
def test_one_sample_shows_nothing(merits):
    assert not is_clearly_worse(merits, [1.0] * len(merits))


def test_merits_of_other_samples_are_refused():
    with pytest.raises(InputError, match=r"have shapes \(2,\) and \(3,\); both must be"):
        is_clearly_worse([0.0, 1.0], [0.0, 1.0, 1.0])


def test_vectors_that_tell_something_are_not_hopeless():
    random = np.random.default_rng(0)
    losses = random.uniform(0.2, 0.7, 60)
    assert hopeless(losses, np.full(60, 0.69), "a") is None


@pytest.mark.parametrize(
    ("shift", "word"), [(0.0, "not measurably better than"), (0.3, "worse than")]
)
def test_vectors_that_tell_nothing_are_named_with_the_reason(shift, word):
    losses = np.random.default_rng(0).uniform(0.4, 0.98, 60) + shift
    said = hopeless(losses, np.full(60, 0.69), "tiny/net")
    assert said.startswith(
        "Nothing shows that what 'tiny/net' computes tells these labels apart: on 60 held"
    )
    assert word in said


def test_noise_is_called_hopeless_nearly_always():
    random = np.random.default_rng(0)
    said = [hopeless(random.uniform(0.4, 0.98, 60), np.full(60, 0.69), "a") for _ in range(100)]
    assert sum(one is None for one in said) <= 6
