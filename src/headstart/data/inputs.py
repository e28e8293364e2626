"""Read what is to be predicted: files and folders, without labels."""

from __future__ import annotations

import os
from collections.abc import Sequence

from headstart.data.dataset import Dataset, Quarantined
from headstart.data.identify import identify_all
from headstart.data.items import FileItem
from headstart.data.printable import printable
from headstart.data.walk import files_below
from headstart.errors import InputError
from headstart.progress import Progress, silent


def read_inputs(inputs: Sequence[str | os.PathLike[str]], progress: Progress = silent) -> Dataset:
    """Read files, and folders with everything below them.

    Parameters
    ----------
    inputs : sequence of path-like
        In the order in which answers are wanted. A file named twice is answered twice.
    progress : Progress, optional
        Told after each file.

    Returns
    -------
    Dataset
        Without labels. Each input that is missing, is no picture or cannot be read is in
        ``quarantined`` with its reason, as is a folder without files.

    Raises
    ------
    InputError
        If ``inputs`` is empty.
    """
    if isinstance(inputs, (str, os.PathLike)):
        inputs = [inputs]
    if not len(inputs):
        raise InputError("There is nothing to predict: 0 inputs. Name picture files or folders.")
    paths: list[str] = []
    aside: list[Quarantined] = []
    notes: list[str] = []
    for path in map(os.fsdecode, inputs):
        if not os.path.isdir(path):
            paths.append(path)
            continue
        found = files_below(path)
        paths += found.files
        aside += found.quarantined
        notes += found.notes
        if not found.files and not found.quarantined:
            aside.append(Quarantined(printable(path), "a folder without files"))
    outcomes = identify_all(paths, progress)
    return Dataset(
        modality="image",
        items=[outcome for outcome in outcomes if isinstance(outcome, FileItem)],
        quarantined=(*aside, *(one for one in outcomes if isinstance(one, Quarantined))),
        notes=tuple(notes),
    )
