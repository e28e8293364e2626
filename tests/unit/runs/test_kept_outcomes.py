"""What a run keeps of its test pictures tells which of them another run was tested on too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.place_runs import TASKS, read_scenes
from tests.tiny_places import scenes

import headstart
from headstart.data.boxes import Boxes
from headstart.data.object_arrays import as_objects
from headstart.runs.kept_outcomes import (
    KEPT_OUTCOMES,
    keep_outcomes,
    outcomes_from_bytes,
    outcomes_to_bytes,
    paired_difference,
)
from headstart.runs.place_model import answers_of
from headstart.tasks.detection import DetectionTask

TASK = DetectionTask(("red",))


def kept_of(dataset, shift=0.0):
    answers = [
        Boxes(one.corners + shift, one.labels, np.ones(len(one)), one.size)
        for one in dataset.labels
    ]
    return keep_outcomes(TASK, dataset, answers)


@pytest.mark.parametrize("task", TASKS)
def test_a_run_keeps_what_its_figures_stand_on(place_runs, task):
    run = place_runs[task]
    assert (run / KEPT_OUTCOMES).is_file()
    model = headstart.load(run)
    test = read_scenes(task, run.parent / f"{task}-data").take(range(8, 12))
    answers, failures = answers_of(model, test.items)
    assert not failures
    again = keep_outcomes(model.task, test, answers)
    assert model.outcomes.pictures == again.pictures
    shared, figure = paired_difference(again, model.outcomes, 0)
    assert (shared, figure.value) == (4, 0.0)


def test_pictures_are_known_by_content_whatever_their_order_and_name():
    one, other = scenes("detection", range(8)), scenes("detection", [5, 3, 1, 9])
    shared, figure = paired_difference(kept_of(one), kept_of(other, shift=40.0), 0)
    assert (shared, figure.value) == (3, 1.0)


def test_a_picture_that_is_annotated_otherwise_is_another():
    one = scenes("detection", range(4))
    moved = [replace(box, corners=box.corners + 1) for box in one.labels[:3]]
    other = replace(one, labels=as_objects([*moved, one.labels[3]]))
    shared, _ = paired_difference(kept_of(one), kept_of(other), 0)
    assert shared == 1


def test_the_order_of_the_boxes_of_a_picture_is_no_matter():
    one = scenes("detection", range(3), counts=[2, 2, 2])
    turned = replace(one, labels=as_objects([box.take([1, 0]) for box in one.labels]))
    assert kept_of(one).pictures == kept_of(turned).pictures


def test_a_picture_that_stands_twice_counts_twice():
    twice = scenes("detection", [1, 2, 1])
    assert paired_difference(kept_of(twice), kept_of(twice), 0)[0] == 3
    assert paired_difference(kept_of(twice), kept_of(scenes("detection", [1, 2])), 0)[0] == 2


def test_nothing_shared_and_nothing_to_be_found_are_none():
    assert (
        paired_difference(kept_of(scenes("detection", [1])), kept_of(scenes("detection", [2])), 0)
        is None
    )
    bare = scenes("detection", [1, 2], counts=[0, 1])
    other = scenes("detection", [1, 3], counts=[0, 1])
    assert paired_difference(kept_of(bare), kept_of(other), 0) is None


def test_what_is_written_comes_back():
    kept = kept_of(scenes("detection", range(4)), shift=3.0)
    again = outcomes_from_bytes(outcomes_to_bytes(kept), TASK)
    assert again.pictures == kept.pictures
    assert paired_difference(kept, again, 0)[1].value == 0.0
