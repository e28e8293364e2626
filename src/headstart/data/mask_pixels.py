"""Open a mask file without changing any of its values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.images import open_stored, turned
from headstart.errors import UnreadableInputError


def open_mask(content: bytes, turn: int = 1) -> NDArray[Any]:
    """The values or colours of a mask file.

    Parameters
    ----------
    content : bytes
        Of the file.
    turn : int
        EXIF orientation that the mask is to be turned by; that of the file itself is not looked at.

    Returns
    -------
    ndarray of shape (height, width) or (height, width, 3)
        Values as they stand, of an integer type: a palette is not applied. Or colours, of uint8.

    Raises
    ------
    UnreadableInputError
        If it is no picture, or of a kind that holds no classes.
    """
    image = turned(open_stored(content), turn)
    if image.mode in ("1", "L", "P"):
        return np.asarray(image).astype(np.uint8)
    if image.mode.startswith("I"):
        return np.asarray(image)
    if image.mode in ("LA", "La"):
        return np.asarray(image.getchannel(0))
    if image.mode in ("RGB", "RGBA", "RGBX"):
        return np.asarray(image)[:, :, :3]
    raise UnreadableInputError(
        f"a picture of mode {image.mode}; a mask holds whole numbers or RGB colours"
    )


def pack(colours: NDArray[Any]) -> NDArray[np.int64]:
    """Colours of shape (..., 3) as one number each: red, green, blue from the highest byte on."""
    wide = colours.astype(np.int64)
    packed: NDArray[np.int64] = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    return packed


def colour_name(packed: int) -> str:
    """A packed colour as it is written.

    Examples
    --------
    >>> colour_name(0xFF8000)
    '(255, 128, 0)'
    """
    return f"({packed >> 16}, {packed >> 8 & 255}, {packed & 255})"
