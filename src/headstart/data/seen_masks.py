"""A first look at mask files: which values each holds, and whether it fits its picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from headstart.data.dataset import Quarantined
from headstart.data.file_bytes import read_bytes
from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.mask_pixels import open_mask, pack
from headstart.data.mask_values import distinct
from headstart.data.printable import printable
from headstart.data.sized_pictures import SizedPicture, sized
from headstart.errors import UnreadableInputError
from headstart.progress import Progress, silent

#: A mask with more colours is a photograph, or was saved with loss.
_MOST_COLOURS = 1000


@dataclass(frozen=True)
class SeenMask:
    """A mask file that fits its picture.

    Parameters
    ----------
    picture : SizedPicture
        The picture that it belongs to.
    path : str
        Of the mask.
    fingerprint : bytes
        Of the mask file's content.
    colours : tuple of int
        Packed colours that occur, sorted; empty where the file holds values.
    values : tuple of int
        Values that occur, sorted; empty where one of the colours is not grey.
    turn : int
        EXIF orientation of the picture where the mask lies on the picture as stored; else 1.
    """

    picture: SizedPicture
    path: str
    fingerprint: bytes
    colours: tuple[int, ...]
    values: tuple[int, ...]
    turn: int = 1

    @property
    def colour(self) -> bool:
        """Whether it holds colours that cannot be values."""
        return not self.values


def look_at_masks(
    pairs: Sequence[tuple[str, str]], progress: Progress = silent
) -> list[SeenMask | Quarantined]:
    """Decode each mask once, and tell what is in it or why it is set aside; the order stays.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Paths of picture and mask.
    progress : Progress, optional
        Told after each.
    """
    found: list[SeenMask | Quarantined] = []
    with ThreadPoolExecutor(max(1, min(4, os.cpu_count() or 1))) as pool:
        for outcome in pool.map(_look, pairs):
            found.append(outcome)
            progress("read", len(found), len(pairs))
    return found


def _look(pair: tuple[str, str]) -> SeenMask | Quarantined:
    picture = sized(pair[0])
    if isinstance(picture, Quarantined):
        return picture
    path = pair[1]
    try:
        content = read_bytes(path)
        pixels = open_mask(content)
        turn = _turn(picture, (pixels.shape[1], pixels.shape[0]))
        found = _found(pixels, lossy=content.startswith(b"\xff\xd8"))
    except UnreadableInputError as error:
        return Quarantined(picture.item.name, f"its mask '{printable(path)}': {error}")
    if pixels.ndim == 2:
        return SeenMask(picture, path, fingerprint_bytes(content), (), found, turn)
    grey = all(colour % 0x010101 == 0 for colour in found)
    values = tuple(colour // 0x010101 for colour in found) if grey else ()
    return SeenMask(picture, path, fingerprint_bytes(content), found, values, turn)


def _turn(picture: SizedPicture, size: tuple[int, int]) -> int:
    if size == picture.size:
        return 1
    if size == picture.stored:
        return picture.turn
    width, height = picture.size
    raise UnreadableInputError(
        f"{size[0]} x {size[1]} pixels, the picture has {width} x {height}; accepted is a mask of "
        "the picture's size"
    )


def _found(pixels: NDArray[Any], lossy: bool) -> tuple[int, ...]:
    """Values or packed colours that occur."""
    if lossy:
        raise UnreadableInputError(
            "a JPEG file, which blurs the values of neighbouring pixels; save masks as PNG"
        )
    values = distinct(pixels if pixels.ndim == 2 else pack(pixels))
    if pixels.ndim == 3 and len(values) > _MOST_COLOURS:
        raise UnreadableInputError(
            f"{len(values)} colours; a mask holds a few flat ones. Is it a photograph?"
        )
    return tuple(values)
