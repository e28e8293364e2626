"""How a source stands among the others on one target, whatever the unit of the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def standings(values: ArrayLike) -> Array:
    """Place figures of several sources on one target on a common scale.

    Half of it is the ordinary z-score, which keeps how far apart they are; half is the z-score of
    the ranks, which a single figure far from all others cannot stretch.

    Parameters
    ----------
    values : array-like of shape (n_sources,)
        Accuracies or scores, in any unit. What is not finite was not measured.

    Returns
    -------
    ndarray of shape (n_sources,), float64
        Mean 0 and standard deviation 1 over what was measured, NaN for the rest. All 0 where
        the figures do not differ, or there is one alone.

    Examples
    --------
    >>> standings([0.7, 0.8, 0.9, float("nan")]).round(2)
    array([-1.22,  0.  ,  1.22,   nan])
    >>> standings([0.5, 0.5])
    array([0., 0.])
    """
    figures = np.asarray(values, dtype=np.float64)
    placed = np.full(figures.shape, np.nan)
    measured = np.isfinite(figures)
    if measured.any():
        placed[measured] = _scaled(_scaled(figures[measured]) + _scaled(_ranks(figures[measured])))
    return placed


def _scaled(figures: Array) -> Array:
    """Mean 0 and standard deviation 1, or all 0. Halved first: the largest floats have a spread."""
    low, high = figures.min(), figures.max()
    if low == high:
        return np.zeros_like(figures)
    unit = (figures / 2 - low / 2) / (high / 2 - low / 2)
    centred: Array = unit - unit.mean()
    return centred / centred.std()


def _ranks(figures: Array) -> Array:
    from scipy.stats import rankdata

    ranks: Array = rankdata(figures).astype(np.float64)
    return ranks


def in_columns(table: Sequence[Sequence[Any]] | Array) -> Array:
    """The standings of each column alone.

    Parameters
    ----------
    table : array-like of shape (n_sources, n_figures)

    Examples
    --------
    >>> in_columns([[1, 9], [2, 9]])
    array([[-1.,  0.],
           [ 1.,  0.]])
    """
    figures = np.asarray(table, dtype=np.float64)
    return np.column_stack([standings(column) for column in figures.T]) if figures.size else figures
