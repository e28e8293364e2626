"""Take the part of a data set that a table of parts names: the training pictures, say."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

from headstart.data.columns import PATH_NAMES, find_column
from headstart.data.dataset import Dataset
from headstart.data.picture_endings import PICTURE_ENDINGS
from headstart.data.printable import printable
from headstart.data.table_files import Table, read_table_file
from headstart.errors import InputError

_PART_NAMES = ("split", "part", "subset", "fold", "set")


def take_part(
    data: Dataset,
    table: str | os.PathLike[str],
    part: str,
    *,
    path_column: str | None = None,
    part_column: str | None = None,
) -> Dataset:
    """The samples that a table counts to one part of the data set.

    Parameters
    ----------
    data : Dataset
        Of pictures.
    table : path-like
        With a row for each picture: its name or path, endings apart, and its part.
    part : str
        Such as ``train``.
    path_column, part_column : str or None
        None: found by name (path, file, name; split, part, subset, fold, set).

    Returns
    -------
    Dataset
        In the order of ``data``.

    Raises
    ------
    InputError
        If the table cannot be read or has no such part, none of its pictures is in ``data``, or two
        of them have the same name.
    """
    name = os.fsdecode(table)
    found = read_table_file(name)
    names = (*PATH_NAMES, "name", "file_name")
    paths = found.cells(find_column(found.columns, path_column, names, "path", name))
    parts = found.cells(find_column(found.columns, part_column, _PART_NAMES, "part", name))
    rows_of_part = (row for row, one in enumerate(parts) if one == part)
    wanted = {_key(paths[row] or "") for row in rows_of_part if row not in found.faults} - {""}
    if not wanted:
        raise _no_part(found, part, parts)
    keys = [_key(sample) for sample in data.names]
    rows = [row for row, key in enumerate(keys) if key in wanted]
    if not rows:
        raise InputError(
            f"None of the {len(wanted)} pictures that '{printable(name)}' counts to '{part}' is "
            f"among the {len(data)} samples; the first sample is '{data.names[0]}'. The names in "
            "the table have to be those of the pictures."
        )
    _refuse_same_names([keys[row] for row in rows], part)
    missing = sorted(wanted - set(keys))
    if not missing:
        return data.take(rows)
    note = (
        f"Of '{part}' in '{printable(name)}', pictures that are not among the samples: "
        f"{len(missing)}, the first being '{printable(missing[0])}'."
    )
    return replace(data.take(rows), notes=(*data.notes, note))


def _key(path: str) -> str:
    """Name of a picture without folder and ending."""
    base = os.path.basename(path.replace("\\", "/"))
    stem, ending = os.path.splitext(base)
    return stem if ending.lower() in PICTURE_ENDINGS else base


def _refuse_same_names(keys: list[str], part: str) -> None:
    """Two pictures of one name may belong to two parts, and nobody could say which is which."""
    twice, count = Counter(keys).most_common(1)[0]
    if count > 1:
        raise InputError(
            f"{count} samples of '{part}' are called '{printable(twice)}', in different folders. "
            "Pictures are told apart by their names: read the parts from folders of their own."
        )


def _no_part(table: Table, part: str, parts: list[str | None]) -> InputError:
    known = sorted({one for one in parts if one is not None})
    more = ", ..." if len(known) > 6 else ""
    return InputError(
        f"The table '{printable(table.name)}' has no part '{part}'. Its parts: "
        f"{', '.join(known[:6])}{more}. Name one of them."
    )


def has_part(table: str | os.PathLike[str], part: str, *, part_column: str | None = None) -> bool:
    """Whether a table counts any sample to a part.

    Raises
    ------
    InputError
        If the table cannot be read, or has no column of parts.
    """
    name = os.fsdecode(table)
    found = read_table_file(name)
    return part in found.cells(find_column(found.columns, part_column, _PART_NAMES, "part", name))
