"""The masked, weighted sum of several targets' losses, and the network that it trains."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from tests.unit.training.conftest import N_FEATURES, SIZES, ArrayStates, build_backbone, build_plan

from headstart.training.linear_head import LinearHead
from headstart.training.losses import CrossEntropy, SquaredError
from headstart.training.multi_label import BinaryCrossEntropy, side_by_side
from headstart.training.several_heads import SeveralHeads, SeveralHeadsNetwork
from headstart.training.several_losses import (
    SeveralLosses,
    TargetLoss,
    columns_of,
    with_log_variances,
)

N = 24
#: Which samples have which target: all, every other, two thirds.
ROWS = (np.arange(N), np.arange(0, N, 2), np.flatnonzero(np.arange(N) % 3))
CODES = np.arange(N) % 2
NUMBERS = 100.0 + 10.0 * CODES[ROWS[1]] + np.arange(12)
TAGS = np.stack([CODES, 1 - CODES], axis=1)[ROWS[2]]
TARGETS = (CODES, NUMBERS, TAGS)


def losses_of(weights=(None, None, None)):
    parts = (
        TargetLoss(CrossEntropy((1.0, 1.0)), 2, weights[0]),
        TargetLoss(SquaredError(float(NUMBERS.mean()), float(NUMBERS.std())), 1, weights[1]),
        TargetLoss(BinaryCrossEntropy(2), 4, weights[2]),
    )
    return SeveralLosses(parts)


def goals_of(loss):
    return torch.from_numpy(loss.goals_of(N, ROWS, TARGETS))


def random_scores(loss, seed=0):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn((N, loss.n_outputs + 3), generator=generator)
    scores[:, loss.n_outputs :] = torch.tensor([0.5, -0.5, 0.0])
    return scores.requires_grad_()


def test_columns_stand_in_turn():
    loss = losses_of()
    assert loss.n_outputs == 7
    assert loss.columns == (slice(0, 2), slice(2, 3), slice(3, 7))
    goals = goals_of(loss)
    assert goals.shape == (N, 10)
    assert goals[:, 7:].sum(dim=0).tolist() == [24.0, 12.0, 16.0]
    assert goals[1, 2] == 0.0  # sample 1 has no number


@pytest.mark.parametrize("weights", [(None, None, None), (1.0, 2.0, 0.5)])
def test_a_missing_target_pulls_at_nothing(weights):
    loss = losses_of(weights)
    scores, goals = random_scores(loss), goals_of(loss)
    loss.losses(scores, goals).sum().backward()
    for place, columns in enumerate(loss.columns):
        gone = goals[:, loss.n_outputs + place] == 0.0
        assert (scores.grad[gone][:, columns] == 0.0).all()
        assert (scores.grad[~gone][:, columns] != 0.0).any(dim=1).all()
        variance = scores.grad[:, loss.n_outputs + place]
        assert (variance[gone] == 0.0).all()
        assert bool((variance[~gone] != 0.0).all()) == (weights[place] is None)


def test_what_a_missing_target_would_be_changes_nothing():
    loss = losses_of()
    scores, goals = random_scores(loss).detach(), goals_of(loss)
    changed = goals.clone()
    changed[1::2, 2] = 1e6
    assert torch.equal(loss.losses(scores, goals), loss.losses(scores, changed))


def test_learned_weights_are_those_of_the_paper():
    loss = losses_of()
    scores, goals = random_scores(loss).detach(), goals_of(loss)
    single = [
        part.loss.losses(scores[:1, columns], goals[:1, columns])
        for part, columns in zip(loss.parts, loss.columns, strict=True)
    ]
    expected = math.exp(-0.5) * single[0] + 0.25 + 0.5 * math.exp(0.5) * single[1] - 0.25
    assert float(loss.losses(scores, goals)[0]) == pytest.approx(float(expected) / 3, rel=1e-5)


def test_a_log_variance_is_best_where_it_starts():
    loss = losses_of()
    starts = loss.log_variances([0.4, 2.0, None])
    assert starts[0] == pytest.approx(math.log(0.8))
    assert starts[1] == pytest.approx(math.log(2.0))
    for mean, half, start in ((0.4, 1.0, starts[0]), (2.0, 0.5, starts[1])):

        def whole(s, mean=mean, half=half):
            return half * math.exp(-s) * mean + 0.5 * s

        assert whole(start) < min(whole(start - 0.1), whole(start + 0.1))


def test_fixed_weights_multiply():
    scores, goals = random_scores(losses_of()).detach(), goals_of(losses_of())
    one, two = (losses_of((weight, 0.0, 0.0)).losses(scores, goals) for weight in (1.0, 2.0))
    assert torch.allclose(2.0 * one, two)
    assert float(losses_of((0.0, 0.0, 0.0)).losses(scores, goals).abs().max()) == 0.0


def test_a_mixture_with_a_missing_target_has_none():
    loss = losses_of()
    goals = torch.lerp(goals_of(loss), goals_of(loss).roll(1, dims=0), 0.4)
    scores = random_scores(loss)
    loss.losses(scores, goals).sum().backward()
    assert (scores.grad[:, 2] == 0.0).all()  # of two neighbours only one has the number


def test_judgement_is_a_mean_over_targets():
    loss = losses_of()
    scores, goals = random_scores(loss).detach(), goals_of(loss)
    found = loss.judge(scores, goals)
    means = []
    for part, columns, rows in zip(loss.parts, loss.columns, ROWS, strict=True):
        means.append(
            [
                one.mean()
                for one in part.loss.judge(scores[rows][:, columns], goals[rows][:, columns])
            ]
        )
    assert found[0].mean() == pytest.approx(np.mean([one[0] for one in means]))
    assert found[1].mean() == pytest.approx(np.mean([one[1] for one in means]))


def test_a_target_that_nobody_was_held_back_of_is_not_judged():
    loss = losses_of()
    scores, goals = random_scores(loss).detach()[1:2], goals_of(loss)[1:2]
    losses, _ = loss.judge(scores, goals)
    assert losses.shape == (1,)
    assert np.isfinite(losses).all()


def start_head(seed=0):
    random = np.random.default_rng(seed)

    def head(n_outputs, shift=0.0):
        weights = random.normal(0.0, 0.1, (N_FEATURES, n_outputs))
        return LinearHead(
            np.zeros(N_FEATURES), np.ones(N_FEATURES), weights, np.full(n_outputs, shift)
        )

    return with_log_variances(
        side_by_side([head(2), head(1, NUMBERS.mean()), head(4)]), np.array([0.1, 0.2, 0.3])
    )


def test_heads_go_inward_and_come_back():
    loss, head = losses_of(), start_head()
    inward = loss.inward(head)
    vectors = np.random.default_rng(1).normal(size=(5, N_FEATURES))
    assert abs(inward.scores(vectors)[:, 2]).max() < 5.0 < abs(head.scores(vectors)[:, 2]).min()
    np.testing.assert_allclose(loss.outward(inward).scores(vectors), head.scores(vectors))
    assert inward.bias[7:].tolist() == [0.1, 0.2, 0.3]


def test_the_network_says_its_log_variances_behind_the_scores():
    plan = build_plan("ftt")
    network = SeveralHeads(3)(build_backbone(), plan, losses_of().inward(start_head()))
    assert isinstance(network, SeveralHeadsNetwork)
    states = torch.zeros((2, SIZES[1]), dtype=torch.float16)
    scores = network(states)
    assert scores.shape == (2, 10)
    assert scores[:, 7:].tolist() == [pytest.approx([0.1, 0.2, 0.3])] * 2
    np.testing.assert_allclose(network.head.to_linear_head().bias[7:], [0.1, 0.2, 0.3], rtol=1e-6)


def trained(weights=(None, None, None), modes="ftt", rows=ROWS, targets=TARGETS, **training):
    from lightning_fabric import Fabric

    from headstart.backbones.assembly import Assembled
    from headstart.progress import silent
    from headstart.training.checkpoints import MemoryCheckpoints
    from headstart.training.job import TrainingJob, run
    from headstart.training.loop import Learning

    values = {"epochs": 40, "batch_size": N, "learning_rate": 0.02, "views": ("original",)}
    plan = build_plan(modes, **{**values, **training})
    loss, random = losses_of(weights), np.random.default_rng(11)
    pattern = np.sign(random.normal(size=SIZES[plan.cut]))
    states = 0.3 * random.normal(size=(1, N, SIZES[plan.cut]))
    states = states + 0.7 * np.where(CODES, 1.0, -1.0)[None, :, None] * pattern
    goals = loss.goals_of(N, rows, targets)
    train, valid = np.arange(N - 6), np.arange(N - 6, N)
    learning = Learning(ArrayStates(states.astype(np.float16)), goals, train, valid, loss)
    network = SeveralHeads(3)
    job = TrainingJob(plan, start_head(), learning, MemoryCheckpoints(), network=network)
    backbone = build_backbone()
    before = {
        stage.name: {name: one.clone() for name, one in stage.module.state_dict().items()}
        for stage in backbone.stages
    }
    whole = torch.nn.ModuleList([stage.module for stage in backbone.stages])
    outcome = run(Fabric(accelerator="cpu", devices=1), job, Assembled(whole, backbone), silent)
    after = {stage.name: stage.module.state_dict() for stage in backbone.stages}
    return outcome, before, after


def test_one_batch_is_learned_by_heart_for_every_target():
    outcome, before, after = trained()
    first, last = outcome.trained.history[1], outcome.trained.history[-1]
    assert last.train_loss < first.train_loss - 0.3
    scores = outcome.scores
    assert scores.shape == (6, 10)
    assert scores[:, :2].argmax(axis=1).tolist() == CODES[18:].tolist()
    known = np.isin(np.arange(18, N), ROWS[1])
    near = abs(scores[known, 2] - NUMBERS[-3:])
    assert near.max() < 12.0  # in the units of the target, whose spread is about 6
    frozen = [name for name in before if name == "stem"]
    assert frozen
    for name in frozen:
        for key, one in before[name].items():
            assert torch.equal(one, after[name][key]), key
    assert any(not torch.equal(one, after["top"][key]) for key, one in before["top"].items())


def test_log_variances_are_learned_and_kept_apart():
    outcome, *_ = trained()
    learned = outcome.head.bias[7:]
    assert (abs(learned - [0.1, 0.2, 0.3]) > 0.05).all()
    np.testing.assert_allclose(outcome.scores[:, 7:], np.tile(learned, (6, 1)), rtol=1e-5)
    fixed, *_ = trained((1.0, 1.0, 1.0), epochs=2)
    np.testing.assert_allclose(fixed.head.bias[7:], [0.1, 0.2, 0.3], rtol=1e-6)


def test_the_numbers_of_a_target_that_nobody_has_do_not_matter():
    nobody = (ROWS[0], np.arange(0), ROWS[2])
    one, *_ = trained(rows=nobody, targets=(CODES, np.empty(0), TAGS), epochs=3)
    columns = columns_of(one.head, slice(2, 3))
    before = columns_of(start_head(), slice(2, 3))
    decay = 0.99  # weight decay alone may shrink it
    assert (abs(columns.weights) <= abs(before.weights) + 1e-4).all()
    assert (abs(columns.weights) >= decay * abs(before.weights) - 1e-4).all()
