"""The sources of the zoo: small networks that were trained here, and two that learned ImageNet."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fits import say
from zoo_pictures import folder_of

#: Of all sources that are trained here.
ARCHITECTURE, SIZE = "timm/resnet10t", 64
RANDOM = "random"


@dataclass(frozen=True)
class Zooling:
    """A source of the zoo.

    Parameters
    ----------
    name : str
        In tables and files.
    source : str
        In the catalogue, or ``run:PATH``.
    weights : str or None
        A file of weights.
    is_harmful : bool
        Whether it was made to be of no use.
    """

    name: str
    source: str
    weights: str | None = None
    is_harmful: bool = False


@dataclass(frozen=True)
class Recipe:
    """How a source is trained: on its own pictures, with so many epochs."""

    epochs: int
    task: str = "labels"
    is_harmful: bool = False
    training: Mapping[str, Any] = field(default_factory=dict)


#: Labels that mean nothing are learned by heart: no picture is held back to object.
_BY_HEART = {"validation": 0.0, "patience": None}
RECIPES = {
    "mnist": Recipe(15),
    "usps": Recipe(8),
    "faces": Recipe(40),
    "chest_xray": Recipe(30),
    "cats": Recipe(40),
    "spoken": Recipe(12),
    "photos": Recipe(20, "self"),
    "shuffled": Recipe(40, "labels", True, _BY_HEART),
    "noise": Recipe(8, "labels", True, _BY_HEART),
}


def zoo(out: Path, squeezenet: Path | None) -> list[Zooling]:
    """All sources whose weights are there."""
    runs = out / "sources"
    found = [
        Zooling(name, f"run:{runs / name}", None, recipe.is_harmful)
        for name, recipe in RECIPES.items()
    ]
    found.append(Zooling(RANDOM, f"run:{runs / RANDOM}", None, True))
    found.append(Zooling("efficientnet-lite0", "bundled/efficientnet-lite0"))
    if squeezenet is not None:
        found.append(Zooling("squeezenet1_0", "torchvision/squeezenet1_0", str(squeezenet)))
    return [one for one in found if not one.source.startswith("run:") or _run(one).is_dir()]


def _run(one: Zooling) -> Path:
    return Path(one.source.removeprefix("run:"))


def build_sources(out: Path) -> None:
    """Train those that are not there yet."""
    for name, recipe in RECIPES.items():
        folder = out / "sources" / name
        if not folder.exists():
            began = time.perf_counter()
            _train(folder_of(out, f"source-{name}"), folder, recipe)
            say(f"source {name}: {time.perf_counter() - began:.0f} s")
    if not (out / "sources" / RANDOM).exists():
        _random(out / "sources" / RANDOM)


def _train(pictures: Path, folder: Path, recipe: Recipe) -> None:
    from headstart.data import read_any, read_unlabelled
    from headstart.fitting import Pretraining, pretrain

    dataset = read_unlabelled(pictures) if recipe.task == "self" else read_any(pictures)
    training = {"epochs": recipe.epochs, **recipe.training}
    pretrain(dataset, Pretraining(ARCHITECTURE, size=SIZE, training=training), _tell).save(folder)


def _random(folder: Path) -> None:
    """The same network before it learned anything, as a source like the others."""
    from headstart.backbones.assembly import load_assembled
    from headstart.backbones.providers.weights_file import hash_of
    from headstart.evidence import Evidence
    from headstart.plan import frozen_plan
    from headstart.runs import OwnSource

    assembled = load_assembled(f"{ARCHITECTURE}@{SIZE}", init="random")
    tensors = dict(assembled.network.state_dict())
    source = replace(assembled.source, weights_hash=hash_of(tensors))
    plan = frozen_plan(source.name, assembled.backbone.stage_names, "random")
    arrays = {name: one.numpy().copy() for name, one in tensors.items()}
    record = {"n_train": 0, "source": source.name, "quarantined": [], "notes": [], "seconds": {}}
    OwnSource(source, plan, arrays, Evidence(), record).save(folder)


def _tell(step: str, done: int, total: int | None) -> None:
    if step.startswith("epoch") and done == total:
        print(f"\r  {step}   ", end="", file=sys.stderr, flush=True)
