"""Write a mask as a picture file whose values are codes and whose colours can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headstart.data.palette import colour_of
from headstart.errors import InputError

_IGNORED = 255
_PAPER = (255, 255, 255)


def to_index_png(codes: NDArray[np.uint8], classes: Sequence[str]) -> bytes:
    r"""A PNG file with a palette: the value of each pixel is its code.

    Parameters
    ----------
    codes : ndarray of shape (height, width), uint8
        Index of the class of each pixel; 255: ignored, which is shown white.
    classes : sequence of str
        Names of the classes. A first one called ``background`` is shown black.

    Raises
    ------
    InputError
        If a code is that of no class.

    Examples
    --------
    >>> to_index_png(np.array([[0, 1]], dtype=np.uint8), ["sky", "road"])[:4]
    b'\x89PNG'
    """
    found = np.unique(codes)
    wrong = found[(found >= len(classes)) & (found != _IGNORED)]
    if codes.ndim != 2 or codes.dtype != np.uint8 or len(wrong):
        seen = f"the code {wrong[0]}" if len(wrong) else f"{codes.dtype} of shape {codes.shape}"
        raise InputError(
            f"A mask of {seen} cannot be written; accepted are uint8 of shape (height, width) with "
            f"codes below {len(classes)}, the number of classes, or 255."
        )
    image = Image.fromarray(codes).convert("L")
    image.putpalette([channel for code in range(256) for channel in _shown(code, classes)])
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _shown(code: int, classes: Sequence[str]) -> tuple[int, int, int]:
    if code == _IGNORED:
        return _PAPER
    return (0, 0, 0) if classes[code : code + 1] == ["background"] else colour_of(code)
