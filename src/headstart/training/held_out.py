"""What a model said of training samples that it had not learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class HeldOut:
    """Scores of samples held out of training, in turn or for good.

    Parameters
    ----------
    rows : ndarray of shape (n_held_out,)
        Which samples of the training side; each at most once.
    scores : ndarray of shape (n_held_out, n_outputs)
        What the head said of them, before any temperature.

    Examples
    --------
    >>> one = HeldOut(np.array([2, 0]), np.array([[2.0], [0.0]]))
    >>> other = HeldOut(np.array([1, 2]), np.array([[10.0], [20.0]]))
    >>> rows, own, others = one.beside(other)
    >>> rows.tolist(), own.tolist(), others.tolist()
    ([2], [[2.0]], [[20.0]])
    """

    rows: NDArray[np.intp]
    scores: NDArray[Any]

    def beside(self, other: HeldOut) -> tuple[NDArray[np.intp], NDArray[Any], NDArray[Any]]:
        """Rows that both have, and the scores of each, in rising order of the rows."""
        rows, own, others = np.intersect1d(self.rows, other.rows, True, return_indices=True)
        return rows, self.scores[own], other.scores[others]
