"""Texts of a table that a program holds: a frame, or a data set of Hugging Face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.columns import LABEL_NAMES, TEXT_NAMES, find_by_name, find_column
from headstart.data.dataset import Dataset
from headstart.data.labels import check_labels
from headstart.data.text_signs import column_names
from headstart.data.texts import Sifted, as_rows, is_missing, sift_texts
from headstart.errors import InputError
from headstart.progress import Progress, silent


def read_text_frame(
    data: Any,
    labels: Any = None,
    text_column: str | None = None,
    label_column: str | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Read a frame or a data set with a column of texts.

    Parameters
    ----------
    data : frame of pandas or polars, table of Arrow, or ``datasets.Dataset``
        What Arrow does not know how to read is never loaded: only the two columns are looked at.
    labels : array-like of shape (n,) or None
        None: a column of ``data``, where it has one.
    text_column, label_column : str or None
        None: found by name, as in :func:`~headstart.data.text_tables.read_text_table`.
    progress : Progress, optional
        Told how many were read.

    Returns
    -------
    Dataset
        Labels stay as they are, save that the names of a ``ClassLabel`` take the place of its
        numbers. Rows without a text or a label are in ``quarantined``.

    Raises
    ------
    InputError
        If it has no such columns, or the labels are at fault.
    """
    columns = _columns(data)
    texts = as_rows(data[find_column(columns, text_column, TEXT_NAMES, "text", _called(data))])
    given: Sequence[Any] | NDArray[Any] | None = None
    column: str | None = None
    if labels is not None:
        given = check_labels(labels, len(texts))
    elif label_column is not None or find_by_name(columns, LABEL_NAMES) is not None:
        column = find_column(columns, label_column, LABEL_NAMES, "label", _called(data))
        given = _labels(data, column)
    faults = {
        row: "no label" for row, label in enumerate(() if given is None else given) if label is None
    }
    read = sift_texts(texts, "row {}".format, faults, progress=progress)
    dataset = read.dataset(None if given is None else _taken(given, list(read.items)))
    return replace(dataset, label_column=column)


def sift_frame(data: Any, text_column: str | None = None, progress: Progress = silent) -> Sifted:
    """The texts alone by their row, whatever labels there are; see :func:`read_text_frame`."""
    column = find_column(_columns(data), text_column, TEXT_NAMES, "text", _called(data))
    return sift_texts(as_rows(data[column]), "row {}".format, progress=progress)


def _columns(data: Any) -> list[str]:
    if isinstance(data, dict):
        raise InputError(
            f"The data are {len(data)} data sets ({', '.join(map(repr, data))}); accepted is one "
            f"of them. Give it by name, such as data[{next(iter(data), 'train')!r}]."
        )
    return column_names(data) or []


def _called(data: Any) -> str:
    return type(data).__name__


def _labels(data: Any, column: str) -> list[Any]:
    """Labels as they are, with None for what is missing."""
    values = as_rows(data[column])
    names = _class_names(data, column)
    if names is not None:  # where the label of a test set is kept secret, it is -1
        return [names[int(value)] if _is_class(value, names) else None for value in values]
    return [None if is_missing(value) or _is_blank(value) else value for value in values]


def _class_names(data: Any, column: str) -> Sequence[str] | None:
    features = getattr(data, "features", None)
    feature = features.get(column) if isinstance(features, dict) else None
    names: Sequence[str] | None = getattr(feature, "names", None)
    return names


def _is_class(value: Any, names: Sequence[str]) -> bool:
    return isinstance(value, Integral) and 0 <= int(value) < len(names)


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _taken(labels: Sequence[Any] | NDArray[Any], rows: list[int]) -> NDArray[Any]:
    if isinstance(labels, np.ndarray):
        return labels[rows]
    return check_labels([labels[row] for row in rows], len(rows))
