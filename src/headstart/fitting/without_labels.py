"""What every training without labels does with its samples, and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.data import stratified_split
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.evidence import Evidence
from headstart.fitting.training_evidence import epochs_decision
from headstart.fitting.watch import Watch
from headstart.runs.own_source import OwnSource

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.plan import Plan
    from headstart.training.loop import Trained

#: Fewer different samples than these make no batch worth the name.
_FEWEST = 8
#: Samples that judge the epochs: a share, at least and at most so many.
_JUDGES, _FEWEST_JUDGES, _MOST_JUDGES = 0.1, 4, 256
#: By modality: what samples are called, and what is set aside where one cannot be used.
_CALLED = {"image": ("pictures", "files"), "text": ("texts", "rows")}


def called(modality: str) -> str:
    """What samples are called, as in "62 texts"."""
    return _CALLED[modality][0]


def different(dataset: Dataset) -> Dataset:
    """The first of each content: equal samples say nothing new.

    Raises
    ------
    InputError
        If there are fewer than 8.
    """
    first = {one: row for row, one in reversed(list(enumerate(dataset.fingerprints)))}
    if len(first) < _FEWEST:
        samples, others = _CALLED[dataset.modality]
        raise InputError(
            f"There are {len(first)} different {samples}, and {len(dataset.quarantined)} {others} "
            f"were set aside; at least {_FEWEST} are needed to learn without labels, and some "
            f"hundreds to learn something. Give more {samples}."
        )
    return dataset.take(sorted(first.values()))


def share_of_judges(n_samples: int) -> float:
    """The share that is held back to judge the epochs; none of very few."""
    if n_samples * _JUDGES < _FEWEST_JUDGES:
        return 0.0
    return min(_JUDGES, _MOST_JUDGES / n_samples)


def rows_of(dataset: Dataset, plan: Plan, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Samples that are learned from, and those that judge each epoch."""
    share = 0.0 if plan.training is None else plan.training.validation
    if share == 0.0:
        return np.arange(len(dataset)), np.arange(0)
    return stratified_split(np.zeros(len(dataset)), dataset.fingerprints, share, seed)


def own_source(
    dataset: Dataset, assembled: Assembled, plan: Plan, trained: Trained, watch: Watch
) -> OwnSource:
    """The trained network under facts that say what its weights are now."""
    from headstart.backbones.providers.weights_file import hash_of

    tensors: dict[str, Any] = dict(assembled.network.state_dict())
    before = assembled.source
    samples = called(dataset.modality)
    source = replace(
        before,
        weights_hash=hash_of(tensors),
        classes=None,
        origin=f"pretrained by headstart on {len(dataset):,} {samples} without labels "
        f"({before.name}, {trained.kept}; before: {before.origin})",
    )
    arrays = {name: one.numpy().copy() for name, one in tensors.items()}
    evidence = Evidence((epochs_decision(trained),))
    return OwnSource(source, plan, arrays, evidence, record_of(dataset, before.name, watch))


def record_of(dataset: Dataset, source: str, watch: Watch) -> dict[str, Any]:
    """What ``result.json`` says of a training without labels."""
    return {
        "n_train": len(dataset),
        "source": source,
        "quarantined": [{"input": one.input, "reason": one.reason} for one in dataset.quarantined],
        "notes": list(dataset.notes),
        "seconds": dict(watch.seconds),
    }
