"""Of boxes that lie on each other the best one stays (non-maximum suppression)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.box_overlap import box_iou


def suppress(
    corners: ArrayLike, scores: ArrayLike, codes: ArrayLike, overlap: float
) -> NDArray[np.intp]:
    """Rows of the boxes that stay, the best score first.

    A box goes where a better one of its class overlaps it by more than ``overlap``; of equal
    scores the first row stays. As ``torchvision.ops.batched_nms``.

    Parameters
    ----------
    corners : array_like of shape (n_boxes, 4)
        xmin, ymin, xmax, ymax.
    scores, codes : array_like of shape (n_boxes,)
        How sure each is, and its class.
    overlap : float
        Intersection over union, 0 to 1.

    Examples
    --------
    >>> boxes = [[0, 0, 9, 9], [0, 0, 9, 8], [0, 0, 9, 8]]
    >>> suppress(boxes, [0.5, 0.9, 0.7], [0, 0, 1], overlap=0.6).tolist()
    [1, 2]
    """
    places = np.asarray(corners, dtype=np.float64).reshape(-1, 4)
    sure, classes = np.asarray(scores), np.asarray(codes)
    kept = [
        rows[_free(places[rows], overlap)]
        for rows in (_ranked(sure, np.flatnonzero(classes == code)) for code in np.unique(classes))
    ]
    return _ranked(sure, np.sort(np.concatenate([np.empty(0, dtype=np.intp), *kept])))


def _ranked(scores: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    return rows[np.argsort(-scores[rows], kind="stable")]


def _free(corners: NDArray[np.float64], overlap: float) -> NDArray[np.intp]:
    """Places of those that stay, of boxes of one class, the best first."""
    stays: list[int] = []
    left = np.arange(len(corners))
    while len(left):
        best, left = left[0], left[1:]
        stays.append(int(best))
        left = left[box_iou(corners[best, None], corners[left])[0] <= overlap]
    return np.array(stays, dtype=np.intp)
