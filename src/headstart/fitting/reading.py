"""Reading the training data and, where there are any, the test data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from headstart.data import find_split_folders, read_any
from headstart.data.dataset import Dataset
from headstart.data.split_column import obey_split
from headstart.progress import Progress, silent


def read_sides(
    data: Any, labels: Any = None, test: Any = None, progress: Progress = silent
) -> tuple[Dataset, Dataset | None]:
    """Read both sides; some data are both at once.

    A folder is that holds ``train`` and ``test`` (or ``val``), and so is a table whose column
    ``split`` says ``train`` or ``test`` of each row.

    Parameters
    ----------
    data : anything that :func:`headstart.data.read_any` takes
        Training samples, or the folder or table of both sides.
    labels : array-like of shape (n_samples,) or None
        Where ``data`` does not bring its own.
    test : anything that ``read_any`` takes, or (samples, labels), or None
        Held-out samples.
    progress : Progress
        Told after each file.

    Returns
    -------
    train : Dataset
    test : Dataset or None
        None when a part of the training samples is to be held back.
    """
    note: tuple[str, ...] = ()
    if test is None and labels is None and isinstance(data, (str, Path)):
        folders = find_split_folders(data)
        if folders is not None:
            data, test = folders
            note = (f"'{data.name}' was taken for training and '{test.name}' for testing.",)
    train = read_any(data, labels, progress)
    if test is None:
        return obey_split(train)
    pair = isinstance(test, tuple) and len(test) == 2
    samples, answers = test if pair else (test, None)
    return replace(train, notes=(*note, *train.notes)), read_any(samples, answers, progress)
