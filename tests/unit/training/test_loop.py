"""The training loop: it learns, repeats itself, stops, keeps the best, goes on after a break."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from headstart.errors import PlanError
from headstart.tasks.regression import RegressionTask
from headstart.training.checkpoints import DiskCheckpoints, MemoryCheckpoints
from headstart.training.loop import Trainer
from headstart.training.losses import loss_for
from headstart.training.snapshot import EpochFigures


class Lasting(MemoryCheckpoints):
    """Snapshots that nobody forgets."""

    def keep(self, epochs):
        self.asked = list(epochs)


class Interrupted:
    """A progress listener that presses Ctrl-C in the given step of an epoch."""

    def __init__(self, epoch, step=1):
        self.when = (f"epoch {epoch}", step)

    def __call__(self, name, done, total):
        if (name, done) == self.when:
            raise KeyboardInterrupt


def without_seconds(history):
    return [(one.epoch, one.train_loss, one.valid_loss, one.valid_score) for one in history]


def judged(*losses):
    return [EpochFigures(epoch, None, loss, None, 0.0) for epoch, loss in enumerate(losses)]


PLANS = {
    "train": {"modes": "ftt"},
    "from pixels": {"modes": "ttt"},
    "frozen in between": {"modes": "tft"},
    "lora": {"modes": "faa", "kind": "lora"},
    "bias": {"modes": "faa", "kind": "bias"},
    "pointwise": {"modes": "faa", "kind": "pointwise"},
    "mixup": {"modes": "ftt", "mixup": 0.4},
    "gradual": {"modes": "ttt", "starts": (2, 1, 0)},
    "random": {"modes": "ftt", "init": "random"},
    "pulled": {"modes": "ftt", "l2_sp": 1.0},
    "averaged": {"modes": "ftt", "average_last": 2},
}


@pytest.mark.parametrize("name", PLANS)
def test_it_learns(make_trainer, make_plan, name):
    trained = make_trainer(make_plan(**PLANS[name], epochs=8)).run()
    first, *_, last = trained.history
    assert first.epoch == 0
    assert first.train_loss is None
    assert [one.epoch for one in trained.history] == list(range(9))
    assert last.train_loss < trained.history[1].train_loss
    assert min(one.valid_loss for one in trained.history) < first.valid_loss


def test_it_learns_numbers(make_trainer, make_plan, make_learning, make_head):
    plan = make_plan("ftt", epochs=8)
    targets = np.where(np.arange(24) % 2, 105.0, 95.0)
    loss = loss_for(RegressionTask(), targets[:16], plan.training)
    learning = make_learning(plan, targets=targets, loss=loss)
    trained = make_trainer(plan, learning=learning, head=make_head(1)).run()
    assert min(one.valid_loss for one in trained.history) < 0.5 * trained.history[0].valid_loss
    assert trained.history[-1].valid_score > -6.0


@pytest.mark.parametrize("name", PLANS)
def test_the_same_seed_ends_in_the_same_bits(make_trainer, make_plan, weights_of, changed, name):
    plan = make_plan(**PLANS[name])
    first, second = make_trainer(plan), make_trainer(plan)
    assert without_seconds(first.run().history) == without_seconds(second.run().history)
    assert changed(weights_of(first.network), weights_of(second.network)) == set()


def test_another_seed_ends_elsewhere(make_trainer, make_plan, weights_of, changed):
    first, second = make_trainer(make_plan()), make_trainer(make_plan(), seed=1)
    first.run(), second.run()
    assert changed(weights_of(first.network), weights_of(second.network))


def test_the_programs_own_random_numbers_go_on(make_trainer, make_plan):
    trainer = make_trainer(make_plan("ftt", mixup=0.4))
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    trainer.run()
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("place", ["memory", "disk"])
@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("step", [1, 2])
def test_a_broken_training_goes_on_to_the_same_bits(
    make_trainer, make_plan, weights_of, changed, tmp_path, name, place, step
):
    plan = make_plan(**PLANS[name])
    whole = make_trainer(plan)
    expected = whole.run()
    checkpoints = MemoryCheckpoints() if place == "memory" else DiskCheckpoints(tmp_path / "c")
    with pytest.raises(KeyboardInterrupt):
        make_trainer(plan, checkpoints, progress=Interrupted(2, step)).run()
    assert checkpoints.newest().epoch == 1
    seen = []
    again = make_trainer(plan, checkpoints, progress=lambda name, *_: seen.append(name))
    found = again.run()
    assert set(seen) == {"epoch 2", "epoch 3"}
    assert without_seconds(found.history) == without_seconds(expected.history)
    assert (found.kept, found.kept_epochs) == (expected.kept, expected.kept_epochs)
    assert changed(weights_of(again.network), weights_of(whole.network)) == set()


def test_a_training_that_was_over_is_not_done_again(make_trainer, make_plan, weights_of, changed):
    checkpoints = MemoryCheckpoints()
    first = make_trainer(make_plan(), checkpoints)
    expected = first.run()
    again = make_trainer(make_plan(), checkpoints, progress=lambda *_: pytest.fail("it trains"))
    assert again.run() == expected
    assert changed(weights_of(first.network), weights_of(again.network)) == set()


def test_no_thread_reads_on_after_a_break(make_trainer, make_plan):
    import threading

    trainer = make_trainer(make_plan(), progress=Interrupted(1))
    try:
        trainer.run()
    except KeyboardInterrupt:
        names = [one.name for one in threading.enumerate()]
    assert not [name for name in names if name.startswith("states")]


@pytest.mark.parametrize(
    ("losses", "over"),
    [
        ((1.0,), False),
        ((1.0, 0.9, 0.95), False),
        ((1.0, 0.9, 0.95, 0.91), True),
        ((1.0, 1.1, 1.2), True),
        ((1.0, 0.9, 0.95, 0.8), False),
        ((None, None, None, None), False),
    ],
)
def test_patience(make_trainer, make_plan, losses, over):
    trainer = make_trainer(make_plan(epochs=50, patience=2))
    assert trainer.is_over(judged(*losses)) == over


def test_it_stops_early(make_trainer, make_plan, monkeypatch):
    trainer = make_trainer(make_plan(epochs=50, patience=2))
    judging(monkeypatch, trainer, (1.0, 0.5, 0.7, 0.6), LAST, CLEAR)
    trained = trainer.run()
    assert [one.valid_loss for one in trained.history] == [1.0, 0.5, 0.7, 0.6]
    assert (trained.kept, trained.kept_epochs) == ("epoch 1", (1,))


def judging(monkeypatch, trainer, losses, usual, best):
    """Mean losses of the epochs; then those of each sample, of what training may end with."""
    means, samples = iter(losses), iter([usual, best])
    monkeypatch.setattr(trainer, "judge", lambda: (next(means), 0.5))
    monkeypatch.setattr(trainer, "judged", lambda rows: (np.array(next(samples)), np.empty(0)))


def network_of(snapshot):
    return {
        name.removeprefix("network/"): one
        for name, one in snapshot.tensors.items()
        if name.startswith("network/")
    }


CLEAR, UNCLEAR = [0.1, 0.1, 0.2, 0.2], [0.1, 0.1, 0.2, 1.5]
LAST = [0.5, 0.5, 0.5, 0.6]


@pytest.mark.parametrize(
    ("losses", "samples", "kept", "best"),
    [
        ((1.0, 0.3, 0.5, 0.6), CLEAR, 1, 1),
        ((0.2, 0.3, 0.5, 0.6), CLEAR, 0, 0),
        ((1.0, 0.3, 0.5, 0.6), UNCLEAR, 3, 1),
    ],
)
def test_the_last_epoch_is_kept_unless_another_is_clearly_better(
    make_trainer, make_plan, monkeypatch, weights_of, changed, losses, samples, kept, best
):
    checkpoints = Lasting()
    trainer = make_trainer(make_plan(), checkpoints)
    judging(monkeypatch, trainer, losses, LAST, samples)
    trained = trainer.run()
    assert (trained.kept, trained.kept_epochs) == (f"epoch {kept}", (kept,))
    assert changed(weights_of(trainer.network), network_of(checkpoints.read(kept))) == set()
    assert set(checkpoints.asked) == {best, 2, 3}


@pytest.mark.parametrize(
    ("samples", "kept", "epochs"),
    [(UNCLEAR, "average of epochs 2 to 3", (2, 3)), (CLEAR, "epoch 1", (1,))],
)
def test_the_average_is_kept_unless_an_epoch_is_clearly_better(
    make_trainer, make_plan, monkeypatch, weights_of, samples, kept, epochs
):
    checkpoints = Lasting()
    trainer = make_trainer(make_plan(average_last=2), checkpoints)
    judging(monkeypatch, trainer, (1.0, 0.3, 0.5, 0.6), LAST, samples)
    trained = trainer.run()
    assert (trained.kept, trained.kept_epochs) == (kept, epochs)
    parts = [network_of(checkpoints.read(epoch)) for epoch in epochs]
    for name, tensor in weights_of(trainer.network).items():
        mean = torch.stack([part[name].double() for part in parts]).mean(dim=0)
        torch.testing.assert_close(tensor, mean.to(tensor.dtype))


@pytest.mark.parametrize(("limit", "epochs"), [(0.45, 2), (0.55, 3), (None, 3)])
def test_a_training_that_falls_behind_is_broken_off(
    make_trainer, make_plan, monkeypatch, limit, epochs
):
    trainer = make_trainer(make_plan())
    trainer.highest_loss = limit
    judging(monkeypatch, trainer, (1.0, 0.6, 0.5, 0.5), LAST, LAST)
    assert trainer.run().history[-1].epoch == epochs


def test_more_epochs_to_average_than_there_are(make_trainer, make_plan):
    trained = make_trainer(make_plan(average_last=9, validation=0.0), n_valid=0).run()
    assert (trained.kept, trained.kept_epochs) == ("average of epochs 1 to 3", (1, 2, 3))


def test_without_samples_held_back_the_last_epoch_counts(make_trainer, make_plan):
    checkpoints = MemoryCheckpoints()
    trained = make_trainer(make_plan(patience=1), checkpoints, n_valid=0).run()
    assert [one.valid_loss for one in trained.history] == [None] * 4
    assert (trained.kept, trained.kept_epochs) == ("epoch 3", (3,))


def test_frozen_stages_and_those_before_their_epoch_stay(
    make_trainer, make_plan, weights_of, changed
):
    trainer = make_trainer(make_plan("tft", epochs=1, l2_sp=0.5))
    before = weights_of(trainer.network)
    trainer.run()
    moved = {name.split(".")[1] for name in changed(before, weights_of(trainer.network))}
    assert moved == {"0", "2", "linear"}
    gradual = make_trainer(make_plan("ttt", starts=(1, 0, 0), epochs=2))
    before = weights_of(gradual.network)
    gradual.epoch(0)
    moved = {name.split(".")[1] for name in changed(before, weights_of(gradual.network))}
    assert moved == {"1", "2", "linear"}


def test_a_stage_without_a_rate_keeps_its_weights(make_trainer, make_plan, weights_of, changed):
    from dataclasses import replace

    plan = make_plan("ftt", statistics="source")
    stages = (*plan.stages[:1], replace(plan.stages[1], lr_scale=0.0), *plan.stages[2:])
    trainer = make_trainer(replace(plan, stages=stages))
    before = weights_of(trainer.network)
    trainer.run()
    moved = changed(before, weights_of(trainer.network))
    assert {name.split(".")[1] for name in moved} == {"1", "linear"}


def test_validation_reads_the_original_view(make_trainer, make_plan, make_learning):
    plan = make_plan()
    learning = make_learning(plan, n_views=2)
    seen = []
    read = type(learning.states).read

    class Watched:
        def read(self, rows, views):
            seen.append((set(rows.tolist()), set(views.tolist())))
            return read(learning.states, rows, views)

    from dataclasses import replace

    make_trainer(plan, learning=replace(learning, states=Watched())).run()
    held_out = [views for rows, views in seen if rows <= set(range(16, 24))]
    learned = [views for rows, views in seen if not rows & set(range(16, 24))]
    assert len(held_out) + len(learned) == len(seen)
    assert set.union(*held_out) == {0}
    assert set.union(*learned) == {0, 1}


@pytest.mark.parametrize("clip_norm", [0.01, None])
def test_gradients_are_clipped(make_trainer, make_plan, clip_norm):
    trainer = make_trainer(make_plan(clip_norm=clip_norm))
    norms = []

    def look(*_):
        grads = [one.grad for _, one in trainer.network.own_parameters()]
        norms.append(float(torch.stack([grad.norm() for grad in grads]).norm()))

    trainer.optimiser.register_step_pre_hook(look)
    trainer.run()
    assert len(norms) == 6
    assert (max(norms) < 0.0101) == (clip_norm is not None)


def test_a_loss_that_is_no_number_ends_in_one_message(make_trainer, make_plan):
    plan = make_plan("ftt", learning_rate=1e30, warm_up=0.0, clip_norm=None)
    with pytest.raises(
        PlanError, match=r"loss of epoch 1 is (nan|inf): .* rate of 1e\+30\..*1e\+29"
    ):
        make_trainer(plan).run()


def test_several_processes_cannot_unfreeze(make_trainer, make_plan):
    plan = make_plan("ttt", starts=(1, 0, 0))
    trainer = make_trainer(plan)

    class Two:
        world_size = 2

    told = r"one after the other .*'stem'.*, which 2 processes cannot .* epoch 0"
    with pytest.raises(PlanError, match=told):
        Trainer(Two(), trainer.network, plan, trainer.learning, MemoryCheckpoints())
