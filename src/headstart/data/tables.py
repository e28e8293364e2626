"""Read a table with a column of paths or texts and a column of labels."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from headstart.data.columns import (
    LABEL_NAMES,
    PATH_NAMES,
    find_by_name,
    find_column,
    is_of_texts,
)
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.identify import identify_all
from headstart.data.items import FileItem
from headstart.data.printable import printable
from headstart.data.split_column import parts_in
from headstart.data.table_files import TABLE_ENDINGS, Table, read_table_file
from headstart.data.text_tables import texts_of
from headstart.errors import InputError
from headstart.progress import Progress, silent

__all__ = ["TABLE_ENDINGS", "has_labels", "read_paths", "read_table"]


def read_table(
    path: str | os.PathLike[str],
    path_column: str | None = None,
    label_column: str | None = None,
    progress: Progress = silent,
    text_column: str | None = None,
) -> Dataset:
    """Read a CSV, TSV, Parquet or JSON lines file of samples and their labels.

    The samples are pictures where it has a column of paths, and texts where it has one of texts;
    with both they are pictures, unless ``text_column`` is given.

    Parameters
    ----------
    path : path-like
        Text is UTF-8 (or UTF-16 with a byte order mark), separated by comma, semicolon, tab or
        ``|``, with a line of column names on top; or a JSON record on each line. Relative paths in
        it are looked up from the folder it lies in.
    path_column, label_column : str or None
        None: found by name (path, file, filename, image, filepath, image_path; label, class,
        target, category, y), in any case.
    progress : Progress, optional
        Told after each file.
    text_column : str or None
        None: found by name; see :func:`~headstart.data.text_tables.read_text_table`.

    Returns
    -------
    Dataset
        Labels are text, as written: 1 becomes "1". Rows without a label, without a path or a text,
        or with a file that cannot be read are in ``quarantined``, counted from 1 below the column
        names.

    Raises
    ------
    InputError
        If the table cannot be read, has no such columns, or none of its files exists.
    """
    table = read_table_file(os.fsdecode(path))
    if is_of_texts(table.columns, path_column, text_column, table.name):
        return texts_of(table, text_column, label_column, progress)
    return _pictures_of(table, path_column, label_column, progress)


def has_labels(path: str | os.PathLike[str], label_column: str | None = None) -> bool:
    """Whether a table has a column of labels; one that is named counts, there or not.

    Raises
    ------
    InputError
        If the table cannot be read.
    """
    if label_column is not None:
        return True
    columns = read_table_file(os.fsdecode(path)).columns
    return find_by_name(columns, LABEL_NAMES) is not None


def read_paths(path: str | os.PathLike[str], path_column: str | None = None) -> list[str]:
    """The paths that a table names, whatever else stands in it; rows without one are left out.

    Parameters
    ----------
    path : path-like
        As for :func:`read_table`. Where there is one column, the line on top may be a path too.
    path_column : str or None
        None: found by name.

    Raises
    ------
    InputError
        If the table cannot be read, has no such column or no row with a path, or none of its
        files exists.
    """
    name = os.fsdecode(path)
    table = read_table_file(name, whole=True)
    texts: Sequence[str | None]
    unknown = find_by_name(table.columns, PATH_NAMES) is None
    if path_column is None and len(table.columns) == 1 and unknown:
        (column,) = table.columns
        texts = [column, *table.cells(column)]
    else:
        texts = table.cells(find_column(table.columns, path_column, PATH_NAMES, "path", name))
    files = [os.path.join(os.path.dirname(name), text) for text in texts if text is not None]
    if not files:
        raise InputError(
            f"The table '{printable(name)}' names no picture. Give each picture a row with its "
            "path."
        )
    _refuse_nothing_found(name, files)
    return files


def _pictures_of(
    table: Table, path_column: str | None, label_column: str | None, progress: Progress
) -> Dataset:
    name, blank = table.name, table.blank
    path_column = find_column(table.columns, path_column, PATH_NAMES, "path", name)
    paths = table.cells(path_column)
    label_column = find_column(table.columns, label_column, LABEL_NAMES, "label", name)
    labels = table.cells(label_column)
    if not paths:
        raise InputError(
            f"The table '{printable(name)}' has no rows. Give each picture a row with its path "
            "and label."
        )
    folder = os.path.dirname(name)
    missing = {
        row: table.faults.get(row, "no path" if path is None else "no label")
        for row, (path, label) in enumerate(zip(paths, labels, strict=True))
        if (path is None or label is None or row in table.faults) and row not in blank
    }
    rows = [row for row in range(len(paths)) if row not in missing and row not in blank]
    files = [os.path.join(folder, paths[row] or "") for row in rows]
    outcomes = dict(zip(rows, identify_all(files, progress), strict=True))
    _refuse_nothing_found(name, files)
    aside = {
        row: (None if row in table.faults else paths[row], reason)
        for row, reason in missing.items()
    }
    for row, outcome in outcomes.items():
        if isinstance(outcome, Quarantined):
            aside[row] = outcome.input, outcome.reason
    kept = {row: one for row, one in outcomes.items() if isinstance(one, FileItem)}
    return Dataset(
        modality="image",
        items=list(kept.values()),
        labels=np.array([labels[row] for row in kept], dtype=np.str_),
        quarantined=tuple(
            Quarantined(
                f"{printable(name)}, row {row + 1}" if path is None else printable(path),
                f"{reason} (row {row + 1} of {printable(os.path.basename(name))})",
            )
            for row, (path, reason) in sorted(aside.items())
        ),
        notes=table.notes,
        label_column=label_column,
        parts=parts_in(table, list(kept), (path_column, label_column)),
    )


def _refuse_nothing_found(name: str, files: list[str]) -> None:
    if files and not any(os.path.lexists(file) for file in files):
        raise InputError(
            f"None of the {len(files)} files that '{printable(name)}' names exists; the first is "
            f"'{printable(files[0])}'. Relative paths are looked up from the folder of the table: "
            "move the table there or correct its paths."
        )
