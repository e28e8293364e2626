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


def fewest_to_hold_out(strata: NDArray[Any]) -> int:
    """How many of the first samples one can be held out of, with another like it to learn from.

    Parameters
    ----------
    strata : ndarray of shape (n_samples,)
        Classes, or bins of a number, in a growing order.

    Returns
    -------
    int
        So many hold two samples each of two strata, and of half of all strata; all samples where
        there are no such two.

    Examples
    --------
    >>> fewest_to_hold_out(np.array(["a", "b", "a", "a", "b", "a"]))
    5
    """
    _, numbers = np.unique(strata, return_inverse=True)
    rows = [np.flatnonzero(numbers == number) for number in range(int(numbers.max(initial=-1)) + 1)]
    seconds = sorted(int(some[1]) for some in rows if len(some) > 1)
    wanted = max(2, (len(rows) + 1) // 2)
    return seconds[wanted - 1] + 1 if len(seconds) >= wanted else len(numbers)
