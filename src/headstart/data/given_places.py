"""Boxes and masks that are given beside pictures in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from headstart.data.arrays import read_images
from headstart.data.boxes import Boxes, clip_corners
from headstart.data.dataset import Dataset
from headstart.data.masks import IGNORED, ArrayMask, Mask
from headstart.data.object_arrays import as_objects
from headstart.errors import InputError
from headstart.progress import Progress, silent

_ONE_CLASS = "object"
_BOXES = (
    "Accepted for each picture: corners (xmin, ymin, xmax, ymax) in an array of shape (n, 4), a "
    "dictionary with 'boxes' and 'labels', or Boxes."
)


def given_boxes(pictures: Any, given: Sequence[Any], progress: Progress = silent) -> Dataset:
    """A data set of pictures and the boxes in them.

    Parameters
    ----------
    pictures : sequence of paths, PIL images or arrays
        Those that cannot be read are set aside.
    given : sequence of array of shape (n, 4), mapping, or Boxes
        For each picture, in pixels of the upright picture. A mapping has ``boxes`` and ``labels``
        as torchvision's detectors take them; without labels there is one class, ``object``.
    progress : Progress
        Told after each picture.

    Raises
    ------
    InputError
        If there are not as many as pictures, or one is no box of its picture.
    """
    return _annotated(pictures, given, _boxes, progress)


def given_masks(
    pictures: Any,
    given: Sequence[Any],
    progress: Progress = silent,
    ignore: int | None = None,
    instances: bool = False,
) -> Dataset:
    """A data set of pictures and the class of each pixel.

    Parameters
    ----------
    pictures : sequence of paths, PIL images or arrays
        Those that cannot be read are set aside.
    given : sequence of array of shape (height, width), uint8, or Mask
        For each picture; 255 is ignored.
    progress : Progress
        Told after each picture.
    ignore : int or None
        A value of arrays that is ignored too.
    instances : bool
        Whether arrays number the objects of one class; then every value above 0 is the class 1.

    Raises
    ------
    InputError
        If there are not as many as pictures, or one is no mask of its picture.
    """

    def read(one: Any, size: tuple[int, int], name: str) -> Mask:
        return _mask(_meant(one, ignore, instances), size, name)

    return _annotated(pictures, given, read, progress)


def _annotated(
    pictures: Any,
    given: Sequence[Any],
    read: Callable[[Any, tuple[int, int], str], Any],
    progress: Progress,
) -> Dataset:
    """Pictures with what ``read`` makes of an annotation, the picture's size and its name."""
    dataset, places = _pictures(pictures, given, progress)
    rows = zip(dataset.names, dataset.items, places, strict=True)
    labels = [read(given[place], item.open().size, name) for name, item, place in rows]
    return replace(dataset, labels=as_objects(labels))


def _pictures(pictures: Any, given: Sequence[Any], progress: Progress) -> tuple[Dataset, list[int]]:
    """What can be read, and which of the answers belong to it."""
    if given is None or not hasattr(given, "__len__") or not hasattr(pictures, "__len__"):
        raise InputError(
            "The pictures come without annotations. Accepted is one annotation a picture, in a "
            "list of the same length; or a file or folder that holds both."
        )
    if len(pictures) != len(given):
        raise InputError(
            f"There are {len(pictures)} pictures and {len(given)} annotations; each picture needs "
            "one, in the same order."
        )
    dataset = read_images(pictures, np.arange(len(pictures)), progress)
    labels = [] if dataset.labels is None else dataset.labels.tolist()
    return dataset, [int(place) for place in labels]


def _boxes(given: Any, size: tuple[int, int], name: str) -> Boxes:
    corners: Any
    labels: Any
    if isinstance(given, Boxes):
        corners, labels = given.corners, list(given.labels)
    elif isinstance(given, Mapping):
        corners, labels = given.get("boxes", ()), given.get("labels")
    else:
        corners, labels = given, None
    numbers = _corners(corners, name)
    named = [_ONE_CLASS] * len(numbers) if labels is None else [str(one) for one in labels]
    if len(named) != len(numbers):
        raise InputError(
            f"{name} has {len(numbers)} boxes and {len(named)} labels; each box needs one."
        )
    return Boxes.of(_checked(numbers, size, name), named, size)


def _corners(given: Any, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        corners = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"The boxes of {name} are no numbers. {_BOXES}") from None
    if corners.size == 0:
        return np.empty((0, 4))
    if corners.shape == (4,):
        corners = corners.reshape(1, 4)
    if corners.ndim != 2 or corners.shape[1] != 4:
        raise InputError(f"The boxes of {name} have the shape {corners.shape}. {_BOXES}")
    return corners


def _checked(
    corners: np.ndarray[Any, np.dtype[np.float64]], size: tuple[int, int], name: str
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Boxes cut at the edge of the picture; one of which nothing is left is refused."""
    inside = clip_corners(corners, size)
    good = np.isfinite(corners).all(axis=1) & (inside[:, 2:] > inside[:, :2]).all(axis=1)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise InputError(
            f"Box {row} of {name} is {corners[row].tolist()}, which is no box inside of its "
            f"{size[0]} x {size[1]} pixels. Accepted: xmin < xmax and ymin < ymax, inside of the "
            "picture. Correct it, or leave it out."
        )
    return inside


def _meant(given: Any, ignore: int | None, instances: bool) -> Any:
    """The codes that the values of an array stand for; whatever is no such array as it is."""
    array = given if hasattr(given, "codes") else np.asarray(given)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iub":
        return given
    codes = (array > 0).astype(np.uint8) if instances else array
    return codes if ignore is None else np.where(array == ignore, IGNORED, codes)


def _mask(given: Any, size: tuple[int, int], name: str) -> Mask:
    if hasattr(given, "codes"):
        mask: Mask = given
    else:
        array = np.asarray(given)
        whole = array.ndim == 2 and array.dtype.kind in "iub"
        if not whole or (array.size and not 0 <= array.min() <= array.max() <= 255):
            raise InputError(
                f"The mask of {name} has the shape {array.shape} and the type {array.dtype}; "
                "accepted: whole numbers from 0 to 255 in the shape (height, width), the class of "
                "each pixel, 255 where it is ignored."
            )
        mask = ArrayMask(array.astype(np.uint8))
    if tuple(mask.size) != tuple(size):
        raise InputError(
            f"The mask of {name} is {mask.size[0]} x {mask.size[1]} pixels and the picture "
            f"{size[0]} x {size[1]}; they must be the same. Make the mask anew."
        )
    return mask
