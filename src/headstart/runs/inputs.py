"""What is to be predicted: read, with the order in which the answers are wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from headstart.data import read_any, read_inputs
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.printable import printable
from headstart.data.texts import Sifted, TextItem
from headstart.data.walk import Found, files_below
from headstart.progress import Progress, silent
from headstart.runs.text_inputs import sift_inputs
from headstart.tasks.prediction import Prediction

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Inputs:
    """Samples that can be read, and the names of all inputs in the order they were given.

    Parameters
    ----------
    dataset : Dataset
        Samples in the order given, and what was set aside.
    names : tuple of str
        Of samples and of what was set aside, mixed as they were given.
    aside : mapping of int to str or None
        Reasons of what was set aside, by its place among ``names``; None: to be found by name.
    """

    dataset: Dataset
    names: tuple[str, ...]
    aside: Mapping[int, str] | None = None

    def in_order(
        self, answers: Iterable[_Answer], kind: Callable[..., _Answer] | None = None
    ) -> Iterator[_Answer]:
        """Answers for the samples, with the reasons of those set aside in their places.

        ``kind`` makes an answer of a name and its reason; None: a prediction.
        """
        made: Callable[..., Any] = Prediction if kind is None else kind
        aside = self.aside if self.aside is not None else self._aside_by_name()
        answered = iter(answers)
        for place, name in enumerate(self.names):
            if place in aside:
                yield made(name, reason=aside[place])
            else:
                yield next(answered)

    def _aside_by_name(self) -> dict[int, str]:
        reasons = {one.input: one.reason for one in self.dataset.quarantined}
        return {place: reasons[name] for place, name in enumerate(self.names) if name in reasons}


def gather_inputs(inputs: Any, progress: Progress = silent, modality: str = "image") -> Inputs:
    """Read a path, paths, pictures, arrays, texts or embeddings.

    Parameters
    ----------
    inputs : path-like, or anything that :func:`headstart.data.read_any` takes
        What strings are depends on the modality. For pictures they are paths, and a folder stands
        for the files below it, in the order of their paths. For texts they are the texts
        themselves; a single string that is the path of a table, and a ``Path`` anywhere, stand for
        the texts in that file.
    progress : Progress
        Told after each file.
    modality : {"image", "text", "embedding"}
        What the model reads.

    Raises
    ------
    InputError
        If there is nothing, or it is of no accepted kind.
    """
    if isinstance(inputs, Iterator):
        inputs = list(inputs)
    texts = sift_inputs(inputs, progress) if modality == "text" else None
    if texts is not None:
        return _texts(texts)
    if isinstance(inputs, (str, Path)):
        return _files([inputs], progress)
    if isinstance(inputs, (list, tuple)) and all(isinstance(one, (str, Path)) for one in inputs):
        return _files(inputs, progress)
    dataset = read_any(inputs, None, progress)
    return Inputs(dataset, _names(inputs, dataset))


def _names(inputs: Any, dataset: Dataset) -> tuple[str, ...]:
    if not dataset.quarantined:
        return tuple(dataset.names)
    if isinstance(inputs, Dataset):
        return (*dataset.names, *(one.input for one in dataset.quarantined))
    return tuple(
        printable(one) if isinstance(one, (str, os.PathLike)) else f"image {row}"
        for row, one in enumerate(inputs)
    )


def _texts(parts: Sequence[Sifted]) -> Inputs:
    """Two texts may have the same name, so that those set aside are known by their place."""
    items: list[TextItem] = []
    quarantined: list[Quarantined] = []
    names: list[str] = []
    aside: dict[int, str] = {}
    for part in parts:
        for row in sorted((*part.items, *part.aside)):
            if row in part.items:
                items.append(part.items[row])
                names.append(part.items[row].name)
            else:
                aside[len(names)] = part.aside[row].reason
                quarantined.append(part.aside[row])
                names.append(part.aside[row].input)
    notes = tuple(note for part in parts for note in part.notes)
    dataset = Dataset("text", items, quarantined=tuple(quarantined), notes=notes)
    return Inputs(dataset, tuple(names), aside)


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
