"""Rows with a column of texts: of a file, a frame, or a data set of Hugging Face."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np

from headstart.data.dataset import Dataset, Quarantined
from headstart.data.labels import check_labels
from headstart.data.printable import printable
from headstart.data.tables import (
    LABEL_NAMES,
    MISSING,
    PATH_NAMES,
    content_of,
    read_parquet,
    separator_of,
)
from headstart.data.texts import TextItem, text_dataset, text_item
from headstart.errors import InputError

#: Columns of texts, by name and in any case.
TEXT_NAMES = ("text", "sentence", "review", "content", "document", "message", "body", "comment")
#: Files of texts.
LINES_ENDINGS = (".jsonl", ".ndjson")


@dataclass(frozen=True)
class Rows:
    """Columns of a table, as Python values.

    Parameters
    ----------
    columns : tuple of str
        Their names.
    values : mapping of str to list
        A value a row and column; None where there is none.
    broken : mapping of int to str
        Row, counted from 0, to the reason why it cannot be read at all.
    """

    columns: tuple[str, ...]
    values: dict[str, list[Any]]
    broken: dict[int, str]


def has_texts(columns: Sequence[str]) -> bool:
    """Whether columns are those of texts, and not of pictures.

    Examples
    --------
    >>> has_texts(["Text", "label"]), has_texts(["path", "text"]), has_texts(["a", "b"])
    (True, False, False)
    """
    known = {column.strip().lower() for column in columns}
    return bool(known & set(TEXT_NAMES)) and not known & set(PATH_NAMES)


def read_text_table(
    path: str | os.PathLike[str],
    text_column: str | None = None,
    label_column: str | None = None,
    labelled: bool = True,
) -> Dataset:
    """Read texts, and their labels, from a CSV, TSV, Parquet or JSON-lines file.

    Parameters
    ----------
    path : path-like
        As :func:`~headstart.data.tables.read_table` takes it, or JSON lines.
    text_column, label_column : str or None
        None: found by name.
    labelled : bool
        Whether labels are wanted.

    Returns
    -------
    Dataset
        Labels are text, as written. Rows that cannot be used (no text, no label, broken encoding)
        are in ``quarantined``, counted from 1 below the column names.

    Raises
    ------
    InputError
        If the file cannot be read or has no such columns.
    """
    name = os.fsdecode(path)
    rows = rows_of(name)
    return _dataset(rows, printable(name), text_column, label_column, labelled)


def read_text_frame(
    frame: Any, labels: Any = None, text_column: str | None = None, label_column: str | None = None
) -> Dataset:
    """Read texts, and their labels, from a frame or a data set of Hugging Face.

    Parameters
    ----------
    frame : frame with the Arrow stream interface, or a mapping of columns
        Of polars or pandas; or ``datasets.Dataset``, whose class numbers become names.
    labels : array-like of shape (n_samples,) or None
        None: a column of the frame.
    text_column, label_column : str or None
        None: found by name.

    Raises
    ------
    InputError
        If there are no such columns.
    """
    rows = _frame_rows(frame)
    if labels is None:
        known = {column.strip().lower() for column in rows.columns}
        labelled = label_column is not None or bool(known & set(LABEL_NAMES))
        return _dataset(rows, None, text_column, label_column, labelled)
    texts = rows.values[_column(rows, text_column, TEXT_NAMES, "text", "the frame")]
    checked = check_labels(labels, len(texts))
    outcomes = {row: text_item(f"row {row}", text) for row, text in enumerate(texts)}
    kept = [row for row, one in outcomes.items() if isinstance(one, TextItem)]
    return text_dataset(outcomes, checked[kept])


def rows_of(name: str) -> Rows:
    """All rows of a file of texts.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if name.lower().endswith(LINES_ENDINGS):
        return _json_lines(name)
    if name.lower().endswith((".parquet", ".pq")):
        frame = read_parquet(name)
        return Rows(tuple(frame.columns), frame.to_dict(as_series=False), {})
    return _separated(name)


def is_frame(data: Any) -> bool:
    """Whether it is a frame or a data set whose columns can be asked for by name."""
    return hasattr(data, "columns") or hasattr(data, "column_names")


def columns_of(data: Any) -> list[str]:
    """Names of the columns of what :func:`is_frame` says yes to."""
    names = data.column_names if hasattr(data, "column_names") else data.columns
    return [str(name) for name in names]


def _frame_rows(frame: Any) -> Rows:
    names = columns_of(frame)
    if hasattr(frame, "column_names"):  # of Hugging Face
        values = {name: _named(frame, name) for name in names}
    else:
        values = {name: frame[name].to_list() for name in names}
    return Rows(tuple(names), values, {})


def _named(dataset: Any, name: str) -> list[Any]:
    """A column; class numbers by their names."""
    values, feature = list(dataset[name]), dataset.features[name]
    names = getattr(feature, "names", None)
    if names is None:
        return values
    return [names[one] if isinstance(one, int) and one >= 0 else None for one in values]


def _json_lines(name: str) -> Rows:
    lines = content_of(name).split(b"\n")
    found: list[dict[str, Any]] = []
    broken: dict[int, str] = {}
    for line in lines if lines[-1].strip() else lines[:-1]:
        row = len(found)
        try:
            plain = json.loads(line) if line.strip() else {}
            if not isinstance(plain, dict):
                raise ValueError("a line must hold an object")
            found.append(plain)
        except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
            found.append({})
            broken[row] = f"not JSON: {error}"
    columns = tuple(dict.fromkeys(key for one in found for key in one))
    return Rows(columns, {key: [one.get(key) for one in found] for key in columns}, broken)


def _separated(name: str) -> Rows:
    """By polars; bytes that are no UTF-8 are carried through, to be met row by row."""
    import polars

    content = content_of(name)
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if wide else "utf-8-sig", "surrogateescape")
    if not text.strip():
        raise InputError(
            f"The table '{printable(name)}' is empty. Accepted is a CSV file with the columns text "
            "and label."
        )
    try:
        frame = polars.read_csv(
            BytesIO(_escaped(text).encode()), separator=separator_of(text), infer_schema=False
        )
    except polars.exceptions.PolarsError as error:
        raise InputError(
            f"The table '{printable(name)}' cannot be read: {str(error).splitlines()[0]}. Each row "
            "needs as many values as there are column names; put values that hold the separator "
            "in double quotes."
        ) from error
    values = frame.to_dict(as_series=False)
    broken = {
        row: "broken encoding: not UTF-8 text"
        for column in values.values()
        for row, value in enumerate(column)
        if value is not None and _ESCAPE in value
    }
    return Rows(tuple(frame.columns), values, broken)


#: Stands for a byte that is no UTF-8: a character that no text uses.
_ESCAPE = "\uffff"


def _escaped(text: str) -> str:
    if text.isascii():
        return text
    return "".join(_ESCAPE if 0xDC80 <= ord(one) <= 0xDCFF else one for one in text)


def _dataset(
    rows: Rows,
    table: str | None,
    text_column: str | None,
    label_column: str | None,
    labelled: bool,
) -> Dataset:
    where = "the frame" if table is None else f"'{table}'"
    texts = rows.values[_column(rows, text_column, TEXT_NAMES, "text", where)]
    labels = [None] * len(texts)
    if labelled:
        labels = rows.values[_column(rows, label_column, LABEL_NAMES, "label", where)]
    names = (f"row {row}" if table is None else f"{table}, row {row + 1}" for row in range(len(texts)))
    outcomes: dict[int, TextItem | Quarantined] = {}
    for row, (name, text, label) in enumerate(zip(names, texts, labels, strict=True)):
        if _is_blank(rows, row):
            continue
        outcomes[row] = _outcome(name, text, rows.broken.get(row), labelled and _label(label) is None)
    kept = [row for row, one in outcomes.items() if isinstance(one, TextItem)]
    if not outcomes:
        raise InputError(f"The table {where} has no rows. Give each text a row.")
    chosen = np.array([_label(labels[row]) for row in kept], dtype=np.str_) if labelled else None
    return text_dataset(outcomes, chosen)


def _outcome(
    name: str, text: Any, broken: str | None, lacks_label: bool
) -> TextItem | Quarantined:
    if broken is not None:
        return Quarantined(name, broken)
    item = text_item(name, text)
    return Quarantined(name, "no label") if lacks_label and isinstance(item, TextItem) else item


def _is_blank(rows: Rows, row: int) -> bool:
    """An empty line holds nothing that could be lost."""
    return row not in rows.broken and all(one[row] is None for one in rows.values.values())


def _label(value: Any) -> str | None:
    """As text: 1 becomes "1"; None where there is none."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    text = str(value).strip()
    return None if text in MISSING else text


def _column(
    rows: Rows, given: str | None, names: tuple[str, ...], what: str, where: str
) -> str:
    if given is not None and given in rows.columns:
        return given
    if given is None:
        known = {column.strip().lower(): column for column in reversed(rows.columns)}
        for name in names:
            if name in known:
                return known[name]
    wanted = f"no {what} column" if given is None else f"no column {given!r}"
    raise InputError(
        f"The table {where} has {wanted}. Its columns: {', '.join(map(repr, rows.columns))}. "
        f"Accepted names: {', '.join(names)}. Name the column with --text or --label, or rename it."
    )


def lines_of(name: str) -> Iterator[str]:
    """The lines of a text file, those without anything left out; what is no UTF-8 stays marked."""
    text = content_of(name).decode("utf-8-sig", "surrogateescape")
    return (line for line in text.splitlines() if line.strip())
