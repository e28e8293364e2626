"""From what an FCOS head says of each location to boxes.

Z. Tian, C. Shen, H. Chen and T. He, *FCOS: Fully convolutional one-stage object detection*, 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headstart.data.placement import map_size
from headstart.errors import InputError
from headstart.tasks.suppression import suppress

Array = NDArray[np.float64]

#: Of boxes: the score that they have to be above, the overlap with a better one of their class from
#: which on they go, and how many are given at most.
SCORE_THRESHOLD, NMS_IOU, MOST_BOXES = 0.05, 0.6, 100
#: Locations and classes of a level that are looked at, those with the best scores.
_MOST_A_LEVEL = 1000


class Level(NamedTuple):
    """What the head says of a level of the pyramid, whose grid has ``h`` rows and ``w`` columns.

    Parameters
    ----------
    logits : ndarray of shape (h, w, n_classes)
        Of each class.
    distances : ndarray of shape (h, w, 4)
        To the left, top, right and bottom edge of the box, 0 or more, in strides.
    centerness : ndarray of shape (h, w)
        Logits of how near to the middle of its box a location is.
    """

    logits: NDArray[Any]
    distances: NDArray[Any]
    centerness: NDArray[Any]


class Decoded(NamedTuple):
    """Boxes on the canvas, the best score first.

    Parameters
    ----------
    corners : ndarray of shape (n, 4)
        xmin, ymin, xmax, ymax in pixels of the canvas; they may reach beyond it.
    codes : ndarray of intp, shape (n,)
        Of the classes.
    scores : ndarray of shape (n,)
        In 0..1.
    """

    corners: Array
    codes: NDArray[np.intp]
    scores: Array


def decode_fcos(
    levels: Sequence[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]],
    strides: Sequence[int],
    score_threshold: float = SCORE_THRESHOLD,
    nms_iou: float = NMS_IOU,
    most: int = MOST_BOXES,
) -> Decoded:
    """Boxes of one picture.

    The score of a class at a location is the root of the product of its probability and of the
    centerness, as torchvision has it.

    Parameters
    ----------
    levels : sequence of (logits, distances, centerness)
        See :class:`Level`.
    strides : sequence of int
        Pixels of the canvas between two locations, level by level; they lie at the middle of
        their cell.
    score_threshold : float
        Boxes with a lower or equal score are dropped.
    nms_iou : float
        See :func:`~headstart.tasks.suppression.suppress`.
    most : int
        Boxes that are given at most.

    Returns
    -------
    Decoded
        Empty arrays where there is no box.

    Raises
    ------
    InputError
        If levels and strides differ in number.

    Examples
    --------
    >>> logits = np.full((1, 2, 1), -9.0)
    >>> logits[0, 1] = 9.0
    >>> found = decode_fcos([(logits, np.ones((1, 2, 4)), np.full((1, 2), 9.0))], [8])
    >>> found.corners.tolist(), found.codes.tolist(), found.scores.round(2).tolist()
    ([[4.0, -4.0, 20.0, 12.0]], [0], [1.0])
    """
    if len(levels) != len(strides):
        raise InputError(
            f"There are {len(levels)} levels and {len(strides)} strides; accepted is one stride a "
            "level."
        )
    parts = [
        _candidates(Level(*level), stride, score_threshold)
        for level, stride in zip(levels, strides, strict=True)
    ]
    if not parts:
        return Decoded(np.empty((0, 4)), np.empty(0, dtype=np.intp), np.empty(0))
    corners, codes, scores = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    rows = suppress(corners, scores, codes, nms_iou)[:most]
    return Decoded(corners[rows], codes[rows], scores[rows])


def levels_of(
    outputs: Sequence[NDArray[Any]], strides: Sequence[int], canvas: tuple[int, int]
) -> list[Level]:
    """Outputs in which the locations stand level after level, as one grid a level.

    Parameters
    ----------
    outputs : sequence of ndarray of shapes (n, n_classes), (n, 4) and (n, 1)
        Logits, distances and centerness of one picture.
    strides : sequence of int
        Of the levels.
    canvas : tuple of int
        Height and width of what the network reads.
    """
    levels, start = [], 0
    for stride in strides:
        rows, columns = map_size(canvas, stride)
        part = slice(start, start + rows * columns)
        start = part.stop
        logits, distances, centerness = (one[part].reshape(rows, columns, -1) for one in outputs)
        levels.append(Level(logits, distances, centerness[..., 0]))
    return levels


def _candidates(level: Level, stride: int, threshold: float) -> Decoded:
    """The best locations and classes of a level."""
    logits = np.asarray(level.logits, dtype=np.float64)
    height, width, n_classes = logits.shape
    central = _sigmoid(np.asarray(level.centerness, dtype=np.float64)).reshape(height, width, 1)
    scores = np.sqrt(_sigmoid(logits) * central).ravel()
    rows = np.flatnonzero(scores > threshold)
    rows = rows[np.argsort(-scores[rows], kind="stable")][:_MOST_A_LEVEL]
    location, codes = np.divmod(rows, n_classes)
    y, x = np.divmod(location, width)
    middle = np.column_stack([x, y, x, y]) + 0.5
    reach = np.asarray(level.distances, dtype=np.float64).reshape(-1, 4)[location]
    corners = (middle + reach * np.array([-1.0, -1.0, 1.0, 1.0])) * stride
    return Decoded(corners, codes.astype(np.intp), scores[rows])


def _sigmoid(logits: Array) -> Array:
    """Without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)))
