"""How much boxes cover each other: intersection over union."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.errors import InputError
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import bounded_figure, wilson_interval
from headstart.metrics.paired_errors import paired_error_difference
from headstart.metrics.skewed_mean import least_distance, mean_limits

Array = NDArray[np.float64]

#: From this overlap on a box counts as found (Pascal VOC).
FOUND_FROM = 0.5


def box_iou(first: ArrayLike, second: ArrayLike) -> Array:
    """Intersection over union of each box of one list with each of another.

    Parameters
    ----------
    first, second : array_like of shape (n_first, 4), (n_second, 4)
        xmin, ymin, xmax, ymax.

    Returns
    -------
    ndarray of shape (n_first, n_second)
        In 0..1; 0 where both boxes have no area.

    Examples
    --------
    >>> box_iou([[0, 0, 2, 2]], [[1, 0, 3, 2], [5, 5, 6, 6]]).round(3).tolist()
    [[0.333, 0.0]]
    """
    one, other = _corners(first)[:, None], _corners(second)[None]
    return _overlap(one, other)


def paired_box_iou(first: ArrayLike, second: ArrayLike) -> Array:
    """Intersection over union of boxes with those in the same row, shape (n_boxes,).

    Raises
    ------
    InputError
        If there are not as many of one as of the other.

    Examples
    --------
    >>> paired_box_iou([[0, 0, 2, 2]], [[0, 0, 2, 1]]).tolist()
    [0.5]
    """
    one, other = _corners(first), _corners(second)
    if len(one) != len(other):
        raise InputError(
            f"There are {len(one)} boxes and {len(other)} to compare them with; each picture needs "
            "one of both, in the same order."
        )
    return _overlap(one, other)


def _corners(boxes: ArrayLike) -> Array:
    array = np.asarray(boxes, dtype=np.float64)
    return array.reshape(0, 4) if array.size == 0 else array


def _overlap(one: Array, other: Array) -> Array:
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., 2:], other[..., 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    union = _area(one) + _area(other) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _area(corners: Array) -> Array:
    return np.asarray(np.clip(corners[..., 2:] - corners[..., :2], 0, None).prod(axis=-1))


def box_overlap_figures(overlaps: ArrayLike) -> dict[str, Figure]:
    """``mean_iou``, and ``share_iou50``: the share of pictures whose box overlaps by half.

    Parameters
    ----------
    overlaps : array_like of shape (n_pictures,)
        Intersection over union of the answer and the truth, 0 to 1.

    Returns
    -------
    dict of str to Figure
        In 0..1; higher is better. For the intervals see
        :func:`~headstart.metrics.skewed_mean.mean_limits` and
        :func:`~headstart.metrics.intervals.wilson_interval`.

    Raises
    ------
    InputError
        If there is no picture, or a value is not within 0 and 1.

    Examples
    --------
    >>> figures = box_overlap_figures([0.9, 0.8, 0.1])
    >>> round(figures["mean_iou"].value, 3), round(figures["share_iou50"].value, 3)
    (0.6, 0.667)
    """
    values = _check(overlaps)
    found = int((values >= FOUND_FROM).sum())
    low, high = wilson_interval(found, len(values))
    return {
        "mean_iou": _mean(values),
        "share_iou50": Figure(found / len(values), float(low), float(high)),
    }


def box_overlap_difference(overlaps: ArrayLike, others: ArrayLike) -> Figure:
    """Mean overlap less that of another model, on the same pictures, in -1..1.

    See :func:`~headstart.metrics.paired_errors.paired_error_difference`.

    Examples
    --------
    >>> figure = box_overlap_difference([0.9] * 9, [0.4] * 9)
    >>> round(figure.value, 3), figure.low > 0
    (0.5, True)
    """
    figure = paired_error_difference(1 - _check(overlaps), 1 - _check(others))
    return Figure(figure.value, max(figure.low, -1.0), min(figure.high, 1.0))


def _check(overlaps: ArrayLike) -> Array:
    values: NDArray[Any] = np.asarray(overlaps)
    numbers = values.ndim == 1 and values.size > 0 and values.dtype.kind in "iuf"
    if not numbers or not ((values >= 0) & (values <= 1)).all():
        raise InputError(
            f"The overlaps have shape {values.shape} and type {values.dtype}; accepted is one "
            "number from 0 to 1 a picture, for at least one picture."
        )
    return values.astype(np.float64)


def _mean(values: Array) -> Figure:
    """Pictures without spread leave some to those unseen."""
    ordered = np.sort(values)  # so that the order of the pictures changes nothing
    value, rest = float(ordered.mean()), least_distance(len(values))
    low, high = mean_limits(ordered)
    if np.ptp(ordered) == 0:
        low, high = value * (1 - rest), value + (1 - value) * rest
    return bounded_figure(value, low, high)
