"""How fine the maps have to be that boxes are found on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from headstart.data.boxes import Boxes

#: Strides that a small box has across it. A finer map takes four times as long to look at.
_ACROSS = 5
_FINE, _MIDDLE, _COARSE = 8, 16, 32
#: Of all boxes the share that may be smaller.
_SMALL = 10


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
