"""Boxes as a task."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data.boxes import Boxes
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.tasks.box_prediction import BoxPrediction, FoundBox
from headstart.tasks.detection import DetectionTask

TASK = DetectionTask(("ant", "bee"))


def boxes(corners, labels, scores=None, size=(40, 30)):
    return Boxes(
        np.array(corners, dtype=float).reshape(-1, 4),
        np.array(labels, dtype=object),
        None if scores is None else np.array(scores, dtype=float),
        size,
    )


TRUTH = [boxes([[0, 0, 9, 9], [20, 0, 29, 9]], ["bee", "ant"]), boxes([], [])]
FOUND = [boxes([[0, 0, 9, 9], [20, 20, 29, 29]], ["bee", "ant"], [0.9, 0.3]), boxes([], [], [])]


def test_classes_are_those_that_occur_and_have_codes():
    task = DetectionTask.from_labels(TRUTH)
    assert task == TASK
    corners, codes = task.targets(TRUTH[0])
    assert (corners.tolist(), codes.tolist()) == (TRUTH[0].corners.tolist(), [1, 0])
    corners, codes = task.targets(TRUTH[1])
    assert (corners.shape, codes.shape) == ((0, 4), (0,))


def test_pictures_without_any_box_are_refused():
    with pytest.raises(InputError, match="None of the 1 pictures has a box"):
        DetectionTask.from_labels(TRUTH[1:])


def test_bare_pictures_are_said_to_teach_what_is_not_there():
    labels = np.empty(2, dtype=object)
    labels[:] = TRUTH
    notes = TASK.check(Dataset("image", items=[None, None], labels=labels))
    assert notes == ("1 of 2 pictures have no box: they teach what is not there.",)


def test_unknown_classes_are_named():
    cow = boxes([[0, 0, 1, 1]], ["cow"])
    assert TASK.unanswerable([*TRUTH, cow]) == {2: "its class cow does not occur in training"}
    with pytest.raises(InputError, match=r"cow does not occur in training. Classes: ant, bee"):
        TASK.targets(cow)


def test_answers_end_where_the_picture_does():
    found = TASK.boxes([[-5, 2, 50, 9], [41, 0, 50, 9]], [1, 0], [0.9, 0.8], (40, 30))
    assert found.corners.tolist() == [[0, 2, 40, 9]]
    assert (found.labels.tolist(), found.scores.tolist()) == (["bee"], [0.9])
    assert len(TASK.boxes([], [], [], (40, 30))) == 0


def test_figures_per_class_and_the_difference():
    assert {name: one.value for name, one in TASK.figures(TRUTH, FOUND, 0).items()} == {
        "ap": 0.5,
        "ap50": 0.5,
        "ap75": 0.5,
    }
    assert {name: one.value for name, one in TASK.per_class(TRUTH, FOUND, 0).items()} == {
        "ant": 0.0,
        "bee": 1.0,
    }
    none = [boxes([], [], []), boxes([], [], [])]
    assert TASK.difference(TRUTH, FOUND, none, 0).value == 0.5
    assert TASK.merit(TRUTH, FOUND) == 0.5


def test_the_threshold_is_chosen_where_f1_is_best():
    threshold = TASK.best_threshold(TRUTH, FOUND)
    assert threshold == pytest.approx(0.6)
    counts = TASK.counts(TRUTH, FOUND, threshold)
    assert (counts.hits, counts.false_alarms, counts.missed) == (1, 0, 1)


def test_a_row_holds_the_surest_box_first_and_is_rounded():
    row = TASK.answer("a.jpg", boxes([[0, 0, 1 / 3, 9]] * 2, ["ant", "bee"], [1 / 7, 0.9]))
    assert [one.label for one in row.boxes] == ["bee", "ant"]
    assert row.to_dict()["boxes"][1] == {
        "label": "ant",
        "score": 0.142857,
        **{"xmin": 0.0, "ymin": 0.0, "xmax": 0.33, "ymax": 9.0},
    }
    assert row.above(0.5).boxes == row.boxes[:1]


def test_pictures_of_one_name_stay_apart_in_the_table():
    cat = FoundBox("cat", 0.9, 0.0, 1.0, 2.0, 3.0)
    rows = [
        BoxPrediction("a.jpg", (cat,), (4, 4)),
        BoxPrediction("a.jpg", (cat, cat), (4, 4)),
        BoxPrediction("a.jpg", (), (4, 4)),
        BoxPrediction("b.jpg", reason="it is cut short"),
    ]
    table = TASK.table
    cells = [row for one in rows for row in table.rows(one)]
    written = [["" if value is None else str(value) for value in row] for row in cells]
    assert table.read(dict(zip(table.columns, row, strict=True)) for row in written) == rows
