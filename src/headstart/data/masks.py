"""Masks of a picture: the class of each pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headstart.data.file_bytes import read_bytes
from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.images import turned
from headstart.data.mask_pixels import open_mask
from headstart.data.mask_values import MaskValues
from headstart.data.regions import Region
from headstart.errors import InputError, UnreadableInputError

#: The code of a pixel that is neither learnt from nor scored.
IGNORED = 255


class Mask(Protocol):
    """The class of each pixel of one picture, read when it is asked for."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture."""
        ...

    def codes(self) -> NDArray[np.uint8]:
        """Index of the class of each pixel, shape (height, width); 255: ignored."""
        ...


@dataclass(frozen=True, eq=False)
class ArrayMask:
    """A mask that is held as an array.

    Parameters
    ----------
    array : ndarray of shape (height, width), uint8
        Codes.

    Raises
    ------
    InputError
        If the array is of another kind.

    Examples
    --------
    >>> mask = ArrayMask(np.zeros((2, 3), dtype=np.uint8))
    >>> mask.size, mask.codes().tolist()
    ((3, 2), [[0, 0, 0], [0, 0, 0]])
    """

    array: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.array.ndim != 2 or self.array.dtype != np.uint8:
            raise InputError(
                f"A mask of shape {self.array.shape} and dtype {self.array.dtype} was given; "
                "accepted is (height, width) of uint8. Give the index of the class of each pixel."
            )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return int(self.array.shape[1]), int(self.array.shape[0])

    def codes(self) -> NDArray[np.uint8]:
        """The array itself."""
        return self.array


@dataclass(frozen=True, eq=False)
class FileMask:
    """A mask in a picture file, of values or of colours.

    Parameters
    ----------
    path : str
        Where it lies.
    fingerprint : bytes
        Hash of the file's bytes, taken when the data set was read.
    size : tuple of int
        Width and height of the upright picture that it belongs to.
    values : MaskValues
        What the pixels mean.
    turn : int
        EXIF orientation of the picture where the mask was drawn on the picture as stored; else 1.
    """

    path: str
    fingerprint: bytes
    size: tuple[int, int]
    values: MaskValues
    turn: int = 1

    def codes(self) -> NDArray[np.uint8]:
        """Read and decode the file.

        Raises
        ------
        UnreadableInputError
            If the file cannot be read any more, or has changed.
        """
        content = read_bytes(self.path)
        if fingerprint_bytes(content) != self.fingerprint:
            raise UnreadableInputError("changed while the data set was being read; run it again")
        return self.values.codes(open_mask(content, self.turn))


@dataclass(frozen=True, eq=False)
class RegionMask:
    """A mask that is described by regions, as in a COCO file.

    Parameters
    ----------
    size : tuple of int
        Width and height of the picture.
    regions : tuple of (int, Region)
        Code and region; a later one covers an earlier one.
    background : int
        Code of what no region covers.
    turn : int
        EXIF orientation of the picture where the regions lie on it as stored; else 1.
    """

    size: tuple[int, int]
    regions: tuple[tuple[int, Region], ...]
    background: int = 0
    turn: int = 1

    def codes(self) -> NDArray[np.uint8]:
        """Draw the regions."""
        size = self.size if self.turn < 5 else self.size[::-1]
        drawn = np.full(size[::-1], self.background, dtype=np.uint8)
        for code, region in self.regions:
            drawn[region.inside(size)] = code
        return drawn if self.turn == 1 else np.asarray(turned(Image.fromarray(drawn), self.turn))


def as_mask(given: Any) -> Mask:
    """A mask, or an array of shape (height, width) as one.

    Raises
    ------
    InputError
        If it is neither.
    """
    if isinstance(given, np.ndarray):
        return ArrayMask(given)
    if hasattr(given, "codes") and hasattr(given, "size"):
        mask: Mask = given
        return mask
    raise InputError(
        f"A mask of type {type(given).__name__} was given; accepted are an array of shape "
        "(height, width) of uint8, or what read_masks gives."
    )
