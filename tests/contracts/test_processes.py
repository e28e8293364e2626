"""Two processes learn what one does: the same losses, the same weights."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import replace

import numpy as np
import pytest

from headstart.backbones import catalogue
from headstart.errors import CacheError, PlanError
from headstart.fitting import Settings
from headstart.fitting.plan_settling import assemble_for
from headstart.plan import AdapterPlan, HeadPlan, Plan, StagePlan, TrainingPlan
from headstart.strategies import read_plan_name
from headstart.tasks.classification import ClassificationTask
from headstart.training.checkpoints import DiskCheckpoints
from headstart.training.job import TrainingJob, train
from headstart.training.linear_head import LinearHead
from headstart.training.loop import Learning
from headstart.training.losses import loss_for

#: A module that other processes import when they are sent what is defined in it: so they know the
#: source too.
MODULE = """
from collections import OrderedDict

from headstart.backbones import catalogue
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.providers.seeding import seeded
from headstart.backbones.source import Source
from headstart.errors import CacheError
from headstart.training.checkpoints import MemoryCheckpoints

FACTS = Preprocessing((16, 16), 1.0, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


class Provider:
    def names(self):
        return ["net"]

    def describe(self, name):
        return {"name": f"spawned/{name}"}

    def build(self, name, weights=None, init="pretrained", seed=0):
        from torch import nn

        def block(before, after, stride):
            return nn.Sequential(
                nn.Conv2d(before, after, 3, stride, 1),
                nn.BatchNorm2d(after),
                nn.Hardswish(),
                nn.Conv2d(after, after, 1),
            )

        with seeded(seed if init == "random" else 77):
            network = nn.Sequential(
                block(3, 8, 2),
                block(8, 8, 1),
                block(8, 12, 2),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.Linear(12, 5),
            )
        facts = ("spawned/net", "image", name, FACTS, "MIT", "random-77", 5, None, "test")
        return network, Source(*facts)


class ArrayStates:
    def __init__(self, arrays):
        self.arrays = arrays

    def read(self, rows, views):
        return self.arrays[views, rows]


class FullDisk(MemoryCheckpoints):
    def write(self, snapshot):
        raise CacheError(f"no room for epoch {snapshot.epoch}")


class Slip(MemoryCheckpoints):
    def write(self, snapshot):
        raise ZeroDivisionError("a slip of ours")


catalogue.PROVIDERS["spawned"] = Provider()
"""


@pytest.fixture(scope="module")
def spawned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("modules")
    (folder / "source_of_processes.py").write_text(MODULE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module("source_of_processes")
        del catalogue.PROVIDERS["spawned"], sys.modules["source_of_processes"]


@pytest.fixture
def make_job(spawned, tmp_path):
    def make(modes, processes, checkpoints=None, **changes):
        backbone = catalogue.load_backbone("spawned/net")
        stages = backbone.stages
        words = {"f": "frozen", "t": "train", "a": "adapter"}
        entries = tuple(
            StagePlan(stage.name, mode=words[modes[min(place, len(modes) - 1)]])
            for place, stage in enumerate(stages)
        )
        training = TrainingPlan(epochs=2, batch_size=6, learning_rate=0.01, views=("original",))
        plan = Plan(
            "spawned/net",
            entries,
            HeadPlan((stages[-1].name,)),
            replace(training, **changes),
            AdapterPlan("lora", 2),
        )
        random = np.random.default_rng(0)
        shape = (1, 26, int(np.prod(stages[plan.cut - 1].state_shape)))
        states = spawned.ArrayStates(random.normal(size=shape).astype(np.float16))
        targets = np.array([0, 1, 0] * 8 + [0, 1])
        task = ClassificationTask(np.array(["a", "b"]))
        train_rows, valid_rows = np.arange(20), np.arange(20, 26)
        loss = loss_for(task, targets[train_rows], plan.training)
        learning = Learning(states, targets, train_rows, valid_rows, loss, 3)
        size = stages[-1].feature_size
        weights = random.normal(0.0, 0.1, (size, 2))
        head = LinearHead(np.zeros(size), np.ones(size), weights, np.zeros(2))
        checkpoints = checkpoints or DiskCheckpoints(tmp_path / f"checkpoints {processes}")
        return TrainingJob(plan, head, learning, checkpoints, None, processes, "f32")

    return make


def test_two_processes_learn_what_one_does(make_job, monkeypatch, capfd):
    monkeypatch.delenv("MASTER_PORT", raising=False)
    told = []
    one = train(make_job("fat", 1, l2_sp=0.5))
    two = train(make_job("fat", 2, l2_sp=0.5), progress=lambda *step: told.append(step))
    assert ("train in 2 processes", 0, None) in told
    assert "MASTER_PORT" not in os.environ
    assert "".join(capfd.readouterr()) == ""
    for own, other in zip(one.trained.history, two.trained.history, strict=True):
        assert other.epoch == own.epoch
        assert other.valid_loss == pytest.approx(own.valid_loss, rel=1e-4)
        assert other.valid_score == pytest.approx(own.valid_score)
        if own.epoch:
            assert other.train_loss == pytest.approx(own.train_loss, rel=1e-4)
    assert two.trained.kept == one.trained.kept
    assert two.tensors.keys() == one.tensors.keys()
    for name, array in one.tensors.items():
        assert isinstance(two.tensors[name], np.ndarray)
        np.testing.assert_allclose(two.tensors[name], array, rtol=1e-3, atol=2e-4, err_msg=name)
    np.testing.assert_allclose(two.head.weights, one.head.weights, rtol=1e-3, atol=2e-4)
    np.testing.assert_allclose(two.scores, one.scores, rtol=1e-3, atol=1e-3)


def test_an_error_of_one_process_is_the_error_of_all(make_job, spawned, capfd):
    with pytest.raises(CacheError, match="no room for epoch 0"):
        train(make_job("ft", 2, spawned.FullDisk()))
    assert "".join(capfd.readouterr()) == ""


def test_another_error_brings_its_traceback(make_job, spawned):
    with pytest.raises(RuntimeError, match=r"(?s)Traceback .*ZeroDivisionError: a slip of ours$"):
        train(make_job("ft", 2, spawned.Slip()))


@pytest.mark.usefixtures("spawned")
def test_stages_are_not_unfrozen_by_several_processes():
    settings = Settings("spawned/net", plan=read_plan_name("gradual"), processes=2)
    with pytest.raises(PlanError, match=r"one after the other .* 2 processes cannot do together"):
        assemble_for(settings)
