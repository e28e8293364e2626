"""Boxes carried along when a picture is placed on a canvas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from headstart.data.boxes import Boxes, clip_corners
from headstart.data.placement import Placement


def place_boxes(boxes: Boxes, place: Placement, least_visible: float = 0.3) -> Boxes:
    """Boxes on the canvas, cut at its edges.

    Parameters
    ----------
    boxes : Boxes
        Of the picture.
    place : Placement
        Where the picture lies.
    least_visible : float
        A box of which less than this share of its area is seen is left out: what is left of it
        teaches little of its class.

    Returns
    -------
    Boxes
        Of a picture of the canvas's size.

    Examples
    --------
    >>> boxes = Boxes.of([(0, 0, 4, 4), (7, 0, 10, 4)], ["cat", "dog"], (10, 8))
    >>> right = Placement((10, 8), (8, 8), (2.0, 0.0, 10.0, 8.0), mirrored=True)
    >>> place_boxes(boxes, right).corners.tolist()
    [[6.0, 0.0, 8.0, 4.0], [0.0, 0.0, 3.0, 4.0]]
    >>> place_boxes(boxes, right, least_visible=0.6).labels.tolist()
    ['dog']
    """
    rows, columns = place.canvas
    moved = replace(boxes, corners=place.boxes(boxes.corners), size=(columns, rows))
    seen = replace(moved, corners=clip_corners(moved.corners, moved.size))
    kept = (seen.areas > 0) & (seen.areas >= least_visible * moved.areas)
    return seen.take(np.flatnonzero(kept))
