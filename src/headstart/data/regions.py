"""Regions of a picture as COCO files write them: polygons and runs of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from headstart.errors import UnreadableInputError


class Region(Protocol):
    """A part of a picture."""

    def inside(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Which pixels belong to it, shape (height, width)."""
        ...


@dataclass(frozen=True, eq=False)
class Polygons:
    """What lies inside of any of some polygons; a pixel does when its centre does.

    Parameters
    ----------
    outlines : tuple of ndarray of shape (n, 2), float64
        Points (x, y), in pixels of the picture.

    Examples
    --------
    >>> Polygons((np.array([[1.0, 0], [3, 0], [3, 1], [1, 1]]),)).inside((4, 2)).astype(int)
    array([[0, 1, 1, 0],
           [0, 0, 0, 0]])
    """

    outlines: tuple[NDArray[np.float64], ...]

    def inside(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Which pixels belong to it, shape (height, width)."""
        found = np.zeros((size[1], size[0]), dtype=np.bool_)
        for outline in self.outlines:
            found |= _inside_of(outline, size)
        return found


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of pixels, down one column after the other: without and within the region in turns.

    Parameters
    ----------
    counts : ndarray of shape (n,), int64
        Lengths of the runs, the first one being without.
    size : tuple of int
        Width and height of the picture.
    """

    counts: NDArray[np.int64]
    size: tuple[int, int]

    def inside(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Which pixels belong to it, shape (height, width)."""
        within = np.arange(len(self.counts)) % 2 == 1
        return np.repeat(within, self.counts).reshape(self.size).T


def runs_of(counts: str | Sequence[int], size: tuple[int, int]) -> Runs:
    """Runs as a COCO file holds them, packed into text or as numbers.

    Raises
    ------
    UnreadableInputError
        If they do not add up to the pixels of the picture.

    Examples
    --------
    >>> runs_of([1, 2, 3], (3, 2)).inside((3, 2)).astype(int)
    array([[0, 1, 0],
           [1, 0, 0]])
    """
    lengths = _unpacked(counts) if isinstance(counts, str) else list(counts)
    whole = all(isinstance(length, int) and length >= 0 for length in lengths)
    if not whole or sum(lengths) != size[0] * size[1]:
        seen = f"{sum(lengths)} pixels" if whole else "something else than whole numbers"
        raise UnreadableInputError(
            f"its runs hold {seen}; the picture has {size[0]} x {size[1]} = {size[0] * size[1]}"
        )
    return Runs(np.array(lengths, dtype=np.int64), size)


def _unpacked(text: str) -> list[int]:
    """Lengths from five bits a letter; from the third on, differences to the length before last."""
    lengths: list[int] = []
    value = shift = 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise UnreadableInputError(f"its runs hold {letter!r}, which is no packed number")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
        value = shift = 0
    return lengths


def _inside_of(outline: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels whose centre an odd number of edges lies left of."""
    width, height = size
    found = np.zeros((height, width), dtype=np.bool_)
    low, high = np.floor(outline.min(axis=0)), np.ceil(outline.max(axis=0))
    left, right = np.clip([low[0], high[0]], 0, width).astype(np.intp)
    top, bottom = np.clip([low[1], high[1]], 0, height).astype(np.intp)
    crossings = np.zeros((bottom - top, right - left + 1), dtype=np.uint8)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        first, last = np.clip(np.ceil(np.sort([y0, y1]) - 0.5), top, bottom).astype(np.intp)
        if first == last:
            continue
        rows = np.arange(first, last)
        x = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
        columns = np.clip(np.ceil(x - 0.5), left, right).astype(np.intp)
        crossings[rows - top, columns - left] ^= 1
    found[top:bottom, left:right] = np.logical_xor.accumulate(crossings[:, :-1], axis=1)
    return found
