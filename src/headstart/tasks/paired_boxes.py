"""Which boxes of an answer are boxes of the truth, of one picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headstart.data.boxes import Boxes
from headstart.metrics.box_pairs import pair_boxes


def pairs_of(there: Boxes, found: Boxes) -> NDArray[np.intp]:
    """See :func:`~headstart.metrics.box_pairs.pair_boxes`; the surest comes first in ``found``."""
    return pair_boxes(found.corners, there.corners, found.labels.tolist(), there.labels.tolist())


def counts_of(pairs: NDArray[np.intp], n_there: int) -> tuple[int, int, int]:
    """Boxes that were found, missed and made up.

    Parameters
    ----------
    pairs : ndarray of shape (n_found,)
        See :func:`pairs_of`.
    n_there : int
        Boxes of the truth.

    Examples
    --------
    >>> one = Boxes.of([(0, 0, 9, 9)], ["cat"], (20, 20))
    >>> counts_of(pairs_of(one, one), 1), counts_of(pairs_of(one, one.take([])), 1)
    ((1, 0, 0), (0, 1, 0))
    """
    matched = int((pairs >= 0).sum())
    return matched, n_there - matched, len(pairs) - matched
