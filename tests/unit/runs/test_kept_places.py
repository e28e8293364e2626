"""Which test pictures a run of places keeps, and that they come back as they were."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headstart.data.boxes import Boxes
from headstart.data.masks import ArrayMask
from headstart.runs.kept_places import (
    KEPT_PLACES,
    keep_places,
    kept_from_json,
    kept_to_json,
)
from headstart.runs.place_saving import load_places
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.segmentation import SegmentationTask

TASK = DetectionTask(("cat", "dog"))


def boxes(*corners, labels=None, scores=None):
    names = ["cat"] * len(corners) if labels is None else labels
    return Boxes.of(corners, names, (40, 30), scores)


ONE, FAR = (0, 0, 10, 10), (20, 20, 30, 30)


def kept_names(kept):
    return [one.name for one in kept.pictures]


def test_the_worst_come_first():
    truth = [boxes(ONE), boxes(ONE), boxes(ONE), boxes()]
    found = [
        boxes(ONE, scores=[0.9]),
        boxes(FAR, scores=[0.9]),
        boxes(ONE, FAR, scores=[0.9, 0.8]),
        boxes(scores=[]),
    ]
    kept = keep_places(TASK, list("abcd"), truth, found)
    assert kept_names(kept) == ["b", "c", "d", "a"]
    assert [one.measure for one in kept.pictures] == [0.0, 0.5, 1.0, 1.0]


def test_of_many_the_worst_and_the_best_are_kept():
    truth = [boxes(ONE)] * 30
    found = [boxes((0, 0, 10, 1 + row / 4), scores=[0.9]) for row in range(30)]
    task = LocalisationTask("cat")
    kept = keep_places(task, [str(row) for row in range(30)], truth, found)
    assert kept_names(kept) == [str(row) for row in (*range(6), *range(24, 30))]
    assert kept.n_test == 30


def test_boxes_come_back_from_json():
    truth = [boxes(ONE, FAR, labels=["cat", "dog"])]
    found = [boxes((0.123, 0, 10, 10), scores=[0.75])]
    kept = keep_places(TASK, ["a"], truth, found)
    again = kept_from_json(kept_to_json(kept, TASK.class_names)).pictures[0]
    assert (again.name, again.size, again.measure) == ("a", (40, 30), 0.5)
    assert again.there.corners.tolist() == truth[0].corners.tolist()
    assert again.there.labels.tolist() == ["cat", "dog"]
    assert again.there.scores is None
    assert again.found.corners.tolist() == [[0.12, 0, 10, 10]]
    assert again.found.scores.tolist() == [0.75]


def test_masks_are_kept_small():
    codes = np.zeros((300, 640), dtype=np.uint8)
    codes[:, 320:] = 1
    codes[0:150, 0:320] = 255
    task = SegmentationTask(("sky", "road"))
    kept = keep_places(task, ["a"], [ArrayMask(codes)], [np.zeros_like(codes)])
    content = kept_to_json(kept, task.classes)
    assert len(content) < 3000
    again = kept_from_json(content).pictures[0]
    assert again.there.shape == (75, 160)
    assert np.array_equal(again.there, codes[2::4, 2::4])
    assert again.size == (640, 300)
    # Of the sky a third of what counts is found, of the road nothing.
    assert again.measure == pytest.approx((1 / 3 + 0) / 2)


@pytest.mark.parametrize("task", ["detection", "localisation", "segmentation"])
def test_a_run_keeps_them(place_runs, task):
    kept = load_places(place_runs[task]).kept
    assert len(kept.pictures) == kept.n_test == 4
    assert sorted(one.measure for one in kept.pictures) == [one.measure for one in kept.pictures]
    plain = json.loads((place_runs[task] / KEPT_PLACES).read_bytes())
    assert [one["input"] for one in plain["pictures"]] == kept_names(kept)
