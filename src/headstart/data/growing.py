"""An order of samples of which every beginning is a fair sample of the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def growing_order(strata: NDArray[Any], seed: int) -> NDArray[np.intp]:
    """Rows in an order whose every beginning holds the strata in their proportions.

    Parameters
    ----------
    strata : ndarray of shape (n_samples,)
        Classes, or bins of a number.
    seed : int
        Of the order within each stratum.

    Returns
    -------
    ndarray of shape (n_samples,)
        Each row once.

    Examples
    --------
    >>> strata = np.array(["a", "a", "a", "a", "b", "b"])
    >>> strata[growing_order(strata, seed=0)[:3]].tolist()
    ['a', 'b', 'a']
    """
    _, numbers = np.unique(strata, return_inverse=True)
    rng = np.random.default_rng(seed)
    place = np.empty(len(numbers))
    for number in range(int(numbers.max(initial=-1)) + 1):
        rows = np.flatnonzero(numbers == number)
        place[rng.permutation(rows)] = (np.arange(len(rows)) + 0.5) / len(rows)
    return np.argsort(place, kind="stable")
