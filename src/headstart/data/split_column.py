"""A column of a table that says which samples are for training, and which for testing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from headstart.data.columns import find_by_name
from headstart.data.dataset import Dataset
from headstart.data.split_folders import SPLIT_NAMES
from headstart.data.table_files import Table

_NAMES = ("split",)
_TRAINING = ("train", "training")
_TESTING = ("test", "testing")


def split_column(table: Table) -> str | None:
    """The name of that column, or None."""
    return find_by_name(table.columns, _NAMES)


def parts_in(
    table: Table, rows: Sequence[int], taken: Sequence[str | None]
) -> NDArray[np.str_] | None:
    """What the column says of some rows; None where there is none, or it is asked for by name.

    Parameters
    ----------
    table : Table
        That was read.
    rows : sequence of int
        Of the samples, in their order.
    taken : sequence of str or None
        Columns that hold something else; None is passed over.

    Returns
    -------
    ndarray of shape (n_rows,) or None
        In small letters; empty where the cell is.
    """
    column = split_column(table)
    if column is None or column in taken:
        return None
    cells = table.cells(column)
    return np.array([(cells[row] or "").lower() for row in rows], dtype=np.str_)


def obey_split(dataset: Dataset) -> tuple[Dataset, Dataset | None]:
    """Both sides, where each sample's part is a usual name and there are samples of both.

    Examples
    --------
    >>> whole = Dataset("embedding", vectors=np.zeros((4, 2)), labels=np.array(list("abab")))
    >>> train, test = obey_split(replace(whole, parts=np.array(["train", "test", "val", "train"])))
    >>> len(train), len(test), train.notes[0][:25], obey_split(whole)[1]
    (2, 1, "The column 'split' says w", None)
    """
    parts, plain = dataset.parts, replace(dataset, parts=None)
    if parts is None:
        return plain, None
    said = set(parts.tolist())
    if not (said <= SPLIT_NAMES and said & {*_TRAINING} and said & {*_TESTING}):
        return plain, None
    learner = plain.take(np.flatnonzero(np.isin(parts, _TRAINING)))
    tester = plain.take(np.flatnonzero(np.isin(parts, _TESTING)))
    left = len(plain) - len(learner) - len(tester)
    note = (
        f"The column 'split' says which samples are for training ({len(learner)}) and which for "
        f"testing ({len(tester)})"
        + (f"; {left} are for neither, and were left out." if left else ".")
    )
    learner = replace(learner, notes=(*learner.notes, note))
    return learner, replace(tester, quarantined=(), notes=())
