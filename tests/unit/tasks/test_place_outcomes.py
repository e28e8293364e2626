"""What came of answers gives the same figures as the answers, over any of the pictures."""

from __future__ import annotations

import numpy as np
import pytest
from tests.tiny_places import label_of, scene

from headstart.data.boxes import Boxes
from headstart.tasks.place_outcomes import OUTCOMES
from headstart.tasks.registry import PLACE_TASKS

CLASSES = ("blue", "red")
SIZE = (64, 48)


def truth_of(task, seeds):
    counts = {"detection": 2}
    found = [scene(seed, SIZE, counts.get(task, 1), CLASSES) for seed in seeds]
    return [label_of(task, SIZE, corners, names, CLASSES) for _, corners, names in found]


def answers_to(truth, seed, noise):
    """Boxes that are moved and have scores, some of them alike; masks with wrong pixels."""
    random = np.random.default_rng(seed)
    return [_near(one, random, noise) for one in truth]


def _near(one, random, noise):
    if not isinstance(one, Boxes):
        codes = one.codes().copy()
        codes[random.random(codes.shape) < noise] = 0
        return codes
    corners = np.sort(
        one.corners.reshape(-1, 2, 2) + random.normal(0, 30 * noise, (len(one), 2, 2)), 1
    )
    scores = random.integers(1, 5, len(one)) / 5
    return Boxes(corners.reshape(-1, 4), one.labels, scores, one.size)


@pytest.fixture(params=PLACE_TASKS)
def case(request):
    truth = truth_of(request.param, range(12))
    task = PLACE_TASKS[request.param].from_labels(truth)
    return task, truth, answers_to(truth, 1, 0.1), answers_to(truth, 2, 0.4)


def test_every_task_has_outcomes():
    assert set(OUTCOMES) == set(PLACE_TASKS)


def test_the_difference_is_that_of_the_answers(case):
    task, truth, own, rival = case
    kind = OUTCOMES[task.name]
    one, other = kind.of(task, truth, own), kind.of(task, truth, rival)
    assert len(one) == 12
    assert one.can_be_measured
    expected = task.difference(truth, own, rival, 3)
    assert expected.value > 0.05
    assert one.difference(other, 3) == expected


def test_they_come_back_from_arrays_whole(case):
    task, truth, own, rival = case
    kind = OUTCOMES[task.name]
    one, other = kind.of(task, truth, own), kind.of(task, truth, rival)
    again = kind.from_arrays(task, one.to_arrays())
    assert len(again) == len(one)
    assert again.difference(other, 0) == one.difference(other, 0)
    assert again.difference(one, 0).value == 0


def test_some_pictures_in_another_order_are_those_pictures(case):
    task, truth, own, rival = case
    kind, rows = OUTCOMES[task.name], [7, 2, 11, 0, 5, 9, 3]
    taken = [kind.of(task, truth, some).take(rows) for some in (own, rival)]
    alone = [
        kind.of(task, [truth[row] for row in rows], [some[row] for row in rows])
        for some in (own, rival)
    ]
    assert taken[0].difference(taken[1], 0) == alone[0].difference(alone[1], 0)
    for one, other in zip(taken, alone, strict=True):
        arrays = other.to_arrays()
        assert all(np.array_equal(one.to_arrays()[name], arrays[name]) for name in arrays)


def test_pictures_without_a_box_cannot_be_measured():
    truth = [*truth_of("detection", range(3)), Boxes.of([], [], SIZE)]
    task = PLACE_TASKS["detection"].from_labels(truth)
    outcomes = OUTCOMES["detection"].of(task, truth, answers_to(truth, 0, 0.1))
    assert not outcomes.take([3]).can_be_measured
    assert outcomes.take([3, 0]).can_be_measured
