"""A training job: from a plan to trained numbers, with everything else left as it was."""

from __future__ import annotations

import logging
import random
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from headstart.backbones.assembly import Assembled
from headstart.errors import InputError, PlanError
from headstart.tasks.regression import RegressionTask
from headstart.training import job as module
from headstart.training.checkpoints import MemoryCheckpoints
from headstart.training.job import TrainingJob, make_fabric, train
from headstart.training.losses import loss_for


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """One core; ways of depthwise convolutions have tests of their own."""
    monkeypatch.setattr(module, "available_cores", lambda: 1)
    monkeypatch.setattr(module, "fast_depthwise", lambda *_: nullcontext())


@pytest.fixture
def assembled(make_backbone):
    backbone = make_backbone()
    named = [(stage.name, stage.module) for stage in backbone.stages]
    rest = [("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("head", backbone.head)]
    return Assembled(nn.Sequential(OrderedDict([*named, *rest])).eval(), backbone)


@pytest.fixture
def make_job(make_plan, make_head, make_learning):
    def make(*arguments, n_outputs=2, bias=0.0, learning=None, processes=1, n_valid=8, **values):
        plan = make_plan(*arguments, **values)
        learning = learning or make_learning(plan, n_valid=n_valid)
        checkpoints = MemoryCheckpoints()
        head = replace(make_head(n_outputs), bias=np.full(n_outputs, bias))
        return TrainingJob(plan, head, learning, checkpoints, processes=processes, precision="f32")

    return make


def stages_of(names):
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    ("modes", "kind", "stages"),
    [
        ("ftt", None, {"middle", "top"}),
        ("tft", None, {"stem", "top"}),
        ("faa", "lora", {"top"}),
        ("faa", "bias", {"middle", "top"}),
        ("faa", "pointwise", {"middle", "top"}),
    ],
)
def test_only_what_the_plan_trains_changes(
    make_job, assembled, weights_of, changed, modes, kind, stages
):
    before = weights_of(assembled.network)
    outcome = train(make_job(modes, kind), assembled)
    after = weights_of(assembled.network)
    assert stages_of(changed(before, after)) == stages
    assert outcome.tensors.keys() == before.keys()
    for name, tensor in after.items():
        np.testing.assert_array_equal(outcome.tensors[name], tensor.numpy())


def test_the_network_is_left_frozen_and_plain(make_job, assembled):
    train(make_job("faa", "lora"), assembled)
    assert not assembled.network.training
    assert not any(one.requires_grad for one in assembled.network.parameters())
    assert not any(type(one).__module__.startswith("peft") for one in assembled.backbone.modules())


@pytest.mark.parametrize(("modes", "kind"), [("ftt", None), ("faa", "lora")])
def test_numbers_and_network_say_the_same_of_held_out_samples(make_job, assembled, modes, kind):
    job = make_job(modes, kind)
    outcome = train(job, assembled)
    rows = job.learning.valid_rows
    states = job.learning.states.read(rows, np.zeros_like(rows))
    state = torch.from_numpy(states).float().view(-1, 8, 4, 4)
    with torch.no_grad():
        vectors = assembled.backbone.run({"x": state}, job.plan.cut, 3)["x"].mean(dim=(2, 3))
    expected = outcome.head.scores(vectors.numpy())
    np.testing.assert_allclose(outcome.scores, expected, rtol=1e-4, atol=1e-4)
    assert outcome.losses.shape == outcome.merits.shape == (8,)


def test_numbers_come_back_in_their_own_units(make_plan, make_learning, make_job, assembled):
    plan = make_plan(epochs=12)
    targets = np.where(np.arange(24) % 2, 1050.0, 950.0)
    loss = loss_for(RegressionTask(), targets, plan.training)
    learning = make_learning(plan, targets=targets, loss=loss)
    job = make_job(epochs=12, n_outputs=1, bias=1000.0, learning=learning)
    outcome = train(job, assembled)
    assert outcome.scores.shape == (8, 1)
    np.testing.assert_allclose(outcome.scores[:, 0], targets[16:], atol=60.0)
    errors = np.abs(outcome.scores[:, 0] - targets[16:])
    np.testing.assert_allclose(outcome.merits, -errors, atol=0.1)


def test_nothing_held_back(make_job, assembled):
    outcome = train(make_job("ftt", n_valid=0), assembled)
    assert outcome.scores.shape == (0, 2)
    assert outcome.losses.shape == (0,)


def test_the_programs_own_state_is_untouched(make_job, assembled):
    torch.set_num_threads(2)
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    expected = (random.random(), float(np.random.rand()), float(torch.rand(1)))
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    level = logging.getLogger("lightning_fabric").level
    train(make_job("faa", "lora", mixup=0.3), assembled)
    assert (random.random(), float(np.random.rand()), float(torch.rand(1))) == expected
    assert torch.get_num_threads() == 2
    assert logging.getLogger("lightning_fabric").level == level


def test_threads_are_restored_after_an_error(make_job, assembled):
    def stop(*_):
        raise KeyboardInterrupt

    torch.set_num_threads(2)
    with pytest.raises(KeyboardInterrupt):
        train(make_job(), assembled, stop)
    assert torch.get_num_threads() == 2


def test_the_same_seed_gives_the_same_numbers(make_job, make_backbone, assembled):
    first = train(make_job("faa", "lora"), assembled)
    backbone = make_backbone()
    for own, other in zip(assembled.backbone.pieces, backbone.pieces, strict=True):
        own.load_state_dict(other.state_dict())
    second = train(make_job("faa", "lora"), assembled)
    for name, array in first.tensors.items():
        np.testing.assert_array_equal(second.tensors[name], array)
    np.testing.assert_array_equal(first.head.weights, second.head.weights)


def test_progress_tells_each_step(make_job, assembled):
    told = []
    train(make_job(epochs=2), assembled, lambda *one: told.append(one))
    assert told == [
        *(("epoch 1", 1, 2), ("epoch 1", 2, 2)),
        *(("epoch 2", 1, 2), ("epoch 2", 2, 2)),
    ]


def test_fabric_says_nothing(make_job, caplog, capfd):
    make_fabric(make_job())
    assert caplog.records == []
    assert "".join(capfd.readouterr()) == ""


def test_processes_at_fault(make_job):
    with pytest.raises(InputError, match="number of processes is 0; it must be at least 1"):
        make_job(processes=0)


def test_several_processes_do_not_unfreeze(make_job):
    with pytest.raises(PlanError, match=r"one after the other .*, which 2 processes cannot"):
        make_job("ttt", starts=(1, 0, 0), processes=2)
