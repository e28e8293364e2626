"""What can be measured of a pair of the zoo before anything is trained, from its stored vectors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from fits import say

if TYPE_CHECKING:
    from zoo_reading import Pair

#: Raised when measures change their meaning: what was kept before is then computed again.
FORMAT = 2
#: Before the names of what the product itself measures.
PRODUCT = "product: "
#: Arrays of an npz by name.
Arrays = Mapping[str, Any]


def measured(
    zoo: Path, pairs: Iterable[Pair], kept: Path, again: bool = False
) -> dict[str, dict[str, dict[str, float]]]:
    """Measures by target and source; higher is better, or meant to be.

    Parameters
    ----------
    zoo : Path
        Pairs without a file of vectors are left out.
    pairs : iterable of Pair
    kept : Path
        A JSON file with what was computed before; it is written after each pair.
    again : bool
        Whether everything is computed anew.
    """
    known = {} if again else _known(kept)
    found: dict[str, dict[str, dict[str, float]]] = {}
    for pair in pairs:
        path = zoo / "vectors" / f"{pair.target}--{pair.source}.npz"
        if not path.exists():
            continue
        stamp = _stamp(path, _own(zoo, pair.source))
        if known.get(path.stem, {}).get("stamp") != stamp:
            began = time.perf_counter()
            measures = measure(_read(path), _read(_own(zoo, pair.source)))
            known[path.stem] = {"stamp": stamp, "measures": measures}
            _keep(kept, known)
            say(f"{path.stem}: measured in {time.perf_counter() - began:.1f} s")
        found.setdefault(pair.target, {})[pair.source] = known[path.stem]["measures"]
    return found


def measure(arrays: Arrays, own: Arrays) -> dict[str, float]:
    """Published scores on the last stage, what the product measures, and similarities.

    Parameters
    ----------
    arrays : mapping
        Of the target's training pictures, as ``zoo_truth.write_vectors`` has written them.
    own : mapping
        The same of pictures that the source learned from; empty where there are none.
    """
    features = {stage: _vectors(arrays, stage) for stage in arrays["stages"].tolist()}
    found = {
        **_scores(features[arrays["stages"][-1]], arrays),
        **_of_product(features, arrays),
        **_similarities(arrays, own),
    }
    return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def _scores(last: Any, arrays: Arrays) -> dict[str, float]:
    """Each published score whose inputs are there."""
    from headstart.scores import SCORES

    inputs = {"features": last}
    if "probabilities" in arrays:
        inputs["source probabilities"] = arrays["probabilities"]
    return {
        name: _signed(score.function(inputs[score.inputs], arrays["labels"]), score)
        for name, score in SCORES.items()
        if score.inputs in inputs
    }


def _signed(value: float, score: Any) -> float:
    return value if score.higher_is_better else -value


def _of_product(features: Mapping[str, Any], arrays: Arrays) -> dict[str, float]:
    """What a fit that chooses its source goes by."""
    from headstart.advice.source_evidence import weigh
    from headstart.fitting.sides import folds_of
    from headstart.tasks.classification import ClassificationTask

    targets = arrays["labels"]
    task = ClassificationTask.from_labels(arrays["classes"][targets])
    ids = [str(row).encode() for row in range(len(targets))]
    evidence = weigh("", features, targets, task, folds_of(task, targets, ids, 0))
    return {f"{PRODUCT}{name}": value for name, value in evidence.measures.items()}


def _similarities(arrays: Arrays, own: Arrays) -> dict[str, float]:
    """With a minus sign: what is close should do well."""
    from headstart.scores import batch_norm_gap, frechet_distance

    found = {}
    layers = sorted({name.rpartition("/")[0] for name in arrays if name.startswith("norm/")})
    if layers:
        source, target = (
            [(arrays[f"{layer}/{side}_mean"], arrays[f"{layer}/{side}_var"]) for layer in layers]
            for side in ("source", "target")
        )
        found["batch_norm_gap"] = -batch_norm_gap(source, target)
    if own:
        last = str(arrays["stages"][-1])
        both = _vectors(own, last), _vectors(arrays, last)
        found["frechet_distance"] = -frechet_distance(*both, shrink=True)
    return found


def _vectors(arrays: Arrays, stage: str) -> Any:
    return arrays[f"vectors/{stage}"].astype(np.float32)


def _own(zoo: Path, source: str) -> Path:
    return zoo / "vectors" / f"own--{source}.npz"


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _stamp(*paths: Path) -> list[int]:
    """Changes when a file does."""
    stats = [path.stat() for path in paths if path.exists()]
    return [number for one in stats for number in (one.st_size, one.st_mtime_ns)]


def _known(kept: Path) -> dict[str, Any]:
    if not kept.exists():
        return {}
    content = json.loads(kept.read_bytes())
    return content["pairs"] if content["format"] == FORMAT else {}


def _keep(kept: Path, pairs: Mapping[str, Any]) -> None:
    from headstart.files import to_json, write_atomically

    kept.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(kept, to_json({"format": FORMAT, "pairs": dict(pairs)}))
