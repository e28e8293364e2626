"""Groups of targets that are near each other, so that a split can treat numbers like classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Samples of a stratum: five folds find two in each.
_SAMPLES = 10
_MOST = 10
#: With fewer samples none is spared for a test: each is a stratum of its own.
_FEWEST = 5


def strata(targets: NDArray[Any]) -> NDArray[np.intp]:
    """Quantile bins by rank: at most ten, of ten samples or more.

    Bins of ranks are of one size whatever the targets are; equal targets may stand in two of them.

    Parameters
    ----------
    targets : ndarray of shape (n_samples,)
        Numbers.

    Returns
    -------
    ndarray of shape (n_samples,)
        Numbers of bins from 0, by rising target.

    Examples
    --------
    >>> np.bincount(strata(np.arange(25.0))).tolist()
    [13, 12]
    >>> strata(np.array([3.0, 1.0])).tolist()
    [1, 0]
    """
    count = len(targets)
    n_bins = count if count < _FEWEST else min(max(count // _SAMPLES, 1), _MOST)
    ranks = np.argsort(np.argsort(targets, kind="stable"), kind="stable")
    return np.asarray(ranks * n_bins // max(count, 1), dtype=np.intp)
