"""Texts that a data set can hold, and what makes one unfit to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headstart.data.dataset import Dataset, Quarantined
from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.labels import check_labels
from headstart.errors import InputError
from headstart.progress import Progress, silent

#: Characters of a text; what is longer is a whole book, or a broken file.
MOST_CHARACTERS = 2**20
#: Characters of a text that stand for it where it has no other name.
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class TextItem:
    """A text.

    Parameters
    ----------
    name : str
        What a person calls it: the row that it stands in, or its beginning.
    text : str
        As it was given.
    fingerprint : bytes
        16 bytes that depend on the text alone.
    """

    name: str
    text: str
    fingerprint: bytes

    def open(self, at_least: int | None = None) -> str:
        """The text."""
        return self.text


def text_item(name: str, text: Any) -> TextItem | Quarantined:
    """The text as an item, or why it is set aside.

    Examples
    --------
    >>> text_item("row 0", "a slow but charming film").name
    'row 0'
    >>> text_item("row 1", "  ").reason
    'empty'
    """
    reason = _fault(text)
    if reason is not None:
        return Quarantined(name, reason)
    return TextItem(name, text, fingerprint_bytes(text.encode()))


def _fault(text: Any) -> str | None:
    """Why it is no text that can be read; None where it is one."""
    if text is None or (isinstance(text, float) and text != text):
        return "no text"
    if not isinstance(text, str):
        return f"not text but {type(text).__name__}"
    if len(text) > MOST_CHARACTERS:
        return f"{len(text):,} characters; at most {MOST_CHARACTERS:,} are read"
    if not text.strip():
        return "empty"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"broken encoding: character {error.start} is half of a pair (a lone surrogate)"
    return None


def shortened(text: str) -> str:
    """The beginning of a text on one line, as its name.

    Examples
    --------
    >>> shortened("one\\ntwo")
    'one two'
    """
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."


def read_texts(texts: Iterable[Any], labels: Any = None, progress: Progress = silent) -> Dataset:
    """Read texts that a program holds.

    Parameters
    ----------
    texts : iterable of str
        A list, an array of one dimension, or a column of a frame.
    labels : array-like of shape (n_samples,) or None
        As :func:`~headstart.data.labels.check_labels` accepts them.
    progress : Progress, optional
        Told at the end.

    Returns
    -------
    Dataset
        What is no text (None, a number, nothing but blanks) is in ``quarantined``; its label is
        left out.

    Raises
    ------
    InputError
        If it is a single text, or the labels are at fault.

    Examples
    --------
    >>> dataset = read_texts(["good", "", "bad"], ["pos", "pos", "neg"])
    >>> dataset.names, dataset.labels.tolist(), dataset.quarantined[0].reason
    (['row 0', 'row 2'], ['pos', 'neg'], 'empty')
    """
    if isinstance(texts, (str, bytes)) or not isinstance(texts, Iterable):
        raise InputError(
            f"The texts are a single {type(texts).__name__}; accepted is a list of texts. Put a "
            "single text into a list: [text]."
        )
    given = list(texts)
    checked = None if labels is None else check_labels(labels, len(given))
    outcomes = {row: text_item(f"row {row}", text) for row, text in enumerate(given)}
    progress("read", len(given), len(given))
    kept = [row for row, one in outcomes.items() if isinstance(one, TextItem)]
    return text_dataset(outcomes, None if checked is None else checked[kept])


def text_dataset(
    outcomes: Mapping[int, TextItem | Quarantined],
    labels: Any = None,
    notes: Sequence[str] = (),
) -> Dataset:
    """The data set of what could be read; ``labels`` are of those samples alone."""
    return Dataset(
        modality="text",
        items=[one for one in outcomes.values() if isinstance(one, TextItem)],
        labels=None if labels is None else np.asarray(labels),
        quarantined=tuple(one for one in outcomes.values() if isinstance(one, Quarantined)),
        notes=tuple(notes),
    )
