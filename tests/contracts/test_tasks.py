"""What every task keeps; the cases come from the registry."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headstart.cli.summary import _GAINS
from headstart.data.dataset import Dataset
from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.report.sayings import SAYINGS
from headstart.tasks.registry import PLACE_TASKS, TASKS
from headstart.training.objective import OBJECTIVES, objective_for

#: Labels that each task can learn.
LABELS = {
    "classification": np.array(["a", "b", "c"] * 10),
    "regression": np.linspace(-1.0, 2.0, 30),
}
VECTORS = np.random.default_rng(0).normal(size=(30, 4))


def test_every_task_has_its_part_everywhere():
    assert len(TASKS) >= 2
    for registry in (LABELS, OBJECTIVES):
        assert set(registry) == set(TASKS)
    for registry in (SAYINGS, _GAINS):
        assert set(registry) == {*TASKS, *PLACE_TASKS}


@pytest.fixture(params=TASKS)
def task(request):
    return TASKS[request.param].from_labels(LABELS[request.param])


@pytest.fixture
def targets(task):
    return task.encode(LABELS[task.name])


@pytest.fixture
def outputs(task, targets):
    head = objective_for(task, targets).path(VECTORS, targets).fit(10.0)
    return task.outputs(head, VECTORS)


def test_labels_that_it_takes_pass_its_check(task):
    labels = task.read_labels(LABELS[task.name])
    assert task.check(Dataset("embedding", vectors=VECTORS, labels=labels)) == ()
    assert len(task.strata(labels)) == len(labels)
    assert task.unanswerable(labels) == {}


def test_the_manifest_holds_it(task, targets):
    kept = json.loads(json.dumps(task.to_manifest()))
    again = type(task).from_manifest(kept)
    assert again.n_outputs == task.n_outputs
    assert again.class_names == task.class_names
    assert again.encode(LABELS[task.name]).tolist() == targets.tolist()


def test_outputs_have_a_row_a_sample_and_are_decoded(task, targets, outputs):
    assert outputs.shape == (30, task.n_outputs)
    assert task.decode(outputs).shape == (30,)
    assert task.guess(targets).shape == (task.n_outputs,)
    assert task.decode(outputs[:0]).shape == (0,)


def test_figures_contain_their_values_and_are_put_into_words(task, targets, outputs):
    figures = task.figures(targets, outputs, seed=0)
    assert SAYINGS[task.name].metric in figures
    for figure in figures.values():
        assert figure.low <= figure.value <= figure.high


def test_the_difference_to_itself_is_none(task, targets, outputs):
    same = task.difference(targets, outputs, outputs, seed=0)
    assert same.low <= same.value == 0 <= same.high


def test_perfect_outputs_are_better_than_a_guess(task, targets):
    guess = np.tile(task.guess(targets), (30, 1))
    perfect = np.eye(task.n_outputs)[targets] if task.class_names else targets[:, None]
    assert task.difference(targets, perfect, guess, seed=0).low > 0
    objective = objective_for(task, targets)
    assert objective.merits(perfect, targets).mean() > objective.merits(guess, targets).mean()
    assert objective.losses(perfect, targets).mean() < objective.losses(guess, targets).mean()


def test_answers_stand_in_the_table_and_come_back(task, targets, outputs):
    answer = task.answer("a.jpg", outputs[0], targets[0])
    cells = ["" if value is None else str(value) for value in task.table.row(answer)]
    assert task.table.read(dict(zip(task.table.columns, cells, strict=True))) == answer


def test_details_are_fields_of_the_result(task, targets, outputs):
    details = task.details(targets, outputs)
    figures = {"x": Figure(0.0, 0.0, 0.0)}
    result = Result(task.name, "embedding", (), 1, 1, "x", {}, figures, (), **details)
    assert Result.from_dict(json.loads(json.dumps(result.to_dict()))) == result
