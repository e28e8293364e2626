"""A digest of all that a training of a task of places depends on: by it it may be gone on with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from headstart.data.dataset import Dataset
from headstart.fitting.place_start import PlaceStart
from headstart.tasks.place_task import PlaceTask


def place_digest(
    start: PlaceStart, task: PlaceTask, head: Mapping[str, Any], dataset: Dataset, seed: int
) -> str:
    """Of everything that the trained numbers depend on.

    Parameters
    ----------
    start : PlaceStart
        What it begins with.
    task : PlaceTask
        With its classes.
    head : mapping
        What the head is built with.
    dataset : Dataset
        The training pictures.
    seed : int
        Of order, views, the head and dropout.
    """
    from headstart.backbones.identity import stages_digest

    backbone = start.assembled.backbone
    facts = [start.plan.to_dict(), seed, task.name, task.to_manifest()]
    plain = {name: np.asarray(one).tolist() for name, one in head.items()}
    told = json.dumps([*facts, plain, version("torch")], sort_keys=True)
    digest = hashlib.blake2b(told.encode(), digest_size=16)
    digest.update(stages_digest(backbone, len(backbone.stages)).encode())
    labels = () if dataset.labels is None else dataset.labels
    for one, label in zip(dataset.fingerprints, labels, strict=True):
        digest.update(one)
        digest.update(_bytes_of(label))
    return digest.hexdigest()


def _bytes_of(label: Any) -> bytes:
    """Of an annotation: what would be learned otherwise if it changed."""
    if hasattr(label, "codes"):
        return hashlib.blake2b(np.ascontiguousarray(label.codes()).tobytes()).digest()
    return np.ascontiguousarray(label.corners).tobytes() + "|".join(map(str, label.labels)).encode()
