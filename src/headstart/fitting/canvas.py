"""How large whole pictures are shown to a network."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from headstart.evidence import Decision

if TYPE_CHECKING:
    from headstart.backbones.taps import Tap

#: Pixels that both sides of a canvas are a multiple of: the coarsest stride of usual networks.
_STEP = 32
#: Side of a square with as many pixels as the canvas has at most. On a quarter of the training
#: pictures of raccoons and pedestrians, 384 found 9 boxes of 10 at an encoding of 150 pictures a
#: second; the cost grows with its square.
_MOST = 384
#: Sides in a ratio beyond this are padded rather than followed.
_LONGEST = 2.0


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


def canvas_decision(
    canvas: tuple[int, int], taps: Sequence[Tap], sizes: Sequence[tuple[int, int]]
) -> Decision:
    """What the network sees of pictures of these sizes, and the maps that the head reads.

    Parameters
    ----------
    canvas : tuple of int
        Height and width.
    taps : sequence of Tap
        The maps.
    sizes : sequence of (width, height)
        Of the training pictures.
    """
    rows = tuple(
        {
            "stage": tap.stage,
            "stride of the map": tap.stride,
            "stride of the stage": round(tap.own_stride, 2),
            "channels": tap.channels,
        }
        for tap in taps
    )
    width, height = np.median(np.asarray(sizes), axis=0).round().astype(int)
    reason = (
        f"The pictures are {width} x {height} pixels in the middle; they are seen whole on "
        f"{canvas[1]} x {canvas[0]}."
    )
    answer = f"{canvas[1]} x {canvas[0]} pixels, maps of stride " + ", ".join(
        str(tap.stride) for tap in taps
    )
    return Decision("what the network sees", answer, reason, rows)
