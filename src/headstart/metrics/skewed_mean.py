"""The interval of the mean of values whose distribution may lean to one side."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from headstart.metrics.intervals import Z95

Array = NDArray[np.float64]

#: Exact 97.5 % points of Student's distribution where the series is too short.
_FEW = {1: 12.706, 2: 4.303}


def loss_limits(values: Array) -> tuple[float, float]:
    """95 % interval of a mean of losses by Hall's transformation, without resampling.

    Student's interval lies evenly about the mean; where large values are rare and far out, as
    those of a log loss are, its lower end is lower than need be and its upper end too low most of
    the time. Hall's cubic transformation takes the skewness of the sample out of Student's t, and
    is turned round in closed form.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Finite, at least one.

    Returns
    -------
    low, high : float
        On either side of the mean; both the mean where there are fewer than two values, or all are
        equal.

    References
    ----------
    P. Hall, "On the removal of skewness by transformation", 1992.

    Examples
    --------
    >>> low, high = loss_limits(np.array([1.0, 1.0, 2.0, 2.0, 9.0]))
    >>> round(low, 1), round(high, 1)
    (0.5, 13.6)
    """
    return _limits(values, float(values.mean()), -math.inf)


def mean_limits(values: Array, mean: float | None = None) -> tuple[float, float]:
    """95 % interval of a mean of any values: what Student's and Hall's say together.

    Of differences it is not known to which side they lean, and few samples show that badly. So the
    interval reaches from the lower of both lower ends to the higher of both upper ends. In
    simulations with normal, Laplace and Student-5 errors and 50 to 500 samples it held in 94 to
    97 % of cases for the difference of two models' absolute errors (Hall's alone: in 87 to 96 %)
    and for the errors themselves, and in 92 to 97 % for their squares.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Finite, at least one.
    mean : float or None
        Where the interval stands; None: at their mean. Other estimates stand on their jackknife
        values.

    Returns
    -------
    low, high : float
        As of :func:`loss_limits`.

    References
    ----------
    Student (W. S. Gosset), "The probable error of a mean", 1908; P. Hall, "On the removal of
    skewness by transformation", 1992.

    Examples
    --------
    >>> low, high = mean_limits(np.array([1.0, 1.0, 2.0, 2.0, 9.0]))
    >>> round(low, 1), round(high, 1)
    (-1.2, 13.6)
    """
    centre = float(values.mean()) if mean is None else mean
    return _limits(values, centre, student_point(max(len(values) - 1, 1)))


def _limits(values: Array, centre: float, at_least: float) -> tuple[float, float]:
    """Hall's limits, either no nearer than so many standard errors."""
    count = len(values)
    spread = float(values.std(ddof=1)) if count > 1 else 0.0
    if spread <= 1e-12 * float(np.abs(values).max()):
        return centre, centre
    error = spread / math.sqrt(count)
    lean, point = _skewness(values) / math.sqrt(count), student_point(count - 1)
    below, above = _untransformed(point, lean), -_untransformed(-point, lean)
    return centre - error * max(below, at_least), centre + error * max(above, at_least)


def least_distance(count: int) -> float:
    """The share of samples that may yet be of another kind when all that were seen are alike.

    ``1 - 0.025 ** (1 / count)``, Clopper and Pearson's upper limit when nothing was seen: the
    width that is left to an interval where the samples show no spread.

    Examples
    --------
    >>> round(least_distance(50), 3), least_distance(5) > 0.5 > least_distance(6)
    (0.071, True)
    """
    return float(1 - 0.025 ** (1 / count))


def student_point(freedom: int) -> float:
    """97.5 % point of Student's distribution, by its series in the normal point.

    Abramowitz and Stegun, *Handbook of mathematical functions*, 1964, 26.7.5.

    Examples
    --------
    >>> round(student_point(9), 3), round(student_point(1000), 3)
    (2.262, 1.962)
    """
    if freedom in _FEW:
        return _FEW[freedom]
    z = Z95
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / freedom ** (place + 1) for place, term in enumerate(terms))


def _skewness(values: Array) -> float:
    """Without the bias of few samples; 0 for fewer than three."""
    count = len(values)
    if count < 3:
        return 0.0
    centred = values - values.mean()
    raw = float((centred**3).mean() / (centred**2).mean() ** 1.5)
    return raw * math.sqrt(count * (count - 1)) / (count - 2)


def _untransformed(point: float, lean: float) -> float:
    """The t that Hall's transformation takes to ``point``."""
    if abs(lean) < 1e-9:
        return point
    return 3 / lean * (float(np.cbrt(1 + lean * (point - lean / 6))) - 1)
