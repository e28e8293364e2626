"""Rules that look at no picture."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data.boxes import Boxes
from headstart.evaluation.place_baselines import (
    CLASS_BOXES,
    MAJORITY,
    MEAN_BOX,
    USUAL,
    UsualMask,
    place_baselines,
    usual_pixels,
)
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask


def boxes(corners, labels, size=(40, 40)):
    places = np.array(corners, dtype=float).reshape(-1, 4)
    return Boxes(places, np.array(labels, dtype=object), None, size)


def mask(rows, size=None):
    codes = np.array(rows, dtype=np.uint8)
    return UsualMask(codes, size or codes.shape[::-1])


def test_the_mean_box_follows_the_size_of_the_picture():
    train = [boxes([[0, 0, 20, 20]], ["cat"]), boxes([[40, 40, 80, 80]], ["dog"], (80, 80))]
    [rule] = place_baselines(LocalisationTask("object"), train, [boxes([], [], (20, 8))])
    assert rule.name == MEAN_BOX
    assert rule.answers[0].corners.tolist() == [[5, 2, 15, 6]]
    assert rule.answers[0].labels.tolist() == ["object"]
    assert rule.train_merit == pytest.approx(np.mean([100 / 700] * 2))


def test_each_class_has_its_mean_box_as_sure_as_the_class_is_frequent():
    train = [
        boxes([[0, 0, 10, 10], [10, 10, 20, 20]], ["ant", "ant"]),
        boxes([[0, 0, 40, 40]], ["bee"]),
        boxes([[0, 0, 40, 40]], ["bee"]),
        boxes([], []),
    ]
    [rule] = place_baselines(DetectionTask(("ant", "bee", "cow")), train, train[:1])
    [answer] = rule.answers
    assert rule.name == CLASS_BOXES
    assert answer.labels.tolist() == ["ant", "bee"]
    assert answer.corners.tolist() == [[5, 5, 15, 15], [0, 0, 40, 40]]
    assert answer.scores == pytest.approx([0.25, 0.5], abs=1e-6)
    # Both boxes of bees are found, among two false ones; none of the ants.
    assert 0.25 <= rule.train_merit <= 0.5


def test_files_sorted_by_what_they_show_do_not_make_the_rule_look_good():
    with_bee = [boxes([[0, 0, 40, 40]], ["bee"])] * 50
    [rule] = place_baselines(DetectionTask(("bee",)), [*with_bee, *[boxes([], [])] * 150], [])
    assert rule.train_merit == pytest.approx(0.25, abs=0.1)


def test_the_place_tells_more_than_the_frequency_where_pictures_are_alike():
    train = [mask([[0], [1]], (6, 40)), mask([[0], [1]], (40, 20))]
    rules = place_baselines(SegmentationTask(("sky", "road")), train, [mask([[0]], (5, 6))])
    assert [(rule.name, rule.train_merit) for rule in rules] == [(USUAL, 1.0), (MAJORITY, 0.25)]
    assert rules[0].answers[0].codes()[:, 0].tolist() == [0, 0, 0, 1, 1, 1]
    assert rules[1].answers[0].codes().tolist() == np.zeros((6, 5)).tolist()


def test_pictures_count_the_same_and_ignored_pixels_do_not():
    large, small = mask([[0]], (64, 64)), mask([[1]], (32, 32))
    counts = usual_pixels([large, small, mask([[255]], (32, 32))], 2)
    assert counts.sum(axis=(0, 1)).tolist() == pytest.approx([1.0, 1.0])


def test_where_nothing_counts_the_most_frequent_class_stands_in():
    train = [mask([[255, 1]], (64, 32))]
    usual = place_baselines(SegmentationTask(("a", "b")), train, train)[0]
    assert usual.answers[0].codes().tolist() == np.ones((32, 64)).tolist()


def test_a_picture_smaller_than_the_grid_is_covered():
    counts = usual_pixels([mask([[0, 1]], (2, 1))], 2)
    assert counts.sum() == pytest.approx(1.0)
    rules = place_baselines(SegmentationTask(("a", "b")), [mask([[0, 1]])], [mask([[0]], (1, 1))])
    assert all(rule.answers[0].codes().shape == (1, 1) for rule in rules)
