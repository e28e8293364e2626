"""A network of three stages and samples that can be learned, small enough for milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.plan import AdapterPlan, HeadPlan, Plan, StagePlan, TrainingPlan
from headstart.tasks.classification import ClassificationTask
from headstart.training.linear_head import LinearHead

FACTS = Preprocessing((8, 8), 1.0, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
SOURCE = Source("tiny/net", "image", "net", FACTS, "MIT", "random-0", 5, None, "test")
STAGES = ("stem", "middle", "top")
MODES = {"f": "frozen", "a": "adapter", "t": "train"}
#: Numbers of a state before the first stage, and after each but the last.
SIZES = (8 * 8 * 3, 8 * 4 * 4, 8 * 4 * 4)
N_FEATURES = 12


def build_stages(seed):
    """A stem, a depthwise and a pointwise block; BatchNorm has statistics that it brought."""
    from torch import nn

    from headstart.backbones.providers.seeding import seeded

    with seeded(seed):
        modules = {
            "stem": nn.Sequential(
                nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU()
            ),
            "middle": nn.Sequential(
                nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.BatchNorm2d(8), nn.ReLU()
            ),
            "top": nn.Sequential(nn.Conv2d(8, 12, 1), nn.BatchNorm2d(12), nn.Hardswish()),
        }
        for module in modules.values():
            module[1].running_mean.normal_(0.0, 0.1)
            module[1].running_var.uniform_(0.5, 1.5)
    return modules


def build_backbone(seed=0):
    from torch import nn

    from headstart.backbones.stages import Backbone, Stage

    shapes = ((8, 4, 4), (8, 4, 4), (N_FEATURES, 4, 4))
    stages = [
        Stage(name, module, 1.0, shape)
        for (name, module), shape in zip(build_stages(seed).items(), shapes, strict=True)
    ]
    return Backbone(SOURCE, stages, nn.Linear(N_FEATURES, 5))


def build_plan(modes="ftt", kind=None, starts=(0, 0, 0), init="pretrained", head=None, **training):
    """A plan whose stages have the modes ``f``, ``a`` and ``t``."""
    stages = tuple(
        StagePlan(name, init if MODES[mode] == "train" else "pretrained", MODES[mode], 1.0, start)
        for name, mode, start in zip(STAGES, modes, starts, strict=True)
    )
    values = {"epochs": 3, "batch_size": 8, "learning_rate": 0.02, "views": ("original",)}
    adapter = None if kind is None else AdapterPlan(kind, rank=2)
    head = HeadPlan(("top",)) if head is None else head
    return Plan("tiny/net", stages, head, TrainingPlan(**{**values, **training}), adapter)


def build_head(n_outputs=2, seed=0):
    """A head that knows nothing yet."""
    random = np.random.default_rng(seed)
    weights = random.normal(0.0, 0.1, (N_FEATURES, n_outputs))
    return LinearHead(np.zeros(N_FEATURES), np.ones(N_FEATURES), weights, np.zeros(n_outputs))


@dataclass(frozen=True)
class ArrayStates:
    """States in memory, of shape (n_views, n_samples, size)."""

    arrays: Any

    def read(self, rows, views):
        return self.arrays[views, rows]


def build_learning(plan, n_samples=24, n_valid=8, seed=0, n_views=1, loss=None, targets=None):
    """Two classes whose states differ; float16 after a cut, pixels before the first stage."""
    from headstart.training.loop import Learning
    from headstart.training.losses import loss_for

    random = np.random.default_rng(11)
    classes = np.arange(n_samples) % 2
    noise = random.normal(size=(n_views, n_samples, SIZES[plan.cut]))
    pattern = np.sign(random.normal(size=SIZES[plan.cut]))
    states = noise + 0.7 * np.where(classes, 1.0, -1.0)[None, :, None] * pattern
    if plan.cut == 0:
        states = (128 + 30 * states).clip(0, 255).astype(np.uint8)
    else:
        states = states.astype(np.float16)
    targets = classes if targets is None else targets
    train = np.arange(n_samples - n_valid)
    if loss is None:
        task = ClassificationTask(np.array(["a", "b"]))
        loss = loss_for(task, targets[train], plan.training)
    valid = np.arange(n_samples - n_valid, n_samples)
    views = tuple(range(n_views))
    return Learning(ArrayStates(states), targets, train, valid, loss, seed, views)


@pytest.fixture(autouse=True)
def one_thread():
    """Networks as small as these gain nothing from a second, and on a busy machine wait for it."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def make_backbone():
    return build_backbone


@pytest.fixture
def make_plan():
    return build_plan


@pytest.fixture
def make_head():
    return build_head


@pytest.fixture
def make_learning():
    return build_learning


@pytest.fixture
def make_network():
    """A suffix under a head, with the additions that its plan asks for."""

    def make(plan, seed=0, head=None):
        from headstart.backbones.providers.seeding import seeded
        from headstart.training.adapters import add_adapters
        from headstart.training.modes import set_modes
        from headstart.training.suffix import SuffixNetwork

        network = SuffixNetwork(build_backbone(seed), plan, head or build_head())
        with seeded(seed):
            add_adapters(network, plan)
        set_modes(network, plan, 0)
        return network

    return make


@pytest.fixture
def make_trainer(make_network):
    """A trainer in one process, in full precision."""

    def make(plan, checkpoints=None, learning=None, progress=None, seed=0, head=None, **values):
        from lightning_fabric import Fabric

        from headstart.progress import silent
        from headstart.training.checkpoints import MemoryCheckpoints
        from headstart.training.loop import Trainer

        return Trainer(
            Fabric(accelerator="cpu", devices=1),
            make_network(plan, head=head),
            plan,
            build_learning(plan, seed=seed, **values) if learning is None else learning,
            MemoryCheckpoints() if checkpoints is None else checkpoints,
            silent if progress is None else progress,
        )

    return make


@pytest.fixture
def weights_of():
    """Copies of all parameters and buffers, by name."""

    def copies(module):
        return {name: one.detach().clone() for name, one in module.state_dict().items()}

    return copies


@pytest.fixture
def changed():
    """Names of tensors that are not bit-identical in two such copies."""
    import torch

    def names(before, after):
        assert before.keys() == after.keys()
        return {name for name in before if not torch.equal(before[name], after[name])}

    return names
