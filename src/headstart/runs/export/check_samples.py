"""Samples that an exported model is checked on: real ones where there are any."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.encoder import Done, Encoder
from headstart.activations.encoders import encoder_of
from headstart.activations.encoding import stream
from headstart.activations.text_engine import filled
from headstart.data import read_any, read_unlabelled
from headstart.data.dataset import Dataset, Item
from headstart.errors import InputError
from headstart.progress import Progress, silent
from headstart.runs.export.exportable import Exportable
from headstart.runs.inputs import gather_inputs
from headstart.runs.text_inputs import is_table_path

#: As many are taken of what was given, and of the run's own test samples.
_MOST_GIVEN, _MOST_TESTED = 1000, 200
_MADE_UP = 16
_WORDS = ("one", "small", "boat", "went", "over", "the", "sea", "and", "nobody", "saw", "it")
#: Computed together: other sizes of a batch than the one that a network was traced with.
_BATCH = 8

_Compute = Callable[[NDArray[Any]], Any]


@dataclass(frozen=True)
class Samples:
    """Samples that can be read, and what a network is given for each.

    Parameters
    ----------
    dataset : Dataset
        The samples.
    prepared : tuple of ndarray
        uint8 pixels of shape (1, height, width, 3), or tokens of shape (n_tokens,).
    kind : str
        What they are, in words: ``"made-up inputs"``.
    are_real : bool
        Whether they were not made up.
    """

    dataset: Dataset
    prepared: tuple[NDArray[Any], ...]
    kind: str
    are_real: bool = True

    def __len__(self) -> int:
        return len(self.prepared)

    @property
    def raw(self) -> list[Any]:
        """Decoded pictures, or texts."""
        return [item.open() for item in self.dataset.items]

    def batches(self) -> Iterator[NDArray[Any]]:
        """Pixels of shape (n, height, width, 3), or tokens of shape (n, length), -1 at the end."""
        for start in range(0, len(self.prepared), _BATCH):
            some = self.prepared[start : start + _BATCH]
            if self.dataset.modality == "text":
                yield filled(some, max(map(len, some)))
            else:
                yield np.concatenate(some)

    def answered(self, compute: _Compute) -> NDArray[np.float64]:
        """What ``compute`` says of all batches, shape (n_samples, n_outputs)."""
        parts = [np.array(compute(batch), dtype=np.float64) for batch in self.batches()]
        return np.concatenate(parts)


def check_samples(
    run: Exportable, data: Path | None = None, progress: Progress = silent
) -> Samples:
    """Read what is given; else the test samples of the run that are still there; else make some up.

    Raises
    ------
    InputError
        If what is given holds no sample that can be read.
    """
    if data is not None:
        given = _some(_given(run, data, progress), _MOST_GIVEN)
        samples = _prepared(run, given, "inputs", progress)
        if not len(samples):
            first = samples.dataset.quarantined[:1]
            why = f" ({first[0].input}: {first[0].reason})" if first else ""
            raise InputError(
                f"'{data}' holds no input that the model can be checked on{why}. Give a folder or "
                f"a table of {'texts' if run.modality == 'text' else 'pictures'}."
            )
        return samples
    tested = _prepared(run, _tested(run), "test inputs of the run", progress)
    if len(tested):
        return tested
    return _prepared(run, _made_up(run), "made-up inputs", progress, are_real=False)


def _given(run: Exportable, data: Path, progress: Progress) -> Dataset:
    if run.modality == "text":
        return gather_inputs([data], progress, "text").dataset
    if not data.exists():
        raise InputError(f"There is no file or folder '{data}' to check on. Check the spelling.")
    return read_unlabelled(data, progress=progress)


def _tested(run: Exportable) -> Dataset:
    """Test samples that ``predictions.csv`` names and that still are where they were."""
    names = [one.input for one in run.model.predictions if one.reason is None]
    if run.modality == "text":
        return _tested_texts(names)
    paths = [name for name in names if os.path.isfile(name)]
    if not paths:
        return Dataset("image")
    return gather_inputs([paths[row] for row in _spread(len(paths), _MOST_TESTED)]).dataset


def _tested_texts(names: Sequence[str]) -> Dataset:
    """They are named by the table that they stand in, and their row."""
    wanted = set(names)
    tables = {name.rpartition(", row ")[0]: None for name in names}
    items = [item for table in tables for item in _texts_in(table) if item.name in wanted]
    return _some(Dataset("text", items), _MOST_TESTED)


def _texts_in(table: str) -> Sequence[Item]:
    """Nothing where there is no such table, or its column of texts was named when it was read."""
    if not is_table_path(table):
        return ()
    try:
        return gather_inputs([Path(table)], modality="text").dataset.items
    except InputError:
        return ()


def _made_up(run: Exportable) -> Dataset:
    """Pictures of noise of different strength, or sentences of different length."""
    counts = range(1, _MADE_UP + 1)
    if run.modality == "text":
        return gather_inputs([_sentence(count) for count in counts], modality="text").dataset
    random = np.random.default_rng(0)
    height, width = run.preprocessing.size
    shape = (height + 3, width + 5, 3)
    noise = [random.normal(128, 8 * count, shape) for count in counts]
    return read_any([one.clip(0, 255).astype(np.uint8) for one in noise])


def _sentence(count: int) -> str:
    return " ".join(_WORDS[(place * count) % len(_WORDS)] for place in range(2 * count))


def _some(dataset: Dataset, most: int) -> Dataset:
    return dataset.take(_spread(len(dataset), most))


def _spread(count: int, most: int) -> list[int]:
    """At most so many rows, from all over."""
    rows = np.linspace(0, max(count - 1, 0), min(count, most)).round().astype(int)
    return np.unique(rows).tolist()


def _prepared(
    run: Exportable, dataset: Dataset, kind: str, progress: Progress, are_real: bool = True
) -> Samples:
    """Decode, and set aside what cannot be read."""
    prepared: dict[int, NDArray[Any]] = {}

    def receive(row: int, _: Encoder, content: NDArray[Any]) -> None:
        prepared[row] = content

    encoder = _Preparing(encoder_of(run.backbone, "f32"))
    reasons = stream(dataset.items, [[encoder]] * len(dataset), receive, progress, "read")
    rows = tuple(prepared[row] for row in sorted(prepared))
    return Samples(dataset.set_aside(reasons), rows, kind, are_real)


class _Preparing:
    """An encoder that stops before its network."""

    def __init__(self, whole: Encoder) -> None:
        self.key, self.sizes, self.smallest_side = whole.key, whole.sizes, whole.smallest_side
        self.prepare = whole.prepare

    def start(self, prepared: NDArray[Any], done: Done) -> None:
        done(prepared)

    def finish(self) -> None:
        """Nothing is under way."""
