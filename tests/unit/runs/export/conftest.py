"""Runs with a network, made by hand: small enough for every test, and of known numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.tiny_encoders import make_encoder
from tests.unit.fitting.conftest import same_photos, tiny_source

from headstart.activations.converted import convert
from headstart.backbones import catalogue
from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.evaluation.result import Result
from headstart.evidence import Evidence
from headstart.metrics.figure import Figure
from headstart.plan import HeadPlan, Plan, StagePlan
from headstart.runs import Model, Prediction
from headstart.runs.export.check_samples import check_samples
from headstart.runs.export.exportable import Exportable
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.regression import RegressionTask
from headstart.training.linear_head import LinearHead

__all__ = ["same_photos", "tiny_source"]

FACTS = Preprocessing((16, 16), 0.5, "bilinear", (0.5, 0.4, 0.3), (0.25, 0.5, 1.0))
TINY = "tiny/net"
CLASSES = np.array(["ant", "bee", "cat | dog"])


class TinyProvider:
    """One network of two convolutions, with random weights by seed."""

    def names(self):
        return ["net"]

    def describe(self, name):
        return {"name": TINY}

    def build(self, name, weights=None, init="pretrained", seed=0):
        from torch import nn

        from headstart.backbones.providers.seeding import seeded

        with seeded(seed):
            network = nn.Sequential(
                *(nn.Conv2d(3, 4, 3, stride=2), nn.ReLU(), nn.Conv2d(4, 6, 3), nn.Hardswish()),
                *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5)),
            )
        facts = (TINY, "image", "net", FACTS, "MIT", f"random-{seed}", 5, None, "test")
        return network, Source(*facts)


@pytest.fixture(scope="session", autouse=True)
def tiny_provider():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalogue.PROVIDERS, "tiny", TinyProvider())
        yield


def random_head(vectors: NDArray[Any], n_outputs: int) -> LinearHead:
    """A head of random weights for vectors of this mean and spread."""
    random = np.random.default_rng(0)
    n_features = vectors.shape[1]
    return LinearHead(
        mean=vectors.mean(axis=0),
        scale=vectors.std(axis=0) + 1e-3 * np.abs(vectors).max(),
        weights=random.normal(size=(n_features, n_outputs)) / n_features**0.5,
        bias=random.normal(size=n_outputs),
        temperature=0.7,
    )


def zero_head(n_features: int, n_outputs: int) -> LinearHead:
    zeros = np.zeros((n_features, n_outputs))
    return LinearHead(zeros[:, 0], zeros[:, 0] + 1.0, zeros, zeros[0])


def make_run(
    folder: Path,
    source: str = TINY,
    stages: tuple[int, ...] = (-1,),
    *,
    numbers: bool = False,
    tested: tuple[str, ...] = (),
    own_weights: bool = False,
    init: str = "random",
    seed: int = 3,
) -> Path:
    """A run folder whose head of random numbers reads the stages at these places."""
    network, facts = catalogue.load_network(source, init=init, seed=seed)
    tensors = None
    if own_weights:
        facts = replace(facts, weights_hash=f"trained-{seed}")
        perturb(network)
        tensors = {name: one.clone() for name, one in network.state_dict().items()}
    backbone = cut_into_stages(network, facts)
    converted = convert(backbone, folder.parent / f"{folder.name}-converted", tensors)
    names = [stage.name for stage in converted.stages]
    read = tuple(names[place] for place in stages)
    sizes = {stage.name: stage.feature_size for stage in converted.stages}
    task = RegressionTask() if numbers else ClassificationTask(CLASSES)
    plan = Plan(source, tuple(StagePlan(name, init) for name in names), HeadPlan(read))
    result = Result(
        task.name,
        converted.source.modality,
        tuple(task.class_names),
        12,
        len(tested),
        source,
        plan.to_dict(),
        {"r2" if numbers else "accuracy": Figure(0.75, 0.4, 0.9)},
        (),
    )
    model = Model(
        task=task,
        plan=plan,
        head=zero_head(sum(sizes[name] for name in read), task.n_outputs),
        result_=result,
        evidence=Evidence(),
        backbone=converted,
        precision="f32",
        predictions=tuple(_prediction(name, numbers) for name in tested),
    )
    samples = check_samples(Exportable.of(folder, model)).dataset
    head = random_head(model.look_at(samples).vectors, task.n_outputs)
    return replace(model, head=head).save(folder)


def _prediction(name: str, numbers: bool) -> Prediction:
    if numbers:
        return Prediction(name, 1.0, label=2.0)
    shares = dict(zip(CLASSES.tolist(), (0.5, 0.25, 0.25), strict=True))
    return Prediction(name, "ant", 0.5, shares, "bee")


def perturb(network) -> None:
    """Fresh statistics of norms are 0 and 1 and would hide that they are lost."""
    import torch

    generator = torch.Generator().manual_seed(1)
    for module in network.modules():
        if isinstance(getattr(module, "running_mean", None), torch.Tensor):
            module.running_mean.normal_(0.0, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)


@pytest.fixture
def run_of(tmp_path):
    """Make a run in a folder of this test."""

    def make(*arguments, **options):
        return make_run(tmp_path / "run", *arguments, **options)

    return make


@pytest.fixture
def pictures(tmp_path):
    """Paths of six pictures of noise."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(6):
        noise = random.integers(0, 60 + 30 * number, (24, 20 + number, 3)).astype(np.uint8)
        Image.fromarray(noise).save(folder / f"{number}.png")
    return sorted(folder.iterdir())


@pytest.fixture(scope="session")
def encoder(tmp_path_factory):
    """Name of a tiny source that reads texts."""
    return f"transformers/{make_encoder(tmp_path_factory.mktemp('encoder') / 'bert')}"
