"""Read whatever the user has: one door to the readers of this package."""

from __future__ import annotations

import os
from itertools import islice
from typing import Any

import numpy as np

from headstart.data.arrays import read_images
from headstart.data.dataset import Dataset
from headstart.data.embeddings import read_embeddings
from headstart.data.printable import printable
from headstart.data.tables import TABLE_ENDINGS, column_names, read_table
from headstart.data.text_frames import (
    LINES_ENDINGS,
    columns_of,
    has_texts,
    is_frame,
    read_text_frame,
    read_text_table,
)
from headstart.data.texts import read_texts
from headstart.data.folders import PICTURE_ENDINGS, read_folder
from headstart.errors import InputError
from headstart.progress import Progress, silent

_ACCEPTED = (
    "Accepted are a folder of class folders, or a CSV, TSV or Parquet file with the columns path "
    "and label; for texts a CSV, TSV, Parquet or JSON-lines file with the columns text and label."
)
#: Of a sequence of text: enough to tell sentences from paths of pictures.
_LOOKED_AT = 20


def read_any(data: Any, labels: Any = None, progress: Progress = silent) -> Dataset:
    """Read a folder, a table, pictures, texts or ready embeddings.

    Parameters
    ----------
    data : path-like, Dataset, sequence of pictures or of texts, frame with a column of texts, or \
array-like of shape (n_samples, n_features)
        A path leads to a folder of class folders or to a table. A two-dimensional table of numbers
        is taken as ready embeddings, text that names no file as texts, everything else as pictures.
        A Dataset is handed back.
    labels : array-like of shape (n_samples,) or None
        Only for pictures and embeddings; a folder or a table brings its own.
    progress : Progress, optional
        Told after each file.

    Returns
    -------
    Dataset

    Raises
    ------
    InputError
        If there is nothing at the path, or the data is of no accepted kind.
    """
    if isinstance(data, (str, os.PathLike, Dataset)):
        if labels is not None:
            raise InputError(
                f"Labels were given beside {_shown(data)}, which brings its own labels. "
                "Leave them out, or give a list of paths with these labels."
            )
        return data if isinstance(data, Dataset) else _read_path(os.fsdecode(data), progress)
    if is_frame(data) and has_texts(columns_of(data)):
        return read_text_frame(data, labels)
    if are_texts(data):
        return read_texts(data, labels, progress)
    if _is_table_of_numbers(data):
        return read_embeddings(data, labels)
    return read_images(data, labels, progress)


def _shown(data: Any) -> str:
    return "a Dataset" if isinstance(data, Dataset) else f"'{printable(data)}'"


def _read_path(path: str, progress: Progress) -> Dataset:
    if os.path.isdir(path):
        return read_folder(path, progress)
    if path.lower().endswith(LINES_ENDINGS) and os.path.isfile(path):
        return read_text_table(path)
    if path.lower().endswith(TABLE_ENDINGS):
        is_text = os.path.isfile(path) and has_texts(column_names(path))
        return read_text_table(path) if is_text else read_table(path, progress=progress)
    if os.path.exists(path):
        raise InputError(
            f"'{printable(path)}' is neither a folder nor a table ({', '.join(TABLE_ENDINGS)}). "
            f"{_ACCEPTED}"
        )
    raise InputError(
        f"There is no file or folder '{printable(path)}'. {_ACCEPTED} Check the spelling; relative "
        f"paths are looked up from '{printable(os.getcwd())}'."
    )


def are_texts(data: Any) -> bool:
    """Whether a sequence holds sentences, and not paths of pictures.

    They are paths if one of the first exists, or most of them end like names of pictures.

    Examples
    --------
    >>> are_texts(["a slow but charming film", "bad"]), are_texts(["a.jpg", "b.png"])
    (True, False)
    """
    if isinstance(data, (str, bytes, os.PathLike)) or not hasattr(data, "__len__"):
        return False
    shape = getattr(data, "shape", None)
    if shape is not None and len(shape) != 1:
        return False
    some = [one for one in islice(data, _LOOKED_AT) if one is not None]
    if not some or not isinstance(some[0], str) or not all(isinstance(one, (str, int, float)) for one in some):
        return False
    words = [one for one in some if isinstance(one, str)]
    like_pictures = sum(one.lower().endswith(PICTURE_ENDINGS) for one in words)
    return 2 * like_pictures < len(words) and not any(map(_exists, words))


def _exists(text: str) -> bool:
    try:
        return os.path.lexists(text)
    except ValueError:  # no file can have such a name
        return False


def _is_table_of_numbers(data: Any) -> bool:
    if hasattr(data, "nnz") or hasattr(data, "columns"):  # a sparse matrix, a frame
        return True
    if hasattr(data, "shape"):
        return len(data.shape) != 1 and len(data.shape) < 3
    first = next(iter(data), None) if isinstance(data, (list, tuple)) else None
    if isinstance(first, (int, float)):
        return True  # one-dimensional: the embeddings' reader says what is wrong
    if isinstance(first, np.ndarray):
        return first.ndim == 1
    return isinstance(first, (list, tuple))
