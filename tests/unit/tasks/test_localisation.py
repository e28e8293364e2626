"""One box a picture as a task."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data.boxes import Boxes
from headstart.errors import InputError
from headstart.tasks.localisation import LocalisationTask

TASK = LocalisationTask("cat")


def boxes(*corners, labels=None):
    names = labels or ["cat"] * len(corners)
    return Boxes(np.array(corners, dtype=float).reshape(-1, 4), np.array(names), None, (40, 30))


def test_the_label_is_the_one_that_occurs_or_any():
    assert LocalisationTask.from_labels([boxes([0, 0, 1, 1])]) == TASK
    mixed = [boxes([0, 0, 1, 1]), boxes([0, 0, 1, 1], labels=["dog"])]
    assert LocalisationTask.from_labels(mixed).label == "object"


def test_pictures_with_several_boxes_or_none_are_named():
    several = boxes([0, 0, 1, 1], [0, 0, 2, 2])
    assert TASK.unanswerable([boxes(), boxes([0, 0, 1, 1]), several]) == {
        0: "it has no box; localisation accepts exactly one a picture",
        2: "it has 2 boxes; localisation accepts exactly one a picture",
    }
    with pytest.raises(InputError, match=r"exactly one box \(seen: 0, 2\)"):
        LocalisationTask.from_labels([boxes(), several])
    with pytest.raises(InputError, match=r"Picture 1 cannot be measured: it has 2 boxes"):
        TASK.figures([boxes([0, 0, 1, 1]), several], [boxes(), boxes()], seed=0)


def test_shares_of_the_canvas_and_back():
    corners = np.array([[10.0, 0.0, 30.0, 15.0], [0.0, 0.0, 40.0, 30.0]])
    shares = TASK.encode(corners, canvas=(30, 40))
    assert shares.tolist() == [[0.5, 0.25, 0.5, 0.5], [0.5, 0.5, 1.0, 1.0]]
    assert TASK.decode(shares, canvas=(30, 40)) == pytest.approx(corners)


def test_a_side_below_nothing_is_nothing_and_the_picture_ends_the_box():
    assert TASK.decode([0.5, 0.5, -1.0, 0.5], canvas=(8, 8)).tolist() == [4.0, 2.0, 4.0, 6.0]
    found = TASK.boxes([-3, -3, 50, 10], (40, 30))
    assert found.corners.tolist() == [[0, 0, 40, 10]]
    assert found.labels.tolist() == ["cat"]


def test_figures_and_difference():
    truth = [boxes([0, 0, 10, 10]), boxes([0, 0, 10, 10])]
    found = [boxes([0, 0, 10, 5]), boxes([0, 0, 10, 10])]
    figures = TASK.figures(truth, found, seed=0)
    assert (figures["mean_iou"].value, figures["share_iou50"].value) == (0.75, 1.0)
    nothing = [boxes(), boxes()]
    assert TASK.merit(truth, nothing) == 0.0
    assert TASK.difference(truth, found, nothing, seed=0).value == pytest.approx(0.75)
