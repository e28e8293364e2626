"""An answer about the pixels of a picture, as small as the network gave it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headstart.data.placement import Placement


@dataclass(frozen=True, eq=False)
class CanvasMask:
    """An answer about the pixels of a picture as the network gave it: small whatever the picture.

    Parameters
    ----------
    seen : ndarray of shape (height, width) of the canvas, uint8
        Codes.
    placement : Placement
        Where the picture lay on the canvas.
    """

    seen: NDArray[np.uint8]
    placement: Placement

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self.placement.size

    def codes(self) -> NDArray[np.uint8]:
        """The class of each pixel of the picture, shape (height, width)."""
        return self.placement.mask_back(self.seen)
