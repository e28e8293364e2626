"""NT-Xent, and the loop that learns by it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from headstart.plan import StagePlan
from headstart.training.contrastive import PairLoss, PairNetwork
from headstart.training.job import TrainingJob
from headstart.training.self_supervision import learn_from_pairs

NONE = torch.empty(0)


def by_hand(scores, temperature):
    """Equation 1 of Chen and others, 2020, view by view."""
    n, size = scores.shape[0], scores.shape[1] // 2
    views = [scores[row, part * size : (part + 1) * size] for part in (0, 1) for row in range(n)]
    losses = []
    for one in range(2 * n):
        others = [other for other in range(2 * n) if other != one]
        likeness = {k: math.exp(float(views[one] @ views[k]) / temperature) for k in others}
        losses.append(-math.log(likeness[(one + n) % (2 * n)] / sum(likeness.values())))
    return [(losses[row] + losses[row + n]) / 2 for row in range(n)]


@pytest.fixture
def scores():
    random = torch.randn(5, 2, 4, generator=torch.Generator().manual_seed(0)).double()
    return functional.normalize(random, dim=2).flatten(1)


@pytest.mark.parametrize("temperature", [0.2, 1.0])
def test_the_loss_is_the_formula(scores, temperature):
    losses = PairLoss(temperature).losses(scores, NONE)
    assert losses.tolist() == pytest.approx(by_hand(scores, temperature))


def test_the_order_of_pairs_and_of_views_does_not_matter(scores):
    losses = PairLoss().losses(scores, NONE)
    order = torch.tensor([3, 0, 4, 1, 2])
    assert torch.allclose(PairLoss().losses(scores[order], NONE), losses[order])
    swapped = torch.cat(scores.chunk(2, dim=1)[::-1], dim=1)
    assert torch.allclose(PairLoss().losses(swapped, NONE), losses)


def test_equal_views_find_each_other():
    different = torch.eye(4)
    losses, found = PairLoss().judge(torch.cat([different, different], dim=1), NONE)
    assert found.tolist() == [1.0] * 4
    mixed = torch.cat([different, different.roll(1, dims=0)], dim=1)
    worse, lost = PairLoss().judge(mixed, NONE)
    assert lost.tolist() == [0.0] * 4
    assert (worse > losses).all()


class Pairs:
    """Views are a pattern of each picture under noise; the number of the pair seeds the noise."""

    def read(self, rows, views):
        patterns = np.random.default_rng(0).integers(0, 256, (40, 8 * 8 * 3))
        noises = [np.random.default_rng([int(r), int(v)]) for r, v in zip(rows, views, strict=True)]
        some = [
            patterns[row] + noise.integers(-40, 40, (2, 8 * 8 * 3))
            for row, noise in zip(rows, noises, strict=True)
        ]
        return np.stack(some).clip(0, 255).astype(np.uint8).reshape(len(rows), -1)


@pytest.fixture
def make_job(make_plan, make_head):
    from headstart.training.checkpoints import MemoryCheckpoints
    from headstart.training.loop import Learning

    def make(n_valid=8, **training):
        plan = make_plan("ttt", init="random", batch_size=16, **training)
        rows = np.arange(40)
        learning = Learning(
            Pairs(), np.zeros(40), rows[n_valid:], rows[:n_valid], PairLoss(), 0, (1, 2, 3, 4)
        )
        return TrainingJob(plan, make_head(), learning, MemoryCheckpoints(), precision="f32")

    return make


@pytest.fixture
def assembled(make_backbone):
    from headstart.backbones.assembly import Assembled

    backbone = make_backbone()
    return Assembled(backbone.pieces, backbone)


def test_it_learns_to_tell_pictures_apart(make_job, assembled):
    trained = learn_from_pairs(make_job(epochs=15), assembled)
    assert trained.history[-1].valid_loss < 0.75 * trained.history[0].valid_loss
    assert trained.history[-1].valid_score > trained.history[0].valid_score


def test_it_changes_every_stage_and_repeats_itself(make_job, make_backbone, weights_of, changed):
    from headstart.backbones.assembly import Assembled

    results = []
    for _ in range(2):
        backbone = make_backbone()
        before = weights_of(backbone.pieces)
        learn_from_pairs(make_job(epochs=2), Assembled(backbone.pieces, backbone))
        results.append(weights_of(backbone.pieces))
    assert changed(*results) == set()
    assert {name.partition(".")[0] for name in changed(before, results[0])} == {"0", "1", "2"}
    assert not any(one.requires_grad for one in backbone.parameters())


def test_without_pictures_to_judge_the_last_epoch_counts(make_job, assembled):
    trained = learn_from_pairs(make_job(n_valid=0, epochs=3), assembled)
    assert trained.kept_epochs == (3,)
    assert trained.history[-1].valid_loss is None


def test_an_interrupt_keeps_what_was_learned(make_job, assembled):
    def press(step, done, total):
        if (step, done) == ("epoch 3", 2):
            raise KeyboardInterrupt

    job = make_job(epochs=9)
    with pytest.raises(KeyboardInterrupt):
        learn_from_pairs(job, assembled, press)
    job.checkpoints.clear()
    trained = learn_from_pairs(replace(job, keeps_interrupted=True), assembled, press)
    assert trained.ended == "interrupted"
    assert trained.history[-1].epoch == 2


def test_an_interrupt_in_the_first_epoch_leaves_nothing(make_job, assembled):
    def press(step, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn_from_pairs(replace(make_job(), keeps_interrupted=True), assembled, press)


def test_projections_are_directions_of_both_views(make_backbone, make_plan):
    network = PairNetwork(make_backbone(), make_plan("ttt")).eval()
    rows = torch.from_numpy(Pairs().read(np.arange(5), np.ones(5, dtype=int)))
    projected = network(rows)
    assert projected.shape == (5, 256)
    assert torch.allclose(projected.view(5, 2, 128).norm(dim=2), torch.ones(5, 2))
    first = network(torch.cat([rows[:, :192], rows[:, :192]], dim=1))
    assert torch.allclose(first[:, :128], projected[:, :128], atol=1e-6)
    assert torch.allclose(first[:, 128:], projected[:, :128], atol=1e-6)


def test_stages_may_be_frozen(make_job, make_plan, assembled, weights_of, changed):
    job = make_job(epochs=1)
    frozen = (StagePlan("stem", mode="train"), StagePlan("middle"), StagePlan("top", mode="train"))
    plan = replace(job.plan, stages=frozen)
    before = weights_of(assembled.backbone.pieces[1])
    learn_from_pairs(replace(job, plan=plan), assembled)
    assert changed(before, weights_of(assembled.backbone.pieces[1])) == set()
