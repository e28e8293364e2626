"""What every task that says where something is keeps; the cases come from the registry."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from headstart.data.boxes import Boxes
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.evaluation.place_baselines import UsualMask, place_baselines
from headstart.evaluation.result import Result
from headstart.tasks.registry import PLACE_TASKS, TASKS

SIZE = (40, 30)


def some_boxes(random, count):
    corners = random.uniform(0, 20, (count, 4))
    corners[:, 2:] = corners[:, :2] + random.uniform(3, 10, (count, 2))
    return Boxes(corners, random.choice(["ant", "bee"], count).astype(object), None, SIZE)


def some_mask(random):
    return UsualMask(random.choice(3, (5, 4)).astype(np.uint8), SIZE)


def labels_for(name, n_pictures=12):
    random = np.random.default_rng(0)
    makers = {
        "detection": lambda: some_boxes(random, random.integers(0, 4)),
        "localisation": lambda: some_boxes(random, 1),
        "segmentation": lambda: some_mask(random),
    }
    return [makers[name]() for _ in range(n_pictures)]


def perfect(labels):
    if not isinstance(labels[0], Boxes):
        return [one.codes() for one in labels]
    return [Boxes(one.corners, one.labels, np.ones(len(one)), one.size) for one in labels]


def nothing(labels):
    """Answers that say as little as can be."""
    if not isinstance(labels[0], Boxes):
        return [np.zeros_like(one.codes()) for one in labels]
    none = np.empty(0)
    return [Boxes(np.empty((0, 4)), none.astype(object), none, one.size) for one in labels]


@pytest.fixture(params=PLACE_TASKS)
def task(request):
    return PLACE_TASKS[request.param].from_labels(labels_for(request.param))


@pytest.fixture
def truth(task):
    return labels_for(task.name)


def test_names_belong_to_one_task_alone():
    assert not set(PLACE_TASKS) & set(TASKS)
    assert all(name == task.name for name, task in PLACE_TASKS.items())


def test_labels_that_it_takes_pass_its_check(task, truth):
    labels = np.empty(len(truth), dtype=object)
    labels[:] = truth
    notes = task.check(Dataset("image", items=[None] * len(truth), labels=labels))
    assert all(note.endswith(".") for note in notes)
    assert task.unanswerable(truth) == {}


@pytest.mark.parametrize("labels", [None, np.array([], dtype=object)])
def test_a_data_set_without_labels_is_refused(task, labels):
    with pytest.raises(InputError, match=r"no (boxes|masks) to learn from"):
        task.check(Dataset("image", labels=labels))


def test_the_manifest_holds_it(task):
    again = type(task).from_manifest(json.loads(json.dumps(task.to_manifest())))
    assert again == task
    assert again.n_outputs == task.n_outputs


def test_perfect_answers_are_perfect_and_better_than_any_rule(task, truth):
    answers = perfect(truth)
    for one in task.figures(truth, answers, seed=0).values():
        assert one.value == one.high == 1.0
        assert 0.5 < one.low < 1
    assert task.merit(truth, answers) == 1.0
    for rule in place_baselines(task, truth, truth):
        assert rule.train_merit < 1
        assert task.difference(truth, answers, rule.answers, seed=0).low > 0


def test_no_answer_is_measured(task, truth):
    figures = task.figures(truth, nothing(truth), seed=0)
    assert figures[task.metric].value == task.merit(truth, nothing(truth))
    for one in figures.values():
        assert 0 <= one.low <= one.value <= one.high <= 1
        assert one.low < one.high


def test_one_picture_has_the_widest_interval(task):
    single = [next(one for one in labels_for(task.name) if not hasattr(one, "corners") or len(one))]
    for one in task.figures(single, perfect(single), seed=0).values():
        assert one.value == 1
        assert one.low < 0.25


def test_the_order_of_the_pictures_changes_nothing(task, truth):
    rule = place_baselines(task, truth, truth)[0]
    random = np.random.default_rng(1)
    answers = list(rule.answers)
    if task.name == "detection":  # COCO lets the order decide among equal scores
        answers = [
            Boxes(one.corners, one.labels, random.random(len(one)), one.size) for one in answers
        ]
    order = random.permutation(len(truth))
    before = task.figures(truth, answers, seed=0)
    after = task.figures([truth[row] for row in order], [answers[row] for row in order], seed=0)
    for name, one in before.items():
        again = after[name]
        assert [again.value, again.low, again.high] == pytest.approx([one.value, one.low, one.high])


def test_the_difference_to_itself_is_none(task, truth):
    answers = place_baselines(task, truth, truth)[0].answers
    same = task.difference(truth, answers, answers, seed=0)
    assert same.low <= same.value == 0 <= same.high


def test_rules_see_of_the_test_pictures_the_size_alone(task, truth):
    rules = place_baselines(task, truth[:8], truth[8:])
    assert [rule.train_merit for rule in rules] == sorted(
        (rule.train_merit for rule in rules), reverse=True
    )
    for rule in rules:
        assert len(rule.answers) == 4
        assert all(one.size == SIZE for one in rule.answers)
        assert len({str(task.answer("a.jpg", one)) for one in rule.answers}) == 1


def test_answers_stand_in_the_table_and_come_back(task, truth):
    names = [f"{row}.jpg" for row in range(len(truth))]
    rows = [task.answer(*pair) for pair in zip(names, perfect(truth), strict=True)]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(task.table.columns)
    writer.writerows(cells for row in rows for cells in task.table.rows(row))
    file.seek(0)
    assert task.table.read(csv.DictReader(file)) == rows
    assert json.loads(json.dumps([row.to_dict() for row in rows]))[0]["input"] == "0.jpg"


def test_details_are_fields_of_the_result(task, truth):
    details = task.details(truth, perfect(truth), seed=0)
    figures = task.figures(truth, perfect(truth), seed=0)
    result = Result(task.name, "image", (), 1, 1, "x", {}, figures, (), **details)
    assert Result.from_dict(json.loads(json.dumps(result.to_dict()))) == result
    assert set(result.per_class) <= set(task.class_names)


def test_the_two_sides_need_the_same_pictures(task, truth):
    with pytest.raises(InputError, match=r"There are 12 .*11.*(same order|one of both)"):
        task.figures(truth, perfect(truth)[:11], seed=0)
