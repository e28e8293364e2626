"""Read a table with a column of paths and a column of labels."""

from __future__ import annotations

import os
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from headstart.data.dataset import Dataset, Quarantined
from headstart.data.file_bytes import read_bytes
from headstart.data.identify import identify_all
from headstart.data.items import FileItem
from headstart.data.printable import printable
from headstart.errors import InputError, UnreadableInputError
from headstart.progress import Progress, silent

if TYPE_CHECKING:
    import polars

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".pq")
_PATH_NAMES = ("path", "file", "filename", "image", "filepath", "image_path")
_LABEL_NAMES = ("label", "class", "target", "category", "y")
#: What spreadsheets, R and pandas write for a value that is not there.
_MISSING = ("", "NaN", "nan", "<NA>", "#N/A")


def read_table(
    path: str | os.PathLike[str],
    path_column: str | None = None,
    label_column: str | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Read a CSV, TSV or Parquet file that names pictures and their labels.

    Parameters
    ----------
    path : path-like
        Text is UTF-8 (or UTF-16 with a byte order mark), separated by comma, semicolon, tab or
        ``|``, with a line of column names on top. Relative paths in it are looked up from the
        folder it lies in.
    path_column, label_column : str or None
        None: found by name (path, file, filename, image, filepath, image_path; label, class,
        target, category, y), in any case.
    progress : Progress, optional
        Told after each file.

    Returns
    -------
    Dataset
        Labels are text, as written: 1 becomes "1". Rows without a label, without a path or with a
        file that cannot be read are in ``quarantined``, counted from 1 below the column names.

    Raises
    ------
    InputError
        If the table cannot be read, has no such columns, or none of its files exists.
    """
    name = os.fsdecode(path)
    frame = _read_frame(name)
    paths = _texts(frame, _find(frame, path_column, _PATH_NAMES, "path", name), name)
    labels = _texts(frame, _find(frame, label_column, _LABEL_NAMES, "label", name), name)
    if not paths:
        raise InputError(
            f"The table '{printable(name)}' has no rows. Give each picture a row with its path "
            "and label."
        )
    return _dataset(name, paths, labels, _blank_rows(frame), progress)


def has_labels(path: str | os.PathLike[str], label_column: str | None = None) -> bool:
    """Whether a table has a column of labels; one that is named counts, there or not.

    Raises
    ------
    InputError
        If the table cannot be read.
    """
    if label_column is not None:
        return True
    columns = _read_frame(os.fsdecode(path)).columns
    return any(column.strip().lower() in _LABEL_NAMES for column in columns)


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
    frame = _read_frame(name)
    known = {column.strip().lower() for column in frame.columns} & set(_PATH_NAMES)
    if path_column is None and len(frame.columns) == 1 and not known:
        (column,) = frame.columns
        texts = [column, *_texts(frame, column, name)]
    else:
        texts = _texts(frame, _find(frame, path_column, _PATH_NAMES, "path", name), name)
    files = [os.path.join(os.path.dirname(name), text) for text in texts if text is not None]
    if not files:
        raise InputError(
            f"The table '{printable(name)}' names no picture. Give each picture a row with its "
            "path."
        )
    _refuse_nothing_found(name, files)
    return files


def _read_frame(name: str) -> polars.DataFrame:
    is_parquet = name.lower().endswith((".parquet", ".pq"))
    return _read_parquet(name) if is_parquet else _read_text(name)


def _dataset(
    name: str,
    paths: list[str | None],
    labels: list[str | None],
    blank: set[int],
    progress: Progress,
) -> Dataset:
    folder = os.path.dirname(name)
    missing = {
        row: "no path" if path is None else "no label"
        for row, (path, label) in enumerate(zip(paths, labels, strict=True))
        if (path is None or label is None) and row not in blank
    }
    rows = [row for row in range(len(paths)) if row not in missing and row not in blank]
    files = [os.path.join(folder, paths[row] or "") for row in rows]
    outcomes = dict(zip(rows, identify_all(files, progress), strict=True))
    _refuse_nothing_found(name, files)
    aside = {row: (paths[row], reason) for row, reason in missing.items()}
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
    )


def _refuse_nothing_found(name: str, files: list[str]) -> None:
    if files and not any(os.path.lexists(file) for file in files):
        raise InputError(
            f"None of the {len(files)} files that '{printable(name)}' names exists; the first is "
            f"'{printable(files[0])}'. Relative paths are looked up from the folder of the table: "
            "move the table there or correct its paths."
        )


def _read_parquet(name: str) -> polars.DataFrame:
    import polars

    try:
        return polars.read_parquet(BytesIO(_content(name)))
    except polars.exceptions.PolarsError as error:
        raise InputError(
            f"The file '{printable(name)}' cannot be read as Parquet: {error}. Write it again, or "
            "give a CSV file."
        ) from error


def _read_text(name: str) -> polars.DataFrame:
    import polars

    text = _decode(_content(name), name)
    if not text.strip():
        raise InputError(
            f"The table '{printable(name)}' is empty. Accepted is a CSV file with the columns path "
            "and label."
        )
    try:
        return polars.read_csv(
            BytesIO(text.encode()), separator=_separator(text), infer_schema=False
        )
    except polars.exceptions.PolarsError as error:
        raise InputError(
            f"The table '{printable(name)}' cannot be read: {str(error).splitlines()[0]}. Each row "
            "needs as many values as there are column names; put values that hold the separator "
            "in double quotes."
        ) from error


def _content(name: str) -> bytes:
    try:
        return read_bytes(name)
    except UnreadableInputError as error:
        raise InputError(f"The table '{printable(name)}' cannot be read: {error}.") from error


def _decode(content: bytes, name: str) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"The table '{printable(name)}' is not UTF-8 text: line {line} holds the byte "
            f"0x{content[error.start]:02x}. Save it as 'CSV UTF-8' and try again."
        ) from error


def _separator(text: str) -> str:
    """The candidate that the line of column names holds most often, outside quotes."""
    header = next(line for line in text.splitlines() if line.strip())
    unquoted = "".join(header.split('"')[::2])
    return max(",;\t|", key=unquoted.count)


def _blank_rows(frame: polars.DataFrame) -> set[int]:
    """Rows without any value: empty lines, which hold nothing that could be lost."""
    import polars

    blank = frame.select(polars.all_horizontal(polars.all().is_null())).to_series()
    return set(blank.arg_true().to_list())


def _find(
    frame: polars.DataFrame, given: str | None, names: tuple[str, ...], what: str, table: str
) -> str:
    if given is not None:
        if given in frame.columns:
            return given
        wanted = f"no column {given!r}"
    else:
        columns = {column.strip().lower(): column for column in reversed(frame.columns)}
        for name in names:
            if name in columns:
                return columns[name]
        wanted = f"no {what} column"
    raise InputError(
        f"The table '{printable(table)}' has {wanted}. Its columns: "
        f"{', '.join(map(repr, frame.columns))}. Accepted names: {', '.join(names)}. Rename the "
        "column; the first line of a CSV file must hold the names."
    )


def _texts(frame: polars.DataFrame, column: str, table: str) -> list[str | None]:
    """Values as text; None for what is missing."""
    import polars

    kind = frame[column].dtype
    if kind.is_nested() or kind in (polars.Binary, polars.Object):
        raise InputError(
            f"The column {column!r} of '{printable(table)}' holds {kind}; accepted are text and "
            "whole numbers. Convert the column."
        )
    values = frame[column].cast(polars.String).to_list()
    stripped = (None if value is None else value.strip() for value in values)
    return [None if value in _MISSING else value for value in stripped]
