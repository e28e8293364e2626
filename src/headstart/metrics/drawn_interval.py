"""Intervals of figures that have no formula: from resamples of the pictures."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from headstart.metrics.figure import Figure
from headstart.metrics.intervals import Z95, bounded_figure
from headstart.metrics.skewed_mean import least_distance, student_point

Array = NDArray[np.float64]

#: Samples that are left out one by one, and what they still weigh.
_SOME, _HARDLY = 200, 1e-3


def drawn_share(value: float, draws: Array, count: int, least: float | None = None) -> Figure:
    """A figure from 0 to 1 with its interval.

    The ends are the 2.5 % and 97.5 % points of the Bayesian bootstrap, moved out as far as
    Student's distribution asks for so few samples; the lower one lies no nearer than the upper one,
    because figures such as an average precision, which is read off the best precision beyond a
    recall, flatter small test sets, and their resamples once more. Where samples agree, resamples
    do as well and know nothing of what was not seen: so the interval always leaves room for the
    share of samples that may be all wrong, or all right, without one having been met
    (:func:`~headstart.metrics.skewed_mean.least_distance`).

    Parameters
    ----------
    value : float
        The figure, 0 to 1.
    draws : ndarray of shape (n_resamples,)
        The figure under random weights of the samples (:mod:`headstart.metrics.resamples`).
    count : int
        Samples that it stands on.
    least : float or None
        The share that was not seen; None: as so many samples leave it.

    References
    ----------
    D. B. Rubin, "The Bayesian bootstrap", 1981.

    Examples
    --------
    >>> figure = drawn_share(1.0, np.ones(1000), 50)
    >>> round(figure.low, 3), figure.high
    (0.929, 1.0)
    """
    rest = least_distance(count) if least is None else least
    low, high = _limits(value, draws, count)
    low = min(low, 2 * value - high)
    return bounded_figure(
        value, min(low, value - value * rest), max(high, value + (1 - value) * rest)
    )


def drawn_difference(
    value: float, draws: Array, count: int, difference: Callable[[Array], Array]
) -> Figure:
    """A difference of two such figures on the same samples, in -1..1.

    As :func:`drawn_share`, but that what was not seen is taken to speak for the other model, as
    loudly as samples usually speak. So it takes six samples at least to exclude 0, as with the sign
    test.

    Parameters
    ----------
    value, draws, count : float, ndarray of shape (n_resamples,), int
        As there.
    difference : callable
        Takes weights of the samples, shape (n_weightings, count), to the difference, shape
        (n_weightings,). The samples stand in an order that does not depend on the user's.

    Examples
    --------
    >>> gains = np.array([0.2] * 9)
    >>> figure = drawn_difference(0.2, np.full(1000, 0.2), 9, lambda weights: (
    ...     weights @ gains / weights.sum(axis=1)))
    >>> round(figure.low, 3), round(figure.high, 3)
    (0.065, 0.335)
    """
    least = 2 * least_distance(count) * usual_pull(value, difference, count)
    low, high = _limits(value, draws, count)
    return Figure(value, max(min(low, value - least), -1.0), min(max(high, value + least), 1.0))


def usual_pull(value: float, statistic: Callable[[Array], Array], count: int) -> float:
    """Mean size of the jackknife's values: of a mean, that of the samples themselves.

    A sample is not left out but weighs very little, so that what only it holds stays defined. Of
    many samples some are enough.

    Examples
    --------
    >>> samples = np.array([1.0, -2.0, 3.0])
    >>> round(usual_pull(2 / 3, lambda w: w @ samples / w.sum(axis=1), 3), 2)
    2.0
    """
    rows = np.unique(np.linspace(0, count - 1, min(count, _SOME)).astype(np.intp))
    weights = np.ones((len(rows), count))
    weights[np.arange(len(rows)), rows] = _HARDLY
    pulls = value + (count - 1) * (value - statistic(weights))
    return float(np.abs(pulls).mean())


def _limits(value: float, draws: Array, count: int) -> tuple[float, float]:
    """Quantiles on either side of the value.

    The weights' own spread is that of a variance divided by ``count + 1`` and not by ``count - 1``.
    """
    low, high = np.quantile(draws, (0.025, 0.975))
    stretch = 1.0
    if count > 1:
        stretch = student_point(count - 1) / Z95 * math.sqrt((count + 1) / (count - 1))
    below, above = max(value - float(low), 0.0), max(float(high) - value, 0.0)
    return value - stretch * below, value + stretch * above
