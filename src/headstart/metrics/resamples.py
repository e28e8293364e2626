"""Random weights for samples: the smooth relative of the bootstrap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

N_RESAMPLES = 1000

#: Weights held at a time; 2 million take 16 MB.
BLOCK = 2_000_000


@dataclass(frozen=True)
class Resamples:
    """Randomly weighted sums over the same samples.

    Parameters
    ----------
    sums : ndarray of shape (n_resamples, n_columns)
        Weighted sums of the columns.
    totals : ndarray of shape (n_resamples,)
        Sums of the weights.
    spare : ndarray of shape (n_resamples,)
        The weight of one further sample, which the caller imagines.
    """

    sums: Array
    totals: Array
    spare: Array


def resample(columns: Array, seed: int = 0, n_resamples: int = N_RESAMPLES) -> Resamples:
    """Sum columns under exponential weights (the Bayesian bootstrap, not stratified).

    Divided by their total the weights are uniform on the simplex. No class can drop out of a
    resample, as happens when rows are drawn with replacement. Memory is bounded.

    Parameters
    ----------
    columns : ndarray of shape (n_samples, n_columns)
        One row per sample.
    seed : int
        The same seed gives the same weights.
    n_resamples : int
        Number of weightings.

    References
    ----------
    D. B. Rubin, "The Bayesian bootstrap", 1981.

    Examples
    --------
    >>> drawn = resample(np.ones((5, 1)), n_resamples=3)
    >>> bool(np.allclose(drawn.sums[:, 0], drawn.totals)), drawn.spare.shape
    (True, (3,))
    """
    weighted = np.column_stack([columns, np.ones(len(columns))])
    sums, spare = [], []
    for weights, further in weightings(len(columns), seed, n_resamples):
        sums.append(weights @ weighted)
        spare.append(further)
    joined = np.concatenate(sums)
    return Resamples(joined[:, :-1], joined[:, -1], np.concatenate(spare))


def weightings(
    n_samples: int, seed: int = 0, n_resamples: int = N_RESAMPLES
) -> Iterator[tuple[Array, Array]]:
    """The weights themselves, a block of resamples at a time, so that memory is bounded.

    Parameters
    ----------
    n_samples : int
        At least one.
    seed : int
        The same seed gives the same weights.
    n_resamples : int
        Number of weightings.

    Yields
    ------
    weights : ndarray of shape (n_in_block, n_samples)
        Exponential, of the samples.
    spare : ndarray of shape (n_in_block,)
        Of one further sample, which the caller imagines.

    Examples
    --------
    >>> [(weights.shape, spare.shape) for weights, spare in weightings(5, n_resamples=3)]
    [((3, 5), (3,))]
    """
    random = np.random.default_rng(seed)
    spare = random.standard_exponential(n_resamples)
    step = max(1, BLOCK // n_samples)
    for start in range(0, n_resamples, step):
        stop = min(start + step, n_resamples)
        yield random.standard_exponential((stop - start, n_samples)), spare[start:stop]
