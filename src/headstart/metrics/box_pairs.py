"""Which boxes of one picture belong together: those found, and those that are there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.box_overlap import box_iou

#: Overlap from which on a box counts as found.
_ENOUGH = 0.5


def pair_boxes(
    found: ArrayLike,
    there: ArrayLike,
    found_labels: Sequence[object],
    there_labels: Sequence[object],
    enough: float = _ENOUGH,
) -> NDArray[np.intp]:
    """For each box that was found the one that it is, each given away once.

    In their order, the surest first, each takes the free box of its class that it overlaps most,
    as :func:`~headstart.metrics.box_matches.match_boxes` does for whole test sets.

    Parameters
    ----------
    found, there : array_like of shapes (n_found, 4) and (n_there, 4)
        xmin, ymin, xmax, ymax.
    found_labels, there_labels : sequence
        The class of each.
    enough : float
        Least intersection over union.

    Returns
    -------
    ndarray of intp, shape (n_found,)
        Rows of ``there``; -1 where a box is made up.

    Examples
    --------
    >>> pair_boxes([[0, 0, 9, 9], [0, 0, 9, 8]], [[0, 0, 9, 9]], ["cat", "cat"], ["cat"]).tolist()
    [0, -1]
    """
    ours, true = (np.asarray(one, dtype=np.float64).reshape(-1, 4) for one in (found, there))
    pairs = np.full(len(ours), -1, dtype=np.intp)
    if not len(ours) or not len(true):
        return pairs
    overlaps = box_iou(ours, true)
    for row, label in enumerate(found_labels):
        free = [
            place
            for place, other in enumerate(there_labels)
            if other == label and place not in pairs and overlaps[row, place] >= enough
        ]
        if free:
            pairs[row] = max(free, key=lambda place: overlaps[row, place])
    return pairs
