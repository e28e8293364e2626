"""Texts that are to be predicted: given directly, in files, or as a column."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from headstart.data.dataset import Quarantined
from headstart.data.printable import printable
from headstart.data.sentences import sift_file
from headstart.data.table_files import TABLE_ENDINGS
from headstart.data.text_frames import sift_frame
from headstart.data.text_signs import holds_texts, is_text_frame
from headstart.data.texts import Sifted, as_rows, is_missing, sift_texts
from headstart.errors import InputError
from headstart.progress import Progress, silent

#: Letters of a text that are shown in the place of a name.
_NAME_LENGTH = 80


def sift_inputs(inputs: Any, progress: Progress = silent) -> list[Sifted] | None:
    """Texts in the order in which answers are wanted, part by part.

    Parameters
    ----------
    inputs : str, Path, sequence of those, column of texts, frame or data set
        A single string that is the path of a table stands for the texts of that table, and so does
        a ``Path``. A string in a sequence is a text whatever files there are: it may come from
        anybody.
    progress : Progress
        Told how many were read.

    Returns
    -------
    list of Sifted or None
        None where the inputs are no texts.

    Raises
    ------
    InputError
        If there is nothing, or a table cannot be read.
    """
    if isinstance(inputs, str):
        inputs = [Path(inputs) if is_table_path(inputs) else inputs]
    if isinstance(inputs, os.PathLike):
        inputs = [inputs]
    if is_text_frame(inputs):
        return [sift_frame(inputs, None, progress)]
    if not isinstance(inputs, (list, tuple)):
        return _given(as_rows(inputs), 0, progress) if holds_texts(inputs) else None
    if not len(inputs):
        raise InputError(
            "There is nothing to predict: 0 inputs. Give sentences or a table of them."
        )
    of_paths = any(isinstance(one, os.PathLike) for one in inputs)
    if of_paths or holds_texts(inputs) or all(map(is_missing, inputs)):
        return _parts(inputs, progress)
    return None


def is_table_path(text: str) -> bool:
    """Whether it is the path of a file that may hold texts."""
    return text.lower().endswith(TABLE_ENDINGS) and os.path.isfile(text)


def _parts(inputs: Sequence[Any], progress: Progress) -> list[Sifted]:
    parts: list[Sifted] = []
    start = 0
    for is_path, group in groupby(inputs, lambda one: isinstance(one, os.PathLike)):
        rows = list(group)
        if is_path:
            parts += [_file(os.fsdecode(path), progress) for path in rows]
        else:
            parts += _given(rows, start, progress)
        start += len(rows)
    return parts


def _file(path: str, progress: Progress) -> Sifted:
    if is_table_path(path):
        return sift_file(path, None, progress)
    reason = "no such file"
    if os.path.exists(path):
        reason = f"not a file of texts; accepted: {', '.join(TABLE_ENDINGS)}"
    return Sifted({}, {0: Quarantined(printable(path), reason)})


def _given(rows: list[Any], start: int, progress: Progress) -> list[Sifted]:
    return [sift_texts(rows, lambda row: _name(rows[row], start + row), progress=progress)]


def _name(text: Any, row: int) -> str:
    """The text itself, or its beginning; the row of what shows nothing."""
    if not isinstance(text, str) or not text or text.isspace():
        return f"row {row}"
    short = len(text) <= _NAME_LENGTH
    return printable(text if short else text[: _NAME_LENGTH - 3] + "...")
