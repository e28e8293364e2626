"""R²: the share of the spread of the targets that the predictions account for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.figure import Figure
from headstart.metrics.residuals import Residuals, residuals
from headstart.metrics.skewed_mean import least_distance, mean_limits

Array = NDArray[np.float64]


def r2(targets: ArrayLike, predictions: ArrayLike) -> Figure | None:
    """Coefficient of determination: 1 less the squared errors over those of the targets' mean.

    The interval is that of the logarithm of the ratio of both sums, which leans less than the
    ratio: how much each sample pulls at it is found by leaving it out (the jackknife), and
    :func:`~headstart.metrics.skewed_mean.mean_limits` takes it from there. In a simulation with
    normal and heavy-tailed errors it held in 94 to 98 % of cases for 5 to 150 samples.

    Parameters
    ----------
    targets, predictions : array_like of float, shape (n_samples,)
        Finite numbers.

    Returns
    -------
    Figure or None
        1 is perfect, 0 is as good as always answering the mean of these targets, below 0 is worse.
        None when all targets are the same: there is no spread to account for.

    Raises
    ------
    InputError
        If the arrays are empty, of different length or hold something else than finite numbers.

    References
    ----------
    J. W. Tukey, "Bias and confidence in not quite large samples", 1958; P. Hall, "On the removal
    of skewness by transformation", 1992.

    Examples
    --------
    >>> figure = r2([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 3.0])
    >>> figure.value, figure.low < 0.6 < figure.high
    (0.8, True)
    """
    return r2_figure(residuals(targets, predictions))


def r2_figure(samples: Residuals) -> Figure | None:
    """R² from residuals."""
    squares = samples.errors**2
    spreads = (samples.targets - samples.targets.mean()) ** 2
    if np.ptp(samples.targets) == 0 or spreads.sum() == 0:
        return None
    ratio = float(squares.sum() / spreads.sum())
    if ratio == 0:
        return Figure(1.0, 1.0, 1.0)
    pulls = _pulls(squares, spreads)
    low, high = (ratio * math.exp(min(end, _FARTHEST)) for end in mean_limits(pulls, 0.0))
    rest = least_distance(len(squares))
    low, high = min(low, ratio * (1 - rest)), max(high, ratio * (1 + rest / 2))
    return Figure(1 - ratio, 1 - high, 1 - low)


def _pulls(squares: Array, spreads: Array) -> Array:
    """Jackknife values of the logarithm of the ratio of both sums, about its estimate."""
    count, tiny = len(squares), np.finfo(np.float64).tiny
    # Without a sample the mean of the others moves too: its part of the spread is n / (n - 1).
    spread_left = np.maximum(spreads.sum() - spreads * count / (count - 1), _LEAST * spreads.sum())
    squares_left = np.maximum(squares.sum() - squares, _LEAST * squares.sum())
    whole = np.log(squares.sum() + tiny) - np.log(spreads.sum() + tiny)
    return np.asarray(
        (count - 1) * (whole - np.log(squares_left + tiny) + np.log(spread_left + tiny))
    )


#: What is left of a sum without its only part, as a share: nothing has no logarithm.
_LEAST = 1e-12
#: Logarithm of a factor beyond which an end says nothing more.
_FARTHEST = 300.0
