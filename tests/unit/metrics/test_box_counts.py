"""What is found, missed and made up from a score on."""

from types import SimpleNamespace

import numpy as np
import pytest

from headstart.metrics.box_counts import BoxCounts, best_threshold, box_counts
from headstart.metrics.box_matches import match_boxes


def boxes(places, scores=None):
    """Squares far from each other, one a number."""
    corners = np.array([[100.0 * at, 0, 100.0 * at + 9, 9] for at in places]).reshape(-1, 4)
    return SimpleNamespace(corners=corners, labels=["ant"] * len(corners), scores=scores)


def matched(truth, places, scores):
    return match_boxes([boxes(truth)], [boxes(places, scores)], ["ant"])


def test_counts_at_a_threshold():
    matches = matched([0, 1, 2], [0, 1, 7, 2], [0.9, 0.8, 0.7, 0.2])
    assert box_counts(matches, 0.7) == BoxCounts(hits=2, false_alarms=1, missed=1)
    assert box_counts(matches, 0.95) == BoxCounts(hits=0, false_alarms=0, missed=3)


def test_nothing_at_all_is_zero_and_no_division_by_it():
    none = BoxCounts(0, 0, 0)
    assert (none.precision, none.recall, none.f1) == (0, 0, 0)


def test_the_best_threshold_lies_between_right_and_wrong():
    matches = matched([0, 1], [0, 1, 7, 8], [0.9, 0.8, 0.3, 0.2])
    assert best_threshold(matches) == pytest.approx(0.55)
    assert box_counts(matches, best_threshold(matches)).f1 == 1.0


def test_equal_scores_are_kept_together():
    matches = matched([0], [0, 7, 8], [0.5, 0.5, 0.1])
    assert best_threshold(matches) == pytest.approx(0.3)
    assert best_threshold(matched([0], [0], [0.6])) == pytest.approx(0.3)


@pytest.mark.parametrize(("places", "scores"), [([], []), ([7], [0.9])])
def test_where_nothing_is_found_it_is_the_middle(places, scores):
    assert best_threshold(matched([0], places, scores)) == 0.5


@pytest.mark.parametrize("seed", range(5))
def test_no_other_threshold_is_better(seed):
    random = np.random.default_rng(seed)
    matches = matched(range(8), random.permutation(16), random.random(16))
    best = box_counts(matches, best_threshold(matches)).f1
    assert best == max(box_counts(matches, cut).f1 for cut in np.linspace(0, 1, 501))
