"""Several targets a sample: columns beside paths, texts or embeddings, with gaps.

They become the labels of a data set: an array of objects of shape (n_samples, n_targets), None
where a target is missing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.columns import PATH_NAMES, TEXT_NAMES, find_by_name, is_of_texts
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.identify import identify_all
from headstart.data.items import FileItem
from headstart.data.named_pictures import find_pictures
from headstart.data.printable import printable
from headstart.data.reading import read_any
from headstart.data.split_column import obey_split, parts_in, split_column
from headstart.data.table_files import TABLE_ENDINGS, Table, read_table_file
from headstart.data.text_signs import column_names
from headstart.data.text_tables import sift_table
from headstart.data.texts import as_rows
from headstart.errors import InputError
from headstart.progress import Progress, silent

#: Names of a column with paths, where the table holds several targets and no texts.
_PATHS = (*PATH_NAMES, "name")


@dataclass(frozen=True)
class Targets:
    """Samples whose labels are columns, and the names of those.

    Parameters
    ----------
    names : tuple of str
        Of the columns.
    train : Dataset
        With labels of shape (n_samples, n_targets), None where one is missing.
    test : Dataset or None
        What a column ``split`` says is for testing.
    """

    names: tuple[str, ...]
    train: Dataset
    test: Dataset | None = None


def read_target_table(
    path: str | os.PathLike[str],
    names: Sequence[str] = (),
    path_column: str | None = None,
    text_column: str | None = None,
    progress: Progress = silent,
    splits: bool = True,
) -> Targets:
    """Read a table of pictures or texts with several columns of targets.

    Parameters
    ----------
    path : path-like
        As for :func:`~headstart.data.tables.read_table`. A picture may also be named without its
        ending or folder: it is then looked for beside the table and in its folder ``images``.
    names : sequence of str
        The columns of targets; none: all but those of paths, texts and the split.
    path_column, text_column : str or None
        None: found by name.
    progress : Progress
        Told after each file.
    splits : bool
        Whether a column ``split`` with ``train`` and ``test`` in it is obeyed.

    Raises
    ------
    InputError
        If the table cannot be read, has no such column or no row with a target, or none of its
        files exists.
    """
    table = read_table_file(os.fsdecode(path))
    words = find_by_name(table.columns, TEXT_NAMES) if text_column is None else text_column
    paths = _PATHS if words is None else PATH_NAMES
    given = find_by_name(table.columns, paths) if path_column is None else path_column
    texts = given is None or text_column is not None
    if path_column is not None or texts:
        texts = is_of_texts(table.columns, path_column, text_column, table.name)
    if not texts and given not in table.columns:
        raise _no_column(table, str(given))
    own = {words if texts else given, split_column(table)}
    columns = list(names) or [one for one in table.columns if one not in own]
    labels = _labels_of(table, columns)
    read = _texts(table, text_column, progress) if texts else _pictures(table, str(given), progress)
    parts = parts_in(table, [*read[1]], names) if splits else None
    dataset = replace(read[0], labels=labels[read[1]], parts=parts)
    learner, tester = obey_split(dataset)
    held_out = None if tester is None else _without_empty(tester)
    return Targets(tuple(columns), _without_empty(learner), held_out)


def read_targets(
    data: Any,
    targets: Any = None,
    names: Sequence[str] = (),
    progress: Progress = silent,
    splits: bool = True,
) -> Targets:
    """Read samples that a program holds, or a table, with several targets.

    Parameters
    ----------
    data : anything that :func:`headstart.data.read_any` takes
        A path leads to a table that holds the targets too.
    targets : mapping or frame of columns, or array-like of shape (n_samples, n_targets), or None
        None, NaN and empty text are missing.
    names : sequence of str
        Which columns of it, or names for the columns of an array; none: all, or ``target 0`` on.
    progress : Progress
        Told after each file.
    splits : bool
        Whether a column ``split`` of a table is obeyed.

    Raises
    ------
    InputError
        If numbers of samples and targets differ, or a column is not there.

    Examples
    --------
    >>> found = read_targets(np.zeros((2, 3)), {"car": [1, None], "age": [None, 2.5]})
    >>> found.names, found.train.labels.tolist()
    (('car', 'age'), [[1, None], [None, 2.5]])
    """
    if isinstance(data, Targets):
        return data
    if isinstance(data, (str, os.PathLike)) and targets is None:
        place = os.fsdecode(data)
        if not place.lower().endswith(TABLE_ENDINGS):
            raise InputError(
                f"'{printable(place)}' is no table, and no targets are given beside it. Accepted "
                f"with several targets: a table ({', '.join(TABLE_ENDINGS)}) with a column for "
                "each, or samples and their targets."
            )
        return read_target_table(place, names, progress=progress, splits=splits)
    if targets is None:
        raise InputError(
            "The samples have no targets. Give them as a mapping or frame of columns, or as an "
            "array of shape (n_samples, n_targets)."
        )
    columns = _columns(targets, names)
    counts = {len(one) for one in columns.values()}
    n_rows = counts.pop()
    if counts:
        raise InputError(
            f"The targets have columns of different length: {n_rows} and {counts.pop()} cells. "
            "Give each sample a cell in every column, None where it is missing."
        )
    labels = _table_of(list(columns.values()), n_rows)
    read = read_any(data, np.arange(n_rows), progress)
    rows = np.asarray(read.labels, dtype=np.intp)
    return Targets(tuple(columns), _without_empty(replace(read, labels=labels[rows])))


def _columns(targets: Any, names: Sequence[str]) -> dict[str, list[Any]]:
    """Cells by name, as they are given."""
    if isinstance(targets, Mapping) or column_names(targets) is not None:
        found = list(targets) if isinstance(targets, Mapping) else column_names(targets) or []
        wanted = [str(name) for name in names] or [str(name) for name in found]
        missing = [name for name in wanted if name not in found]
        if missing or not wanted:
            raise InputError(
                f"The targets have no column {(missing or [''])[0]!r}. Their columns: "
                f"{', '.join(map(repr, found))}. Name some of those."
            )
        return {name: as_rows(targets[name]) for name in wanted}
    rows = targets.tolist() if hasattr(targets, "tolist") else list(targets)
    if not rows or not all(isinstance(row, (list, tuple)) for row in rows):
        raise InputError(
            f"The targets are of type {type(targets).__name__}; accepted are a mapping or a frame "
            "of columns, or rows of shape (n_samples, n_targets). For one target use "
            "TransferClassifier or TransferRegressor."
        )
    width = len(rows[0])
    called = [str(name) for name in names] or [f"target {place}" for place in range(width)]
    if len(called) != width or any(len(row) != width for row in rows):
        raise InputError(
            f"The targets have {width} columns in their first row, and {len(called)} names are "
            "given; accepted is one name a column, and rows of the same length. Correct either."
        )
    return {name: [row[place] for row in rows] for place, name in enumerate(called)}


def _table_of(columns: Sequence[Sequence[Any]], n_rows: int) -> NDArray[Any]:
    """Cells of shape (n_rows, n_columns), None where one is missing."""
    table = np.full((n_rows, len(columns)), None, dtype=object)
    for place, cells in enumerate(columns):
        for row, cell in enumerate(cells):
            table[row, place] = None if is_gap(cell) else cell
    return table


def is_gap(cell: Any) -> bool:
    """Whether a cell says nothing: None, NaN, empty text.

    Examples
    --------
    >>> [is_gap(one) for one in (None, float("nan"), " ", "0", 0, ())]
    [True, True, True, False, False, False]
    """
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, str):
        return not cell.strip()
    return isinstance(cell, (float, np.floating)) and bool(np.isnan(cell))


def _labels_of(table: Table, columns: Sequence[str]) -> NDArray[Any]:
    for name in columns:
        if name not in table.columns:
            raise _no_column(table, name)
    if not columns:
        raise InputError(
            f"The table '{printable(table.name)}' has no column of targets. Its columns: "
            f"{', '.join(map(repr, table.columns))}. Add a column for each target."
        )
    repeated = [name for name in columns if list(columns).count(name) > 1]
    if repeated:
        raise InputError(f"The target {repeated[0]!r} is named twice. Name each column once.")
    return _table_of([table.cells(name) for name in columns], len(table))


def _no_column(table: Table, name: str) -> InputError:
    return InputError(
        f"The table '{printable(table.name)}' has no column {name!r}. Its columns: "
        f"{', '.join(map(repr, table.columns))}. Correct the name, or rename the column."
    )


def _texts(
    table: Table, text_column: str | None, progress: Progress
) -> tuple[Dataset, NDArray[np.intp]]:
    read = sift_table(table, text_column, None, progress)
    return read.dataset(), np.array(list(read.items), dtype=np.intp)


def _pictures(
    table: Table, path_column: str, progress: Progress
) -> tuple[Dataset, NDArray[np.intp]]:
    """The pictures that can be read, and the rows that they stand in."""
    cells = table.cells(path_column)
    rows = [row for row in range(len(cells)) if row not in table.blank]
    files = find_pictures(table.name, {row: cells[row] for row in rows if cells[row] is not None})
    found = dict(zip(files, identify_all(list(files.values()), progress), strict=True))
    items: list[FileItem] = []
    kept: list[int] = []
    aside: list[Quarantined] = []
    of = printable(os.path.basename(table.name))
    for row in rows:
        outcome = found.get(row)
        if row in table.faults or outcome is None:
            reason = f"{table.faults.get(row, 'no path')} (row {row + 1} of {of})"
            aside.append(Quarantined(f"{printable(table.name)}, row {row + 1}", reason))
        elif isinstance(outcome, Quarantined):
            reason = f"{outcome.reason} (row {row + 1} of {of})"
            aside.append(Quarantined(outcome.input, reason))
        else:
            items.append(outcome)
            kept.append(row)
    dataset = Dataset("image", items, quarantined=tuple(aside), notes=table.notes)
    return dataset, np.array(kept, dtype=np.intp)


def _without_empty(dataset: Dataset) -> Dataset:
    """Samples that have no target at all have nothing to say; they are set aside by name."""
    labels = np.asarray(dataset.labels)
    empty = [row for row, cells in enumerate(labels) if all(cell is None for cell in cells)]
    left = dataset.set_aside(dict.fromkeys(empty, "no target: all of its cells are empty"))
    if len(left):
        return left
    raise InputError(
        f"None of {len(labels)} samples that can be read has a target, and "
        f"{len(dataset.quarantined)} were set aside. Accepted are samples with one target at "
        "least. Fill in cells, or name other columns."
    )
