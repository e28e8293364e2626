"""Intervals for proportions, and for the mean of several proportions."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.figure import Figure

#: Two-sided 95 % point of the standard normal distribution.
Z95 = NormalDist().inv_cdf(0.975)

Array = NDArray[np.float64]


def wilson_interval(successes: ArrayLike, trials: ArrayLike) -> tuple[Array, Array]:
    """Score interval of a proportion, 95 %.

    Unlike the textbook interval it stays within 0 and 1 and has a width when every trial succeeds.

    Parameters
    ----------
    successes, trials : array_like of shape (...)
        Counts, ``0 <= successes <= trials`` and ``trials >= 1``.

    Returns
    -------
    low, high : ndarray of shape (...)
        In 0..1, on either side of ``successes / trials``.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    Examples
    --------
    >>> low, high = wilson_interval(10, 10)
    >>> round(float(low), 3), float(high)
    (0.722, 1.0)
    """
    successes = np.asarray(successes, dtype=np.float64)
    trials = np.asarray(trials, dtype=np.float64)
    share, squared = successes / trials, Z95**2
    centre = (successes + squared / 2) / (trials + squared)
    spread = np.sqrt(trials * share * (1 - share) + squared / 4) * Z95 / (trials + squared)
    # Rounding alone could push an end past the estimate or past 0 and 1.
    low = np.clip(centre - spread, 0.0, share)
    high = np.clip(centre + spread, share, 1.0)
    return low, high


def mean_interval(
    values: Array, lows: Array, highs: Array, correlation: Array
) -> tuple[float, float]:
    """Interval of the plain mean of several correlated estimates.

    "MOVER": the distances from each estimate to its own limits take the place of standard errors,
    so skewed intervals and estimates at the very edge (a class without a single mistake) carry
    over into the mean.

    Parameters
    ----------
    values, lows, highs : ndarray of shape (n_estimates,)
        ``lows <= values <= highs``.
    correlation : ndarray of shape (n_estimates, n_estimates)
        Correlation of the estimates.

    Returns
    -------
    low, high : float
        On either side of the mean of ``values``.

    References
    ----------
    G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general
    approach", 2008.

    Examples
    --------
    >>> one = np.ones(2)
    >>> mean_interval(0.5 * one, 0.4 * one, 0.7 * one, np.ones((2, 2)))
    (0.4, 0.7)
    """
    mean, below, above = float(values.mean()), values - lows, highs - values
    return mean - _mean_distance(below, correlation), mean + _mean_distance(above, correlation)


def _mean_distance(distances: Array, correlation: Array) -> float:
    return math.sqrt(max(float(distances @ correlation @ distances), 0.0)) / len(distances)


def bounded_figure(value: float, low: float, high: float, most: float = 1.0) -> Figure:
    """A figure whose ends stay within 0 and ``most`` and on either side of the value.

    Examples
    --------
    >>> bounded_figure(0.9, 0.8, 1.1)
    Figure(value=0.9, low=0.8, high=1.0)
    """
    value = min(max(value, 0.0), most)
    return Figure(value, min(max(low, 0.0), value), max(min(high, most), value))
