"""Texts that a data set can hold: reviews, messages, documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset, Quarantined
from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.labels import check_labels
from headstart.errors import InputError
from headstart.progress import Progress, silent

#: A document is never this long; a file that went into a cell by mistake is.
MOST_CHARACTERS = 1 << 20

_NO_TEXT_ENCODING = "not UTF-8 text"
#: Rows between two reports of how far the reading is.
_ROWS_A_REPORT = 1000


@dataclass(frozen=True, slots=True)
class TextItem:
    """One text.

    Parameters
    ----------
    name : str
        What the user calls it, such as ``"row 3"``.
    text : str
        As it was given, white space included.
    fingerprint : bytes
        Hash of the text in UTF-8.
    """

    name: str
    text: str
    fingerprint: bytes

    def open(self, at_least: int | None = None) -> str:
        """The text."""
        return self.text


def read_texts(texts: Iterable[Any], labels: Any = None, progress: Progress = silent) -> Dataset:
    """Read texts that a program holds.

    Parameters
    ----------
    texts : iterable of str
        A list, an array of one dimension, a column of a frame.
    labels : array-like of shape (n,) or None
        As :func:`~headstart.data.labels.check_labels` accepts them.
    progress : Progress, optional
        Told how many were read.

    Returns
    -------
    Dataset
        What is no text, or one without a letter, is in ``quarantined``; its label is left out.

    Raises
    ------
    InputError
        If ``texts`` is a single text, or the labels are at fault.

    Examples
    --------
    >>> data = read_texts(["a slow but charming film", "  ", "dull"], [1, 0, 0])
    >>> data.names, data.labels.tolist()
    (['row 0', 'row 2'], [1, 0])
    >>> data.quarantined
    (Quarantined(input='row 1', reason='empty: there is no text'),)
    """
    given = as_rows(texts)
    checked = None if labels is None else check_labels(labels, len(given))
    read = sift_texts(given, "row {}".format, progress=progress)
    return read.dataset(None if checked is None else checked[list(read.items)])


@dataclass(frozen=True)
class Sifted:
    """Texts that can be used, and those that cannot, by the row that they stood in."""

    items: dict[int, TextItem]
    aside: dict[int, Quarantined]
    notes: tuple[str, ...] = ()

    def dataset(self, labels: NDArray[Any] | None = None) -> Dataset:
        """The texts, with labels of shape (n_texts,) where those are known."""
        aside = tuple(self.aside.values())
        return Dataset("text", list(self.items.values()), None, None, labels, aside, self.notes)


def sift_texts(
    values: Iterable[Any],
    name_of: Callable[[int], str],
    faults: Mapping[int, str] | None = None,
    blank: Iterable[int] = (),
    progress: Progress = silent,
    notes: tuple[str, ...] = (),
) -> Sifted:
    """Tell what can be used from what cannot.

    Parameters
    ----------
    values : sequence of anything
        Texts, and what stands in their place.
    name_of : callable
        The name of a row, counted from 0.
    faults : mapping of int to str or None
        Rows that are of no use for another reason.
    blank : iterable of int
        Rows that hold nothing at all: they are passed over.
    progress : Progress
        Told how many were read.
    notes : tuple of str
        Sentences that the user should see.
    """
    faults, blank = faults or {}, frozenset(blank)
    read = Sifted({}, {}, notes)
    rows = values if isinstance(values, list) else list(values)
    for row, value in enumerate(rows):
        if (row + 1) % _ROWS_A_REPORT == 0 or row + 1 == len(rows):
            progress("read", row + 1, len(rows))
        if row in blank:
            continue
        outcome = _item(value, name_of(row), faults.get(row))
        if isinstance(outcome, TextItem):
            read.items[row] = outcome
        else:
            read.aside[row] = outcome
    return read


def _item(value: Any, name: str, fault: str | None) -> TextItem | Quarantined:
    fault = fault or _fault(value)
    if fault is not None:
        return Quarantined(name, fault)
    text = value if type(value) is str else str(value)  # NumPy's texts are a kind of their own
    try:
        return TextItem(name, text, fingerprint_bytes(text.encode()))
    except UnicodeEncodeError:  # half of a pair of surrogates, or a byte that was no UTF-8
        return Quarantined(name, _NO_TEXT_ENCODING)


def _fault(value: Any) -> str | None:
    """Why a value is of no use, in a few words; None where it is a text."""
    if is_missing(value):
        return "empty: there is no text"
    if not isinstance(value, str):
        return f"not text but {_kind(value)}"
    if not value or value.isspace():
        return "empty: there is no text"
    if len(value) > MOST_CHARACTERS:
        return f"{len(value)} characters; at most {MOST_CHARACTERS} are accepted"
    return None


def _kind(value: Any) -> str:
    kinds = {bool: "true or false", dict: "a record", list: "a list", bytes: "bytes"}
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return f"the number {value!s:.20}"
    return kinds.get(type(value), f"a {type(value).__name__}")


def is_missing(value: Any) -> bool:
    """Whether a library uses the value for one that is not there."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def as_rows(texts: Any) -> list[Any]:
    """The elements as a list, without a copy of the texts.

    Raises
    ------
    InputError
        If it is a single text, or of more than one dimension.
    """
    if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
        raise InputError(
            f"The texts are a single {type(texts).__name__}; accepted is a list of texts. Put a "
            "single text into a list: [text]."
        )
    shape = getattr(texts, "shape", None)
    if shape is not None and len(shape) != 1:
        raise InputError(
            f"The texts have the shape {tuple(shape)}; accepted is one dimension, (n_samples,). "
            "Give one column of them."
        )
    if isinstance(texts, list):
        return texts
    # One step for a whole column is much quicker than a step for each of its elements.
    for name in ("to_pylist", "to_list", "tolist"):
        if hasattr(texts, name):
            rows: list[Any] = getattr(texts, name)()
            return rows
    return list(texts)
