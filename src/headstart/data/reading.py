"""Read whatever the user has: one door to the readers of this package."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from headstart.data.arrays import read_images
from headstart.data.dataset import Dataset
from headstart.data.embeddings import read_embeddings
from headstart.data.folders import read_folder
from headstart.data.printable import printable
from headstart.data.tables import TABLE_ENDINGS, read_table
from headstart.data.text_frames import read_text_frame
from headstart.data.text_signs import are_paths, holds_texts, is_text_frame
from headstart.data.texts import read_texts
from headstart.errors import InputError
from headstart.progress import Progress, silent

_ACCEPTED = (
    "Accepted are a folder of class folders, or a CSV, TSV, Parquet or JSON lines file with the "
    "columns path and label, or text and label."
)


def read_any(
    data: Any,
    labels: Any = None,
    progress: Progress = silent,
    *,
    text_column: str | None = None,
    label_column: str | None = None,
) -> Dataset:
    """Read a folder, a table, pictures, texts or ready embeddings.

    Parameters
    ----------
    data : path-like, Dataset, sequence of pictures or texts, frame, or array-like of shape \
(n_samples, n_features)
        A path leads to a folder of class folders or to a table. A frame (of pandas or polars) or a
        data set (of Hugging Face) with a column of texts is read as texts, and so are strings,
        unless one of the first is a file or most end as picture files do: then they are paths. A
        two-dimensional table of numbers is taken as ready embeddings, everything else as pictures.
        A Dataset is handed back.
    labels : array-like of shape (n_samples,) or None
        A folder or a table in a file brings its own, and a frame may.
    progress : Progress, optional
        Told after each file.
    text_column, label_column : str or None
        Of a table or a frame; None: found by name.

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
        if isinstance(data, Dataset):
            return data
        return _read_path(os.fsdecode(data), text_column, label_column, progress)
    if is_text_frame(data, text_column):
        return read_text_frame(data, labels, text_column, label_column, progress)
    if holds_texts(data) and not are_paths(data):
        return read_texts(data, labels, progress)
    if _is_table_of_numbers(data):
        return read_embeddings(data, labels)
    return read_images(data, labels, progress)


def _shown(data: Any) -> str:
    return "a Dataset" if isinstance(data, Dataset) else f"'{printable(data)}'"


def _read_path(
    path: str, text_column: str | None, label_column: str | None, progress: Progress
) -> Dataset:
    if os.path.isdir(path):
        return read_folder(path, progress)
    if path.lower().endswith(TABLE_ENDINGS):
        return read_table(path, None, label_column, progress, text_column)
    if os.path.exists(path):
        raise InputError(
            f"'{printable(path)}' is neither a folder nor a table ({', '.join(TABLE_ENDINGS)}). "
            f"{_ACCEPTED}"
        )
    raise InputError(
        f"There is no file or folder '{printable(path)}'. {_ACCEPTED} Check the spelling; relative "
        f"paths are looked up from '{printable(os.getcwd())}'."
    )


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
