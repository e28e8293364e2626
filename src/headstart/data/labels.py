"""Check labels that come as a Python sequence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError


def check_labels(labels: Any, n_samples: int) -> NDArray[Any]:
    """Labels as an array of shape (n_samples,), as the user gave them: numbers stay numbers.

    Raises
    ------
    InputError
        If their number differs from ``n_samples``, one is missing (None, NaN, empty text), one is
        infinite, or text and numbers are mixed.

    Examples
    --------
    >>> check_labels([1, 2, 1], 3)
    array([1, 2, 1])
    """
    given = _as_sequence(labels)
    if len(given) != n_samples:
        raise InputError(
            f"Found labels and samples with inconsistent numbers of samples: {len(given)} labels "
            f"for {n_samples} samples. Give one label for each sample."
        )
    _refuse_missing(given)
    array = given if isinstance(given, np.ndarray) else np.asarray(given)
    if array.ndim != 1:
        raise InputError(
            f"The labels have the shape {array.shape}; accepted is one dimension, (n_samples,). "
            "Flatten them with labels.ravel(), take argmax(axis=1) of one-hot rows, or give one "
            "column of several targets."
        )
    _refuse_mixed(given)
    return array


def _as_sequence(labels: Any) -> NDArray[Any] | list[Any]:
    if isinstance(labels, (str, bytes)) or not isinstance(labels, Iterable):
        raise InputError(
            f"The labels are {labels!r}, of type {type(labels).__name__}; accepted is a list or "
            "an array with one label for each sample."
        )
    if isinstance(labels, np.ndarray):
        return labels if labels.ndim else labels.reshape(1)
    return np.asarray(labels) if hasattr(labels, "__array__") else list(labels)


def _refuse_missing(labels: NDArray[Any] | list[Any]) -> None:
    if isinstance(labels, np.ndarray) and labels.dtype.kind == "f" and labels.ndim == 1:
        _refuse_rows("NaN", np.flatnonzero(np.isnan(labels)))
        _refuse_rows("infinity", np.flatnonzero(np.isinf(labels)))
    elif isinstance(labels, list) or labels.dtype.kind in "OUM":
        _refuse_rows("NaN", [row for row, label in enumerate(labels) if _is_missing(label)])
        _refuse_rows("infinity", [row for row, label in enumerate(labels) if _is_infinite(label)])


def _is_missing(label: Any) -> bool:
    if label is None or type(label).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(label, str):
        return not label.strip()
    return isinstance(label, (float, np.floating)) and bool(np.isnan(label))


def _is_infinite(label: Any) -> bool:
    return isinstance(label, (float, np.floating)) and bool(np.isinf(label))


def _refuse_rows(what: str, rows: Any) -> None:
    if len(rows):
        meant = " (or None, or empty text)" if what == "NaN" else ""
        raise InputError(
            f"Input y contains {what}{meant}: {rows_text(rows)}. Every sample needs a label; "
            "leave these samples out or correct their labels."
        )


def _refuse_mixed(labels: NDArray[Any] | list[Any]) -> None:
    if isinstance(labels, np.ndarray) and labels.dtype.kind != "O":
        return
    kinds = {isinstance(label, str) for label in labels}
    if len(kinds) > 1:
        raise InputError(
            "The labels mix text and other values; accepted are either text or numbers. "
            "Make them all text, for example with [str(label) for label in labels]."
        )


def rows_text(rows: Any, most: int = 5) -> str:
    """Name rows for a message.

    Examples
    --------
    >>> rows_text([3])
    'row 3'
    >>> rows_text(range(9))
    'rows 0, 1, 2, 3, 4 and 4 more'
    """
    shown = ", ".join(str(int(row)) for row in rows[:most])
    more = f" and {len(rows) - most} more" if len(rows) > most else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"
