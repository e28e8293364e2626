"""A small picture with its classes in colour, for a page that shows several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headstart.data.palette import Colour, colour_of

BACKGROUND = "background"
_IGNORED = 255
#: How much of the colour of a class covers the picture, and what is there without a picture.
_OPACITY = 0.6
_PAPER = 235


def tinted(
    picture: bytes | None, codes: NDArray[np.uint8], classes: Sequence[str], side: int = 240
) -> bytes:
    r"""A JPEG file: the picture under the colours of its classes.

    Parameters
    ----------
    picture : bytes or None
        A picture file; None: the colours alone, on a light ground.
    codes : ndarray of shape (height, width), uint8
        Of the whole picture, at any size; 255 and a first class ``background`` are not coloured.
    classes : sequence of str
        In the order of their codes.
    side : int
        Pixels of the longer side.

    Examples
    --------
    >>> tinted(None, np.zeros((2, 3), dtype=np.uint8), ["road"])[:2]
    b'\xff\xd8'
    """
    size = _size(picture, codes, side)
    ground = _ground(picture, size)
    large = np.asarray(Image.fromarray(codes).resize(size, Image.Resampling.NEAREST))
    pixels = ground.astype(np.float32)
    for code in np.unique(large).tolist():
        if is_coloured(code, classes):
            inside = large == code
            share = np.float32(_OPACITY)
            colour = np.array(colour_of(code), dtype=np.float32)
            pixels[inside] = pixels[inside] * (1 - share) + colour * share
    file = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "JPEG", quality=80, optimize=True)
    return file.getvalue()


def is_coloured(code: int, classes: Sequence[str]) -> bool:
    """Whether pixels of a code are shown in a colour of their own.

    Examples
    --------
    >>> [is_coloured(code, ["background", "cat"]) for code in (0, 1, 255)]
    [False, True, False]
    """
    return code < len(classes) and code != _IGNORED and not (code == 0 and classes[0] == BACKGROUND)


def hexadecimal(colour: Colour) -> str:
    """As a page writes it.

    Examples
    --------
    >>> hexadecimal((230, 25, 75))
    '#e6194b'
    """
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _size(picture: bytes | None, codes: NDArray[np.uint8], side: int) -> tuple[int, int]:
    if picture is not None:
        with Image.open(BytesIO(picture)) as opened:
            width, height = opened.size
    else:
        height, width = codes.shape
    scale = side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _ground(picture: bytes | None, size: tuple[int, int]) -> NDArray[np.uint8]:
    if picture is None:
        return np.full((size[1], size[0], 3), _PAPER, dtype=np.uint8)
    with Image.open(BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGB").resize(size, Image.Resampling.LANCZOS))
