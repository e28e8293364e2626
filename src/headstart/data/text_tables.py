"""Texts of a table that lies in a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from headstart.data.columns import LABEL_NAMES, TEXT_NAMES, find_column
from headstart.data.dataset import Dataset
from headstart.data.printable import printable
from headstart.data.split_column import parts_in
from headstart.data.table_files import Table, read_table_file
from headstart.data.texts import Sifted, sift_texts
from headstart.errors import InputError
from headstart.progress import Progress, silent


def read_text_table(
    path: str | os.PathLike[str],
    text_column: str | None = None,
    label_column: str | None = None,
    progress: Progress = silent,
    labelled: bool = True,
) -> Dataset:
    """Read a CSV, TSV, Parquet or JSON lines file with a column of texts.

    Parameters
    ----------
    path : path-like
        As for :func:`~headstart.data.tables.read_table`.
    text_column, label_column : str or None
        None: found by name (text, sentence, review, comment and others; label, class, target,
        category, y), in any case.
    progress : Progress, optional
        Told how many rows were read.
    labelled : bool
        Whether the labels are asked for.

    Returns
    -------
    Dataset
        Texts as they stand; labels are text too: 1 becomes "1". Rows without a text, without a
        label or that cannot be decoded are in ``quarantined``, counted from 1 below the column
        names.

    Raises
    ------
    InputError
        If the table cannot be read, has no such columns or no rows.
    """
    table = read_table_file(os.fsdecode(path))
    return texts_of(table, text_column, label_column, progress, labelled)


def texts_of(
    table: Table,
    text_column: str | None = None,
    label_column: str | None = None,
    progress: Progress = silent,
    labelled: bool = True,
) -> Dataset:
    """The texts of a table that was read; see :func:`read_text_table`."""
    if not labelled:
        return sift_table(table, text_column, None, progress).dataset()
    column = find_column(table.columns, label_column, LABEL_NAMES, "label", table.name)
    labels = table.cells(column)
    read = sift_table(table, text_column, labels, progress)
    dataset = read.dataset(np.array([labels[row] for row in read.items], dtype=np.str_))
    parts = parts_in(table, list(read.items), (column, text_column))
    return replace(dataset, label_column=column, parts=parts)


def sift_table(
    table: Table,
    text_column: str | None = None,
    labels: Sequence[str | None] | None = None,
    progress: Progress = silent,
) -> Sifted:
    """The texts of a table by their row; where labels are asked for, none may be missing.

    Raises
    ------
    InputError
        If the table has no such column or no rows.
    """
    if not len(table):
        raise InputError(
            f"The table '{printable(table.name)}' has no rows. Give each text a row, with its "
            "label."
        )
    column = find_column(table.columns, text_column, TEXT_NAMES, "text", table.name)
    faults = dict(table.faults)
    for row, label in enumerate(labels or ()):
        if label is None:
            faults.setdefault(row, "no label")
    name = printable(table.name)
    return sift_texts(
        table.values(column),
        lambda row: f"{name}, row {row + 1}",
        faults,
        table.blank,
        progress,
        table.notes,
    )
