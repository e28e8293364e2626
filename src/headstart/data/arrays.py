"""Read pictures that come as a Python sequence: paths, Pillow images, arrays."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset, ImageItem, Quarantined
from headstart.data.labels import check_labels
from headstart.errors import InputError, UnreadableInputError
from headstart.progress import Progress, silent

if TYPE_CHECKING:
    from PIL import Image

Picture: TypeAlias = "str | os.PathLike[str] | Image.Image | NDArray[Any]"

_SHAPES = (
    "Accepted are uint8 arrays of shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), or one array of "
    "shape (n, h, w, c)."
)


def read_images(
    pictures: Iterable[Picture] | NDArray[Any], labels: Any = None, progress: Progress = silent
) -> Dataset:
    """Read pictures that a program holds.

    Parameters
    ----------
    pictures : iterable of path-like, PIL.Image.Image or uint8 ndarray; or uint8 ndarray of shape \
(n, h, w, c) or (n, h, w)
        Kinds may be mixed. Arrays of one picture have the shape (h, w) or (h, w, c), c of 1, 3, 4.
    labels : array-like of shape (n,) or None
        As :func:`~headstart.data.labels.check_labels` accepts them.
    progress : Progress, optional
        Told after each picture.

    Returns
    -------
    Dataset
        Pictures that cannot be read are in ``quarantined``; their labels are left out.

    Raises
    ------
    InputError
        If an element is of no accepted kind, dtype or shape, or the labels are at fault.
    """
    given = _as_list(pictures)
    checked = None if labels is None else check_labels(labels, len(given))
    for row, picture in enumerate(given):
        _check_kind(picture, row)
    outcomes = _all_items(given, progress)
    kept = [row for row, outcome in enumerate(outcomes) if not isinstance(outcome, Quarantined)]
    return Dataset(
        modality="image",
        items=[outcome for outcome in outcomes if not isinstance(outcome, Quarantined)],
        labels=None if checked is None else checked[kept],
        quarantined=tuple(one for one in outcomes if isinstance(one, Quarantined)),
    )


def _all_items(pictures: list[Any], progress: Progress) -> list[ImageItem | Quarantined]:
    from concurrent.futures import ThreadPoolExecutor

    outcomes: list[ImageItem | Quarantined] = []
    with ThreadPoolExecutor(min(8, 2 * (os.cpu_count() or 1))) as pool:
        for outcome in pool.map(_item, pictures, range(len(pictures))):
            outcomes.append(outcome)
            progress("read", len(outcomes), len(pictures))
    return outcomes


def _item(picture: Any, row: int) -> ImageItem | Quarantined:
    from headstart.data.identify import identify
    from headstart.data.items import ArrayItem, PictureItem

    if isinstance(picture, (str, os.PathLike)):
        return identify(os.fsdecode(picture))
    name = f"image {row}"
    if isinstance(picture, np.ndarray):
        return ArrayItem.of(picture, name)
    try:
        return PictureItem.of(picture, name)
    except UnreadableInputError as error:
        return Quarantined(name, str(error))


def _as_list(pictures: Any) -> list[Any]:
    if isinstance(pictures, (str, bytes, os.PathLike)) or not isinstance(pictures, Iterable):
        raise InputError(
            f"The pictures are a single {type(pictures).__name__}; accepted is a list of paths, "
            "Pillow images or uint8 arrays. Put a single picture into a list: [picture]."
        )
    given = list(_as_stack(pictures)) if hasattr(pictures, "shape") else list(pictures)
    return [
        np.asarray(one) if hasattr(one, "__array__") and _is_tensor(one) else one for one in given
    ]


def _is_tensor(value: Any) -> bool:
    """An array of another library (a torch tensor); NumPy's text has a shape too."""
    return hasattr(value, "shape") and not isinstance(value, (np.ndarray, str))


def _as_stack(pictures: Any) -> NDArray[Any]:
    """One array of many pictures, or an array of paths."""
    array = np.asarray(pictures)
    if array.ndim == 1 and array.dtype.kind in "UO":
        return array
    if array.ndim == 3 and array.shape[2] in (3, 4):
        raise InputError(
            f"The array has the shape {array.shape}, which is one picture; accepted are many, of "
            "shape (n, h, w, c). Put it into a list: [picture]."
        )
    if array.ndim not in (3, 4):
        raise InputError(
            f"The array has the shape {array.shape}. {_SHAPES} Ready embeddings have the shape "
            "(n_samples, n_features)."
        )
    return array


def _check_kind(picture: Any, row: int) -> None:
    if isinstance(picture, np.ndarray):
        _check_array(picture, row)
        return
    if isinstance(picture, (str, os.PathLike)):
        return
    from PIL import Image

    if not isinstance(picture, Image.Image):
        raise InputError(
            f"Image {row} is of type {type(picture).__name__}; accepted are paths, Pillow images "
            "and uint8 arrays."
        )


def _check_array(array: NDArray[Any], row: int) -> None:
    if array.dtype != np.uint8:
        raise InputError(
            f"Image {row} is an array of dtype {array.dtype}; accepted is uint8 (0 to 255). "
            f"{_how_to_convert(array)}"
        )
    colours_fit = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4))
    if colours_fit and array.size:
        return
    hint = ""
    if array.ndim == 3 and array.shape[0] in (1, 3, 4):
        hint = " The colours seem to come first: move them with numpy.moveaxis(image, 0, -1)."
    raise InputError(f"Image {row} has the shape {array.shape}. {_SHAPES}{hint}")


def _how_to_convert(array: NDArray[Any]) -> str:
    if array.dtype.kind == "b":
        return "Convert it: image.astype('uint8') * 255."
    if array.dtype.kind == "f" and array.size and np.nanmax(array) <= 1:
        return "Its values are at most 1, so convert it: (image * 255).round().astype('uint8')."
    if array.dtype == np.uint16:
        return "Convert it: (image // 257).astype('uint8') if white is 65535."
    return "Bring its values to 0..255 and convert it: image.round().astype('uint8')."
