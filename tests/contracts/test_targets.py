"""What every kind of target keeps beside others; the cases come from the registry."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.plan import TrainingPlan
from headstart.report.target_cells import MAIN
from headstart.tasks.multi_label import as_objects
from headstart.tasks.targets import KINDS, kind_of, plain_labels
from headstart.training.losses import loss_for
from headstart.training.objective import objective_for
from headstart.training.several_losses import SeveralLosses, TargetLoss

#: Cells of each kind, of 12 samples.
CELLS = {
    "classification": ["a", "b", "c"] * 4,
    "regression": [number + 0.5 for number in range(12)],
    "multi-label": ["a;b", "b", ";", "c|a"] * 3,
}
VECTORS = np.random.default_rng(0).normal(size=(12, 3))


def labels_of(kind):
    cells = CELLS[kind]
    plain = as_objects(cells) if kind == "multi-label" else plain_labels(cells)
    return KINDS[kind].read_labels(plain)


def task_of(kind):
    return KINDS[kind].from_labels(labels_of(kind))


def test_every_kind_has_its_part_everywhere():
    assert len(KINDS) >= 3
    assert set(CELLS) == set(MAIN) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_seen_from_its_cells(kind):
    assert kind_of(CELLS[kind], "x") == kind


@pytest.mark.parametrize("kind", KINDS)
def test_figures_hold_what_is_shown_first_and_the_difference_to_itself_is_none(kind):
    task = task_of(kind)
    targets = task.encode(labels_of(kind))
    head = objective_for(task, targets).path(VECTORS, targets).fit(10.0)
    outputs = task.outputs(head, VECTORS)
    assert outputs.shape == (12, task.n_outputs)
    assert MAIN[kind] in task.figures(targets, outputs, 0)
    same = task.difference(targets, outputs, outputs, 0)
    assert same.low <= same.value == 0 <= same.high


@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_recalled_as_they_were_given(kind):
    task = task_of(kind)
    targets = task.encode(labels_of(kind))
    head = objective_for(task, targets).path(VECTORS, targets).fit(10.0)
    outputs = task.outputs(head, VECTORS)
    answers = [task.answer("x", *pair) for pair in zip(outputs, targets, strict=True)]
    recalled, said = task.recalled(answers)
    assert recalled.tolist() == targets.tolist()
    assert said == pytest.approx(outputs)
    assert task.recalled([])[1].shape == (0, task.n_outputs)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_judged_as_outputs_are(kind):
    """Samples held out are compared by scores, those of the test by outputs."""
    task = task_of(kind)
    targets = task.encode(labels_of(kind))
    path = objective_for(task, targets).path(VECTORS, targets)
    heads = [path.fit(penalty) for penalty in (0.01, 100.0)]
    by_scores = task.difference(targets, *(one.scores(VECTORS) for one in heads), 0)
    by_outputs = task.difference(targets, *(task.outputs(one, VECTORS) for one in heads), 0)
    assert by_scores == by_outputs


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_gaps_of_one_pull_at_nothing_beside_any_other(kind, other):
    import torch

    parts, rows, encoded = [], [np.arange(6), np.arange(3, 12)], []
    for name, some in zip((kind, other), rows, strict=True):
        task = task_of(name)
        targets = task.encode(labels_of(name))[some]
        encoded.append(targets)
        parts.append(TargetLoss(loss_for(task, targets, TrainingPlan()), task.n_outputs))
    loss = SeveralLosses(tuple(parts))
    goals = torch.from_numpy(loss.goals_of(12, rows, encoded))
    scores = torch.randn((12, goals.shape[1]), requires_grad=True)
    loss.losses(scores, goals).sum().backward()
    for columns, some in zip(loss.columns, rows, strict=True):
        there = np.isin(np.arange(12), some)
        assert (scores.grad[~there, columns] == 0.0).all()
        assert (scores.grad[there, columns] != 0.0).any(dim=1).all()
