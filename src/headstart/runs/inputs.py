"""What is to be predicted: read, with the order in which the answers are wanted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headstart.data import read_any, read_inputs
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.printable import printable
from headstart.data.walk import Found, files_below
from headstart.progress import Progress, silent
from headstart.tasks.prediction import Prediction


@dataclass(frozen=True)
class Inputs:
    """Samples that can be read, and the names of all inputs in the order they were given.

    Parameters
    ----------
    dataset : Dataset
        Samples in the order given, and what was set aside.
    names : tuple of str
        Of samples and of what was set aside, mixed as they were given.
    """

    dataset: Dataset
    names: tuple[str, ...]

    def in_order(self, answers: Iterable[Prediction]) -> Iterator[Prediction]:
        """Answers for the samples, with the reasons of those set aside in their places."""
        reasons = {one.input: one.reason for one in self.dataset.quarantined}
        answered = iter(answers)
        for name in self.names:
            if name in reasons:
                yield Prediction(name, reason=reasons[name])
            else:
                yield next(answered)


def gather_inputs(inputs: Any, progress: Progress = silent) -> Inputs:
    """Read a path, paths, pictures, arrays or embeddings.

    A folder stands for the files below it, in the order of their paths.

    Parameters
    ----------
    inputs : path-like, or anything that :func:`headstart.data.read_any` takes
        Where all are paths, folders may be among them.
    progress : Progress
        Told after each file.

    Raises
    ------
    InputError
        If there is nothing, or it is of no accepted kind.
    """
    if isinstance(inputs, (str, Path)):
        return _files([inputs], progress)
    if isinstance(inputs, (list, tuple)) and all(isinstance(one, (str, Path)) for one in inputs):
        return _files(inputs, progress)
    if isinstance(inputs, Iterator):
        inputs = list(inputs)
    dataset = read_any(inputs, None, progress)
    return Inputs(dataset, _names(inputs, dataset))


def _names(inputs: Any, dataset: Dataset) -> tuple[str, ...]:
    if not dataset.quarantined:
        return tuple(dataset.names)
    return tuple(
        printable(one) if isinstance(one, (str, os.PathLike)) else f"image {row}"
        for row, one in enumerate(inputs)
    )


def _files(paths: Sequence[str | Path], progress: Progress) -> Inputs:
    """Folders are opened here, so that their files keep their place."""
    files: list[str] = []
    names: list[str] = []
    aside: list[Quarantined] = []
    for path in map(os.fsdecode, paths):
        found = files_below(path) if os.path.isdir(path) else Found([path])
        if not found.files and not found.quarantined:
            found.quarantined.append(Quarantined(printable(path), "a folder without files"))
        files += found.files
        aside += found.quarantined
        names += [one.input for one in found.quarantined] + [printable(one) for one in found.files]
    dataset = Dataset("image") if aside and not files else read_inputs(files, progress)
    return Inputs(replace(dataset, quarantined=(*aside, *dataset.quarantined)), tuple(names))
