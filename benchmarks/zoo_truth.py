"""What each source is worth on each target, and the inputs of every score."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from fits import say
from zoo_pictures import TARGETS, folder_of
from zoo_sources import RECIPES, Zooling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headstart.backbones.stages import Backbone
    from headstart.data.dataset import Dataset

PLANS = ("probe", "full")
#: Pictures that torch sees at once.
_BATCH = 32
_MOST_OF_A_SOURCE = 300


def pairs(
    zoo: list[Zooling], sources: list[str] | None, targets: list[str] | None
) -> Iterator[tuple[Zooling, str]]:
    """All sources on one target, then on the next."""
    for target in targets or TARGETS:
        yield from ((one, target) for one in zoo if sources is None or one.name in sources)


def write_truth(out: Path, one: Zooling, target: str) -> None:
    """Fit by each plan that was not fitted yet; each figure is written as soon as it is there."""
    path = out / "truth" / f"{target}--{one.name}.json"
    known = json.loads(path.read_bytes()) if path.exists() else {}
    for plan in PLANS:
        if plan not in known:
            known |= {"source": one.name, "target": target, "harmful": one.is_harmful}
            known[plan] = fitted(out, one, target, plan)
            _write(path, known)
            accuracy, seconds = known[plan]["accuracy"]["value"], known[plan]["seconds"]
            say(f"{target:16} {one.name:20} {plan:6} {accuracy:.3f} in {seconds:.1f} s")


def fitted(out: Path, one: Zooling, target: str, plan: str) -> dict[str, Any]:
    """Test figures of one fit that may not fall back, its seconds, and what it named correctly."""
    from headstart.fitting import Settings, fit, read_sides
    from headstart.strategies import PlanName

    folder = folder_of(out, target)
    began = time.perf_counter()
    train, test = read_sides(folder / "train", None, folder / "test")
    settings = Settings(one.source, PlanName(plan), one.weights, fallback=False)
    model = fit(train, test, settings)
    result = model.result_.to_dict()
    return {
        "seconds": round(time.perf_counter() - began, 2),
        "accuracy": result["test"]["accuracy"],
        "log_loss": result["test"]["log_loss"],
        "verdict": result["verdict"],
        "difference": result["difference"],
        "stages": list(model.plan.head.stages),
        "baselines": {row["name"]: row["test"]["accuracy"]["value"] for row in result["baselines"]},
        "n_train": result["n_train"],
        "n_test": result["n_test"],
        "correct": "".join("01"[bool(answer.correct)] for answer in model.predictions),
    }


def gather_truth(out: Path) -> list[dict[str, Any]]:
    """One row a pair, and all of them in ``truth.json``."""
    found = [json.loads(path.read_bytes()) for path in sorted((out / "truth").glob("*--*.json"))]
    _write(out / "truth.json", {"pairs": found})
    return [
        {
            "target": one["target"],
            "source": one["source"],
            **{plan: one[plan]["accuracy"]["value"] for plan in PLANS if plan in one},
            **{f"{plan} s": one[plan]["seconds"] for plan in PLANS if plan in one},
        }
        for one in found
    ]


def write_vectors(out: Path, one: Zooling, target: str) -> None:
    """Everything that scores read of a pair, so that they need no network.

    ``vectors/TARGET--SOURCE.npz`` holds of the training pictures ``labels`` and ``classes``,
    ``stages`` in order, ``vectors/STAGE`` (float16, pooled), ``probabilities`` (float32) where the
    source has classes, and of each BatchNorm ``norm/LAYER/...``: mean and variance of the channels
    that come in here (``target_mean``, ``target_var``) and that the source had (``source_mean``,
    ``source_var``).
    """
    path = out / "vectors" / f"{target}--{one.name}.npz"
    if not path.exists():
        dataset = _read(folder_of(out, target) / "train")
        _write_arrays(path, {**_labels(dataset), **_seen(one, dataset)})


def write_own_vectors(out: Path, one: Zooling) -> None:
    """The same of pictures that the source itself learned from, in ``own--SOURCE.npz``."""
    path = out / "vectors" / f"own--{one.name}.npz"
    if one.name not in RECIPES or path.exists():
        return
    dataset = _read(folder_of(out, f"source-{one.name}"), RECIPES[one.name].task == "self")
    rows = np.random.default_rng(0).permutation(len(dataset))[:_MOST_OF_A_SOURCE]
    dataset = dataset.take(sorted(rows.tolist()))
    _write_arrays(path, {**_labels(dataset), **_seen(one, dataset)})


def _read(folder: Path, is_flat: bool = False) -> Dataset:
    from headstart.data import read_any, read_unlabelled

    return read_unlabelled(folder) if is_flat else read_any(folder)


def _labels(dataset: Dataset) -> dict[str, NDArray[Any]]:
    if dataset.labels is None:
        return {}
    classes, labels = np.unique(dataset.labels, return_inverse=True)
    return {"classes": classes, "labels": labels.astype(np.int64)}


def _seen(one: Zooling, dataset: Dataset) -> dict[str, NDArray[Any]]:
    """One pass of torch over the pictures: vectors, probabilities, statistics."""
    import torch

    from headstart.backbones.assembly import load_assembled

    assembled = load_assembled(one.source, one.weights)
    backbone, facts = assembled.backbone, assembled.source.preprocessing
    moments = Moments(backbone)
    parts: list[list[NDArray[Any]]] = []
    scores = []
    with torch.inference_mode():
        for start in range(0, len(dataset), _BATCH):
            items = dataset.items[start : start + _BATCH]
            pixels = np.stack([facts.pixels(item.open(facts.shorter_side)) for item in items])
            state = {"x": facts.normalise(torch.from_numpy(pixels))}
            vectors = []
            for place, stage in enumerate(backbone.stages):
                state = backbone.run(state, place, place + 1)
                vectors.append(stage.pool(state).numpy())
            parts.append(vectors)
            scores.append(backbone.head(state["x"]).softmax(dim=1).numpy())
    whole = [np.concatenate(some) for some in zip(*parts, strict=True)]
    named = dict(zip(backbone.stage_names, whole, strict=True))
    arrays = {f"vectors/{name}": array.astype(np.float16) for name, array in named.items()}
    found = _probabilities(one, named, np.concatenate(scores))
    stages = {"stages": np.array(backbone.stage_names)}
    return {**stages, **arrays, **found, **moments.arrays()}


def _probabilities(
    one: Zooling, named: dict[str, NDArray[Any]], scores: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """What the source says of its own classes; a run's head is not the one of its architecture."""
    if not one.source.startswith("run:"):
        return {"probabilities": scores.astype(np.float32)}
    from headstart import load
    from headstart.errors import RunError

    try:
        model = load(one.source.removeprefix("run:"))
    except RunError:  # it learned without labels, or nothing
        return {}
    vectors = np.concatenate([named[stage] for stage in model.plan.head.stages], axis=1)
    return {"probabilities": model.task.outputs(model.head, vectors).astype(np.float32)}


class Moments:
    """Mean and variance of what goes into each BatchNorm of a network."""

    def __init__(self, backbone: Backbone) -> None:
        from torch import nn

        self._layers = {
            name: module
            for name, module in backbone.named_modules()
            if isinstance(module, nn.BatchNorm2d)
        }
        self._sums: dict[str, list[Any]] = {}
        for name, module in self._layers.items():
            module.register_forward_pre_hook(self._hook(name))

    def _hook(self, name: str) -> Any:
        def add(module: Any, inputs: Any) -> None:
            x = inputs[0].double()
            ours = [x.sum(dim=(0, 2, 3)), x.square().sum(dim=(0, 2, 3)), x.numel() / x.shape[1]]
            before = self._sums.get(name, [0.0, 0.0, 0.0])
            self._sums[name] = [one + other for one, other in zip(before, ours, strict=True)]

        return add

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Under ``norm/LAYER/...``."""
        found = {}
        for name, (total, squares, count) in self._sums.items():
            mean = total / count
            layer = self._layers[name]
            values = {
                "target_mean": mean,
                "target_var": squares / count - mean.square(),
                "source_mean": layer.running_mean,
                "source_var": layer.running_var,
            }
            for what, tensor in values.items():
                found[f"norm/{name}/{what}"] = tensor.float().numpy()
        return found


def _write(path: Path, plain: dict[str, Any]) -> None:
    from headstart.files import to_json, write_atomically

    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, to_json(plain))


def _write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    import io

    from headstart.files import write_atomically

    content = io.BytesIO()
    np.savez(content, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content.getvalue())
