"""What the pixels of mask files mean: which value or colour is which class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.mask_pixels import colour_name, pack
from headstart.errors import UnreadableInputError

#: Codes are 0 to 254; 255 is ignored.
MOST_CLASSES = 255
_IGNORED = 255
#: A value beyond is a measurement, or the mask is something else.
_MOST_VALUE = 65535


@dataclass(frozen=True)
class MaskValues:
    """Which value, or which colour, is which class.

    Parameters
    ----------
    values : tuple of int
        The value of each class, in the order of their codes; in masks of colour, colours packed by
        :func:`~headstart.data.mask_pixels.pack`.
    ignore : int or None
        The value, or packed colour, of pixels that are not looked at.
    colour : bool
        Whether the masks are of colours.
    instances : bool
        Whether every value above 0 is an object of one class; then ``values`` are 0 and 1.

    Examples
    --------
    >>> MaskValues((0, 7), ignore=9).codes(np.array([[0, 7, 9]], dtype=np.uint8)).tolist()
    [[0, 1, 255]]
    """

    values: tuple[int, ...]
    ignore: int | None = None
    colour: bool = False
    instances: bool = False

    def codes(self, pixels: NDArray[Any]) -> NDArray[np.uint8]:
        """The codes of a mask.

        Parameters
        ----------
        pixels : ndarray of shape (height, width) or (height, width, 3)
            As :func:`~headstart.data.mask_pixels.open_mask` gives them.

        Returns
        -------
        ndarray of shape (height, width), uint8

        Raises
        ------
        UnreadableInputError
            If a value is that of no class.
        """
        flat = self.flat(pixels)
        found = distinct(flat)
        unknown = self.unknown(found)
        if unknown:
            raise UnreadableInputError(self.reason(unknown))
        codes = np.array([self._code(value) for value in found], dtype=np.uint8)
        if found[-1] > _MOST_VALUE:  # colours
            return codes[np.searchsorted(found, flat)]
        table = np.zeros(found[-1] + 1, dtype=np.uint8)
        table[found] = codes
        return table[flat]

    def flat(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """One number for each pixel, shape (height, width)."""
        if self.colour:
            return pack(pixels)
        # What was saved as a picture in colour may hold values nevertheless, thrice.
        return pixels if pixels.ndim == 2 else pixels[:, :, 0]

    def unknown(self, values: Iterable[int]) -> list[int]:
        """Those of some values that are of no class, sorted."""
        if self.instances:
            return sorted(value for value in values if not 0 <= value <= _MOST_VALUE)
        known = {*self.values, self.ignore}
        return sorted(value for value in values if value not in known)

    def reason(self, unknown: list[int]) -> str:
        """Why a mask with unknown values cannot be used."""
        kind, first = ("colour", colour_name(unknown[0])) if self.colour else ("value", unknown[0])
        more = f" and {len(unknown) - 1} others" if len(unknown) > 1 else ""
        known = ", ".join(colour_name(v) if self.colour else str(v) for v in self.values[:6])
        known += ", ..." if len(self.values) > 6 else ""
        return f"holds the {kind} {first}{more}, of no class; known are {known}"

    def seen(self, values: Iterable[int]) -> set[int]:
        """Codes of some values, all of which are known; 255 among them where one is ignored."""
        return {self._code(value) for value in values}

    def _code(self, value: int) -> int:
        if value == self.ignore:
            return _IGNORED
        return int(value > 0) if self.instances else self.values.index(value)


def distinct(flat: NDArray[Any]) -> list[int]:
    """The values that occur, sorted.

    Examples
    --------
    >>> distinct(np.array([[3, 1], [1, 3]], dtype=np.uint8))
    [1, 3]
    """
    if flat.dtype == np.uint8:
        return np.flatnonzero(np.bincount(flat.ravel(), minlength=256)).tolist()
    return np.unique(flat).tolist()
