"""Samples that carry several labels, or none."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.tasks.multi_label import MultiLabelTask, as_objects, pair_shares
from headstart.training.multi_label import BinaryCrossEntropy, MultiLabelObjective, side_by_side
from headstart.training.objective import objective_for

CELLS = ["a;b", "b", " a | c ", ";", "c"] * 8
LABELS = MultiLabelTask.read_labels(as_objects(CELLS))
TASK = MultiLabelTask.from_labels(LABELS)
TARGETS = TASK.encode(LABELS)
VECTORS = np.concatenate(
    [TARGETS * 2.0 - 1.0, np.random.default_rng(0).normal(size=(40, 2))], axis=1
)


def head():
    return objective_for(TASK, TARGETS).path(VECTORS, TARGETS).fit(10.0)


def test_cells_are_read_whatever_stands_between():
    assert LABELS[:4].tolist() == [("a", "b"), ("b",), ("a", "c"), ()]
    lists = as_objects([["b", "a"], {"c"}, [], 3, np.array(["x"])])
    read = MultiLabelTask.read_labels(lists)
    assert read.tolist() == [("a", "b"), ("c",), (), ("3",), ("x",)]


def test_codes_and_strata():
    assert TASK.class_names == ["a", "b", "c"]
    assert TARGETS[:5].tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1], [0, 0, 0], [0, 0, 1]]
    strata = [TASK.strata(one) for one in (LABELS, TARGETS)]
    for one in strata:
        assert np.bincount(one).tolist()[1:] == [8] * 5
    rare = MultiLabelTask.read_labels(as_objects(["a"] * 6 + ["b", "c"]))
    assert TASK.strata(rare).tolist()[-2:] == [0, 0]


def test_a_label_that_training_lacks_is_left_out():
    odd = MultiLabelTask.read_labels(as_objects(["a;z"]))
    assert TASK.encode(odd).tolist() == [[1, 0, 0]]
    assert TASK.unanswerable(odd) == {}


def test_what_can_be_learned_is_learned():
    outputs = TASK.outputs(head(), VECTORS)
    assert outputs.shape == (40, 6)
    np.testing.assert_allclose(outputs.reshape(40, 3, 2).sum(axis=2), 1.0)
    assert TASK.decode(outputs).tolist() == LABELS.tolist()
    figures = TASK.figures(TARGETS, outputs, seed=0)
    assert figures["exact_match"].value == figures["macro_f1"].value == 1.0
    for figure in figures.values():
        assert figure.low <= figure.value <= figure.high


def test_the_guess_is_what_a_zero_head_says():
    from headstart.training.linear_head import zero_head

    guess = TASK.guess(TARGETS)
    assert guess.tolist() == [0.6, 0.4, 0.6, 0.4, 0.6, 0.4]
    bias = zero_head(2, guess, TASK.gives_probabilities)
    np.testing.assert_allclose(TASK.outputs(bias, np.ones((1, 2)))[0], guess)


def test_better_is_above_none():
    outputs, guess = TASK.outputs(head(), VECTORS), np.tile(TASK.guess(TARGETS), (40, 1))
    assert TASK.difference(TARGETS, outputs, guess, 0).low > 0
    scores = head().scores(VECTORS)
    assert TASK.difference(TARGETS, scores, outputs, 0).value == 0.0


def test_models_that_agree_everywhere_still_get_a_width():
    outputs = TASK.outputs(head(), VECTORS)
    same = TASK.difference(TARGETS, outputs, outputs, 0)
    assert same.value == 0.0
    assert -same.low == same.high == pytest.approx(1 - 0.025 ** (1 / 40))


def test_answers_say_how_sure():
    answer = TASK.answer("x", np.array([0.1, 0.9, 0.8, 0.2, 0.5, 0.5]), np.array([1, 0, 1]))
    assert (answer.predicted, answer.label, answer.correct) == ("a;c", "a;c", True)
    assert answer.confidence == pytest.approx(0.9 * 0.8 * 0.5)
    assert answer.probabilities == {"a": 0.9, "b": 0.2, "c": 0.5}
    nothing = TASK.answer("y", np.array([1.0, 0.0] * 3))
    assert nothing.predicted == ";"


def test_the_manifest_holds_it():
    plain = json.loads(json.dumps(TASK.to_manifest()))
    assert MultiLabelTask.from_manifest(plain).class_names == TASK.class_names


def test_checks():
    data = Dataset("embedding", vectors=np.zeros((2, 1)), labels=as_objects([(), ()]))
    with pytest.raises(InputError, match="None of 2 samples carries a label"):
        MultiLabelTask.check(data)
    data = Dataset("embedding", vectors=np.zeros((2, 1)), labels=as_objects([("a",), ("a", "b")]))
    (note,) = MultiLabelTask.check(data)
    assert note.startswith("Every sample carries the label 'a'")


def test_a_label_that_never_changes_is_said_of_every_sample():
    targets = np.array([[1, 0], [1, 1], [1, 0], [1, 1]])
    made = MultiLabelObjective(2).path(np.array([[0.0], [1.0], [0.1], [0.9]]), targets).fit(10.0)
    shares = pair_shares(made.scores(np.array([[-9.0], [9.0]])))
    assert (shares[:, 1] > 0.99).all()
    assert shares[0, 3] < 0.5 < shares[1, 3]


def test_calibration_keeps_the_answers():
    objective = MultiLabelObjective(3)
    scores = head().scores(VECTORS)
    wrong = TARGETS.copy()
    wrong[::5] = 1 - wrong[::5]
    softer = objective.calibrated(head(), scores * 5.0, wrong)
    assert (TASK.shares(TASK.outputs(softer, VECTORS)) > 0.5).tolist() == (TARGETS == 1).tolist()
    assert np.abs(softer.scores(VECTORS)).max() < np.abs(scores).max()
    assert objective.losses(scores, TARGETS).shape == (40,)
    assert objective.merits(scores, TARGETS).tolist() == [1.0] * 40


def test_the_training_loss_is_the_mean_over_labels():
    import torch

    loss = BinaryCrossEntropy(3)
    goals = torch.from_numpy(loss.goals(TARGETS))
    nothing = torch.zeros(40, 6)
    assert torch.allclose(loss.losses(nothing, goals), torch.full((40,), np.log(2.0)).float())
    assert float(loss.losses(20.0 * (goals - 0.5), goals).max()) < 1e-3
    losses, merits = loss.judge(20.0 * (goals - 0.5), goals)
    assert losses.max() < 0.1
    assert merits.tolist() == [1.0] * 40


def test_heads_side_by_side_say_what_each_said():
    one, two = head(), objective_for(TASK, TARGETS).path(VECTORS[:, ::-1], TARGETS).fit(0.1)
    joined = side_by_side([one, two.with_temperature(3.0)])
    expected = np.concatenate([one.scores(VECTORS), two.scores(VECTORS) / 3.0], axis=1)
    np.testing.assert_allclose(joined.scores(VECTORS), expected)
