"""Picture files together with their sizes, which annotations are measured by."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Quarantined
from headstart.data.file_bytes import read_bytes
from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.images import stored_size
from headstart.data.items import FileItem
from headstart.data.printable import printable
from headstart.errors import UnreadableInputError
from headstart.progress import Progress, silent

_THREADS = 8
#: EXIF orientations that swap width and height.
_SIDEWAYS = (5, 6, 7, 8)


@dataclass(frozen=True)
class SizedPicture:
    """A picture file and how large it is.

    Parameters
    ----------
    item : FileItem
        The file.
    stored : tuple of int
        Width and height before the EXIF orientation is applied.
    turn : int
        The EXIF orientation; 1: upright.
    """

    item: FileItem
    stored: tuple[int, int]
    turn: int = 1

    @property
    def sideways(self) -> bool:
        """Whether width and height are swapped when it is turned upright."""
        return self.turn in _SIDEWAYS

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture."""
        width, height = self.stored
        return (height, width) if self.sideways else self.stored


def size_all(
    paths: Sequence[str], progress: Progress = silent, step: str = "read"
) -> list[SizedPicture | Quarantined]:
    """Each picture with its size, or why it is set aside; the order stays."""
    found: list[SizedPicture | Quarantined] = []
    with ThreadPoolExecutor(min(_THREADS, 2 * (os.cpu_count() or 1))) as pool:
        for outcome in pool.map(sized, paths):
            found.append(outcome)
            progress(step, len(found), len(paths))
    return found


def sized(path: str) -> SizedPicture | Quarantined:
    """The picture at ``path`` with its size, or why it is set aside. Only its header is decoded."""
    try:
        content = read_bytes(path)
        size, turn = stored_size(content)
    except UnreadableInputError as error:
        return Quarantined(printable(path), str(error))
    return SizedPicture(FileItem(path, fingerprint_bytes(content)), size, turn)


def turn_corners(
    corners: NDArray[np.float64], stored: tuple[int, int], turn: int
) -> NDArray[np.float64]:
    """Boxes on a picture as stored, on the upright one.

    Parameters
    ----------
    corners : ndarray of shape (n, 4)
    stored : tuple of int
        Width and height as stored.
    turn : int
        EXIF orientation, 1 to 8.

    Examples
    --------
    >>> turn_corners(np.array([[0.0, 0, 2, 1]]), (4, 3), 6).tolist()
    [[2.0, 0.0, 3.0, 2.0]]
    """
    (width, height), (x0, y0, x1, y1) = stored, corners.T
    if turn in (2, 3, 7, 8):
        x0, x1 = width - x1, width - x0
    if turn in (3, 4, 6, 7):
        y0, y1 = height - y1, height - y0
    order = (y0, x0, y1, x1) if turn in _SIDEWAYS else (x0, y0, x1, y1)
    return np.stack(order, axis=1)
