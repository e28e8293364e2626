"""How large whole pictures are shown to a network, and how fine its maps have to be."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from headstart.data.boxes import Boxes

#: Pixels that both sides of a canvas are a multiple of: the coarsest stride of usual networks.
_STEP = 32
#: Side of a square with as many pixels as the canvas has at most. On a quarter of the training
#: pictures of raccoons and pedestrians, 384 found 9 boxes of 10 at an encoding of 150 pictures a
#: second; the cost grows with its square.
_MOST = 384
#: Sides in a ratio beyond this are padded rather than followed.
_LONGEST = 2.0
#: Strides that a small box has across it. A finer map takes four times as long to look at.
_ACROSS = 5
_FINE, _MIDDLE, _COARSE = 8, 16, 32
#: Of all boxes the share that may be smaller.
_SMALL = 10


def canvas_for(
    sizes: Sequence[tuple[int, int]], least: float = 64.0, most: int = _MOST
) -> tuple[int, int]:
    """Height and width of the canvas for pictures of these sizes.

    It has the aspect of the median picture and about as many pixels, within the two limits.

    Parameters
    ----------
    sizes : sequence of (width, height)
        In pixels.
    least, most : float
        Sides of squares with as many pixels as the canvas has at least and at most. The network
        learned on pictures of a certain size, and smaller ones are enlarged to it.

    Examples
    --------
    >>> canvas_for([(320, 240)] * 3), canvas_for([(4000, 3000)] * 3)
    ((256, 320), (320, 448))
    """
    shapes = np.asarray(sizes, dtype=np.float64).reshape(-1, 2)
    aspect = float(np.clip(np.median(shapes[:, 0] / shapes[:, 1]), 1 / _LONGEST, _LONGEST))
    side = _rounded(float(np.median(np.sqrt(shapes.prod(axis=1)))))
    side = max(min(side, most), _rounded(least))
    return _rounded(side / sqrt(aspect)), _rounded(side * sqrt(aspect))


def _rounded(side: float) -> int:
    """The nearest size that a canvas can have, at least two of the coarsest cells."""
    return max(2 * _STEP, _STEP * round(side / _STEP))


def strides_for_boxes(boxes: Sequence[Boxes], canvas: tuple[int, int]) -> tuple[int, ...]:
    """The maps that boxes of these sizes are found on, from the finest to the coarsest.

    Examples
    --------
    >>> one = Boxes.of([(0, 0, 60, 120)], ["dog"], (640, 480))
    >>> strides_for_boxes([one], (384, 512))
    (8, 16, 32)
    """
    sides = [
        np.sqrt(areas) * min(canvas[1] / one.size[0], canvas[0] / one.size[1])
        for one in boxes
        if len(areas := (one.corners[:, 2:] - one.corners[:, :2]).prod(axis=1))
    ]
    small = float(np.percentile(np.concatenate(sides), _SMALL)) if sides else 0.0
    return (_MIDDLE, _COARSE) if small >= _ACROSS * _MIDDLE else (_FINE, _MIDDLE, _COARSE)
