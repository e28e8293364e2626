"""Pieces of a fit for benchmarks that look inside of one, and training without a cache.

It loads torch, so scripts import it where they need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from headstart.activations.cores import available_cores
from headstart.activations.openvino_engine import best_precision
from headstart.activations.pixels import PixelEncoder
from headstart.activations.segment import Segment
from headstart.activations.segment_network import SegmentNetwork, Unflatten
from headstart.activations.states import ComputedStates
from headstart.backbones.assembly import Assembled
from headstart.backbones.stages import Backbone
from headstart.data.dataset import Dataset
from headstart.fitting.job import choose_course
from headstart.fitting.reading import read_sides
from headstart.fitting.settings import Settings
from headstart.fitting.sides import Split, split
from headstart.fitting.watch import Watch
from headstart.plan import Plan
from headstart.progress import silent
from headstart.training.job import TrainingJob, make_fabric
from headstart.training.kernel_choice import fast_depthwise
from headstart.training.linear_head import LinearHead
from headstart.training.loop import Trainer
from headstart.training.memory import kept_memory
from headstart.training.modes import set_modes
from headstart.training.suffix import SuffixNetwork, TrainableHead


def course_for(train: Path, settings: Settings, watch: Watch | None = None) -> tuple[Any, Dataset]:
    """What a fit of the pictures in a folder goes through, and those pictures."""
    dataset, _ = read_sides(train)
    return choose_course(settings, dataset, silent, watch or Watch()), dataset


def prepared_halves(course: Any, dataset: Dataset, settings: Settings) -> Split:
    """All pictures encoded and on the training side; the test side is empty."""
    vectors = course.gather(dataset)
    if vectors.failures:
        raise SystemExit(f"{len(vectors.failures)} pictures cannot be read: {vectors.failures}")
    return split(dataset, len(dataset), vectors, settings)


class HeadNetwork(SuffixNetwork):
    """A head alone, on the vectors after the last stage."""

    def __init__(self, backbone: Backbone, plan: Plan, head: LinearHead) -> None:
        nn.Module.__init__(self)
        self.cut = plan.cut
        self.stages = ()
        self.read = ()
        self.entry = Unflatten(backbone.stages[-1].state_shape)
        self.pieces = nn.ModuleList()
        self.head = TrainableHead(head)

    def forward(self, rows: Tensor) -> Tensor:
        scores: Tensor = self.head(self.entry(rows))
        return scores


def suffix_network(backbone: Backbone, plan: Plan, head: LinearHead) -> SuffixNetwork:
    """What is trained after the cut of a plan; after the last stage that is the head."""
    kind = SuffixNetwork if plan.suffix else HeadNetwork
    return kind(backbone, plan, head)


class Prefix:
    """The frozen stages in torch, as they are: channels last, and under the training's autocast.

    A copy, so that nothing that is done to the network for training reaches it.
    """

    def __init__(self, backbone: Backbone, cut: int) -> None:
        network = deepcopy(SegmentNetwork(backbone, Segment(0, cut))).eval().requires_grad_(False)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.no_grad()
    def __call__(self, pixels: Tensor) -> Tensor:
        """States of shape (n, size) for flat rows of pixels."""
        states: Tensor = self._network(pixels)
        return states


class Uncached(nn.Module):
    """Prefix and suffix one after the other, as an ordinary trainer runs them: pixels in.

    It has all that a trainer asks a suffix for. The prefix is no part of what is trained and kept.
    """

    def __init__(self, suffix: SuffixNetwork, prefix: Prefix | None) -> None:
        super().__init__()
        self.suffix = suffix
        self.prefix = prefix

    @property
    def pieces(self) -> nn.ModuleList:
        return self.suffix.pieces

    @property
    def head(self) -> TrainableHead:
        return self.suffix.head

    def forward(self, pixels: Tensor) -> Tensor:
        rows = pixels if self.prefix is None else self.prefix(pixels)
        scores: Tensor = self.suffix(rows)
        return scores


def uncached(backbone: Backbone, plan: Plan, head: LinearHead) -> Uncached:
    """What an ordinary trainer trains for a plan."""
    prefix = Prefix(backbone, plan.cut) if plan.cut else None
    return Uncached(suffix_network(backbone, plan, head), prefix)


def decoded_states(backbone: Backbone, dataset: Dataset, views: list[str]) -> ComputedStates:
    """Pixels, decoded by threads whenever they are asked for, while the step before is computed."""
    pixels = PixelEncoder(backbone.source.preprocessing)
    return ComputedStates([pixels.with_view(view) for view in views], dataset.items)


@contextmanager
def as_users_train(network: Any, job: TrainingJob) -> Iterator[None]:
    """All cores, memory kept, and depthwise convolutions in their fastest ways: as a job runs."""
    assert job.plan.training is not None
    torch.set_num_threads(available_cores())
    set_modes(network, job.plan, job.plan.training.epochs - 1)
    row = job.learning.states.read(job.learning.train_rows[:1], np.zeros(1, dtype=np.intp))
    sample = torch.from_numpy(np.repeat(row, job.plan.training.batch_size, axis=0))
    precision: Any = job.precision or best_precision()
    with kept_memory(), fast_depthwise(network, sample, precision):
        yield


#: Losses and merits of the samples held back.
Judged = tuple[NDArray[Any], NDArray[Any]]


def train_uncached(
    job: TrainingJob, assembled: Assembled, dataset: Dataset, views: list[str]
) -> tuple[Judged, Judged]:
    """Train as an ordinary trainer does; the samples held back are judged before and after."""
    states = decoded_states(assembled.backbone, dataset, views)
    network = uncached(assembled.backbone, job.plan, job.learning.loss.inward(job.head))
    return _trained(replace(job, learning=replace(job.learning, states=states)), network)


def train_recomputed(
    job: TrainingJob, assembled: Assembled, dataset: Dataset, views: list[str]
) -> tuple[Judged, Judged]:
    """Train on the states that the job has."""
    head = job.learning.loss.inward(job.head)
    return _trained(job, suffix_network(assembled.backbone, job.plan, head))


def _trained(job: TrainingJob, network: Any) -> tuple[Judged, Judged]:
    with as_users_train(network, job):
        trainer = Trainer(make_fabric(job), network, job.plan, job.learning, job.checkpoints)
        before = trainer.judged(job.learning.valid_rows)
        trainer.run()
        return before, trainer.judged(job.learning.valid_rows)


def import_all() -> None:
    """Load what a fit loads on its way, so that no clock counts it."""
    import lightning_fabric  # noqa: F401
    import openvino  # noqa: F401
    import sklearn.linear_model  # noqa: F401
    import timm  # noqa: F401
