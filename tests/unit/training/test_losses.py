"""Losses against values by hand and against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from headstart.plan import TrainingPlan
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.registry import TASKS
from headstart.tasks.regression import RegressionTask
from headstart.training.linear_head import LinearHead
from headstart.training.losses import LOSSES, CrossEntropy, SquaredError, loss_for
from headstart.training.temperature import fit_temperature

CLASSES = ClassificationTask(np.array(["a", "b", "c"]))
CODES = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2])
NUMBERS = np.array([10.0, 12.0, 20.0, 38.0])
SCORES = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.5, 0.5]])


def log_softmax(scores):
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def test_every_task_has_a_loss():
    assert set(LOSSES) == set(TASKS)
    assert isinstance(loss_for(CLASSES, CODES, TrainingPlan()), CrossEntropy)
    assert isinstance(loss_for(RegressionTask(), NUMBERS, TrainingPlan()), SquaredError)


def test_weights_are_those_of_scikit_learn():
    expected = compute_class_weight("balanced", classes=np.arange(3), y=CODES)
    assert CrossEntropy.of(CLASSES, CODES, TrainingPlan()).weights == pytest.approx(expected)


def test_weights_are_one_on_average():
    weights = np.array(CrossEntropy.of(CLASSES, CODES, TrainingPlan()).weights)
    assert weights[CODES].mean() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("codes", "balance"), [(CODES, False), (np.array([0, 0, 0, 1, 1, 2, 2]), True)]
)
def test_classes_weigh_the_same(codes, balance):
    loss = CrossEntropy.of(CLASSES, codes, TrainingPlan(balance=balance))
    assert loss.weights == (1.0, 1.0, 1.0)


def test_a_class_without_samples_weighs_nothing_odd():
    loss = CrossEntropy.of(CLASSES, np.array([0, 0, 0, 2]), TrainingPlan())
    assert loss.weights == pytest.approx((2 / 3, 1.0, 2.0))


def test_cross_entropy_by_hand():
    loss = CrossEntropy((1.0, 1.0, 1.0))
    goals = torch.from_numpy(loss.goals(np.array([0, 2])))
    expected = -log_softmax(SCORES.numpy())[[0, 1], [0, 2]]
    np.testing.assert_allclose(loss.losses(SCORES, goals), expected, rtol=1e-5)


def test_weights_multiply_the_loss_of_their_class():
    plain, weighted = CrossEntropy((1.0, 1.0, 1.0)), CrossEntropy((0.5, 1.0, 3.0))
    goals = torch.from_numpy(plain.goals(np.array([0, 2])))
    ratio = weighted.losses(SCORES, goals) / plain.losses(SCORES, goals)
    assert ratio.tolist() == pytest.approx([0.5, 3.0])


def test_smoothing_by_hand():
    loss = CrossEntropy((1.0, 1.0, 1.0), smoothing=0.3)
    goals = torch.from_numpy(loss.goals(np.array([1, 1])))
    shares = log_softmax(SCORES.numpy())
    expected = -(shares @ np.array([0.1, 0.8, 0.1]))
    np.testing.assert_allclose(loss.losses(SCORES, goals), expected, rtol=1e-5)


def test_smoothing_is_torchs():
    loss = CrossEntropy((1.0, 1.0, 1.0), smoothing=0.2)
    goals = torch.from_numpy(loss.goals(np.array([1, 2])))
    expected = torch.nn.functional.cross_entropy(
        SCORES, torch.tensor([1, 2]), label_smoothing=0.2, reduction="none"
    )
    torch.testing.assert_close(loss.losses(SCORES, goals), expected)


def test_mixed_goals_are_between_the_losses_of_both():
    loss = CrossEntropy((1.0, 1.0, 1.0))
    first, second = (torch.from_numpy(loss.goals(np.array([code, code]))) for code in (0, 2))
    mixed = loss.losses(SCORES, 0.25 * first + 0.75 * second)
    between = 0.25 * loss.losses(SCORES, first) + 0.75 * loss.losses(SCORES, second)
    torch.testing.assert_close(mixed, between)


def test_held_out_classes_are_judged_by_what_calibration_leaves():
    loss = CrossEntropy((1.0, 1.0, 1.0))
    goals = torch.from_numpy(loss.goals(np.array([0, 2])))
    np.testing.assert_allclose(
        loss.judge(SCORES, goals)[0], loss.judge(3 * SCORES, goals)[0], rtol=1e-4
    )


def test_held_out_classes_are_judged_without_weights_and_smoothing():
    loss = CrossEntropy((0.5, 1.0, 3.0), smoothing=0.3)
    goals = torch.from_numpy(loss.goals(np.array([0, 2])))
    losses, hits = loss.judge(SCORES, goals)
    temperature = fit_temperature(SCORES.double().numpy(), np.array([0, 2]))
    shares = log_softmax(SCORES.double().numpy() / temperature)
    np.testing.assert_allclose(losses, -shares[[0, 1], [0, 2]], rtol=1e-5)
    assert hits.tolist() == [1.0, 0.0]


def head_of(n_outputs, temperature=1.0):
    random = np.random.default_rng(0)
    arrays = (random.normal(size=4), random.uniform(1, 2, 4), random.normal(size=(4, n_outputs)))
    return LinearHead(*arrays, random.normal(size=n_outputs), temperature)


def test_a_head_of_classes_keeps_its_scores():
    loss, head = CrossEntropy((1.0, 1.0, 1.0)), head_of(3, temperature=2.5)
    vectors = np.random.default_rng(1).normal(size=(5, 4))
    inward = loss.inward(head)
    assert inward.temperature == 1.0
    np.testing.assert_allclose(inward.scores(vectors), head.scores(vectors) / 2.5)
    assert loss.outward(inward) is inward


def test_a_class_that_the_probe_never_saw_can_be_learned():
    loss = CrossEntropy((1.0, 1.0))
    head = LinearHead(np.zeros(1), np.ones(1), np.zeros((1, 2)), np.array([0.0, -1000.0]))
    assert loss.inward(head).bias.tolist() == [0.0, -10.0]


def test_numbers_are_in_units_of_their_spread():
    loss = SquaredError.of(RegressionTask(), NUMBERS, TrainingPlan())
    goals = loss.goals(NUMBERS)
    assert goals.shape == (4, 1)
    assert goals.dtype == np.float32
    assert goals.mean() == pytest.approx(0.0, abs=1e-6)
    assert goals.std() == pytest.approx(1.0)


def test_numbers_that_are_all_the_same():
    loss = SquaredError.of(RegressionTask(), np.array([3.0, 3.0]), TrainingPlan())
    assert loss.goals(np.array([3.0, 3.0])).tolist() == [[0.0], [0.0]]


def test_squared_errors_by_hand():
    loss = SquaredError(10.0, 2.0)
    scores, goals = torch.tensor([[1.0], [0.0]]), torch.tensor([[0.5], [2.0]])
    assert loss.losses(scores, goals).tolist() == [0.25, 4.0]
    losses, merits = loss.judge(scores, goals)
    assert losses.tolist() == [0.25, 4.0]
    assert merits.tolist() == [-1.0, -4.0]


def test_inward_and_outward_are_inverse():
    loss, head = SquaredError(-40.0, 7.0), head_of(1)
    vectors = np.random.default_rng(1).normal(size=(5, 4))
    inward = loss.inward(head)
    np.testing.assert_allclose(inward.scores(vectors) * 7.0 - 40.0, head.scores(vectors))
    np.testing.assert_allclose(loss.outward(inward).scores(vectors), head.scores(vectors))
