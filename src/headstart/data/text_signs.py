"""By what signs texts are told from paths, pictures and numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from headstart.data.columns import TEXT_NAMES, find_by_name
from headstart.data.picture_endings import PICTURE_ENDINGS
from headstart.data.texts import is_missing

#: How many of the elements are looked at.
_LOOKED_AT = 20


def holds_texts(data: Any) -> bool:
    """Whether it is a list, an array of one dimension or a column of strings, paths included.

    What is missing does not count, and a few other values do not matter: they are set aside later.

    Examples
    --------
    >>> holds_texts(["fine", None, 7, "dull"]), holds_texts([0.5, 1.5]), holds_texts("fine")
    (True, False, False)
    """
    first = _first(data)
    strings = sum(isinstance(one, str) for one in first)
    odd = any(not isinstance(one, (str, bytes, int, float, list, dict)) for one in first)
    return strings > 0 and 2 * strings >= len(first) and not odd


def are_paths(data: Any) -> bool:
    r"""Whether strings name pictures: one of the first is a file, or most look like picture files.

    Examples
    --------
    >>> are_paths(["gone/1.jpg", "gone/2.PNG"]), are_paths(["See\n1.jpg", "No picture."])
    (True, False)
    """
    strings = [one for one in _first(data) if isinstance(one, str)]
    if any(os.path.isfile(one) for one in strings):
        return True
    alike = [one.lower().endswith(PICTURE_ENDINGS) and "\n" not in one for one in strings]
    return 2 * sum(alike) > len(alike)


def is_text_frame(data: Any, text_column: str | None = None) -> bool:
    """Whether it is a frame or a data set with a column of texts.

    Parameters
    ----------
    data : anything
        A frame of pandas or polars, a table of Arrow, a data set of Hugging Face.
    text_column : str or None
        None: found by name, and it must hold strings.
    """
    columns = column_names(data)
    if columns is None:
        return False
    if text_column is not None or _is_hugging_face(data):
        return True
    column = find_by_name(columns, TEXT_NAMES)
    return column is not None and holds_texts(data[column])


def column_names(data: Any) -> list[str] | None:
    """Names of the columns that are named by text; None for what has no columns."""
    if isinstance(data, (str, bytes, os.PathLike)):
        return None
    names = getattr(data, "column_names", None)  # Arrow, Hugging Face
    if names is None:
        names = getattr(data, "columns", None)  # pandas, polars
    if names is None or callable(names):
        return None
    return [name for name in names if isinstance(name, str)]


def _is_hugging_face(data: Any) -> bool:
    """A data set, or several of them by name."""
    return hasattr(data, "column_names") and (hasattr(data, "features") or isinstance(data, dict))


def _first(data: Any) -> list[Any]:
    """The first elements of a sequence that are not missing; none where it is no such thing."""
    return list(islice(_elements(data), _LOOKED_AT))


def _elements(data: Any) -> Iterator[Any]:
    if not _is_column(data):
        return
    if hasattr(data, "to_pylist"):  # Arrow's elements are objects of its own
        data = data[: 10 * _LOOKED_AT].to_pylist()
    yield from (one for one in data if not is_missing(one))


def _is_column(data: Any) -> bool:
    """Whether it has an order and one dimension, and is no array of numbers."""
    if isinstance(data, (str, bytes, os.PathLike)):
        return False
    if isinstance(data, Sequence) or hasattr(data, "to_pylist"):
        return True
    shape = getattr(data, "shape", None)
    is_numbers = getattr(getattr(data, "dtype", None), "kind", "O") in tuple("biufcmM")
    return shape is not None and len(shape) == 1 and not is_numbers
