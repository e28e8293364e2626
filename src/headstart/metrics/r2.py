"""R²: the share of the spread of the targets that the predictions account for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.figure import Figure
from headstart.metrics.resamples import Resamples, resample
from headstart.metrics.residuals import WORSE, Residuals, residuals

Array = NDArray[np.float64]


def r2(targets: ArrayLike, predictions: ArrayLike, seed: int = 0) -> Figure | None:
    """Coefficient of determination: 1 less the squared errors over those of the targets' mean.

    The interval comes from random weights on the samples and on one imagined sample. For the lower
    end that sample errs half as much again as the worst one seen; for the upper end it is answered
    rightly and lies as far out as any target. In a simulation with normal and heavy-tailed errors
    and true values from -21 to 0.99 it held in 93 to 99 % of cases for 10 to 100 samples, and in 90
    to 94 % for 5.

    Parameters
    ----------
    targets, predictions : array_like of float, shape (n_samples,)
        Finite numbers.
    seed : int
        Seed of the random weights. The order of the rows does not matter.

    Returns
    -------
    Figure or None
        1 is perfect, 0 is as good as always answering the mean of these targets, below 0 is worse.
        None when all targets are the same: there is no spread to account for.

    Raises
    ------
    InputError
        If the arrays are empty, of different length or hold something else than finite numbers.

    Examples
    --------
    >>> figure = r2([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 3.0])
    >>> figure.value, figure.low < 0.6 < figure.high
    (0.8, True)
    """
    samples = residuals(targets, predictions)
    return r2_figure(samples, resample(spread_columns(samples), seed))


def spread_columns(samples: Residuals) -> Array:
    """Squared error, centred target and its square: what both sums of squares need, (n, 3)."""
    centred = samples.targets - samples.targets.mean()
    return np.column_stack([samples.errors**2, centred, centred**2])


def r2_figure(samples: Residuals, drawn: Resamples) -> Figure | None:
    """R² from residuals and weighted sums of their :func:`spread_columns`."""
    squares, _, spread = spread_columns(samples).sum(axis=0)
    if np.ptp(samples.targets) == 0 or spread == 0:
        return None
    value = float(1 - squares / spread)
    errors, sums, spreads = drawn.sums.T
    around = np.maximum(spreads - sums**2 / drawn.totals, np.finfo(np.float64).eps * spreads)
    worst = (WORSE * float(samples.errors.max())) ** 2
    farthest = float(np.abs(samples.targets - samples.targets.mean()).max()) ** 2
    low = float(np.quantile(1 - (errors + drawn.spare * worst) / around, 0.025))
    high = float(np.quantile(1 - errors / (around + drawn.spare * farthest), 0.975))
    return Figure(value, min(low, value), max(min(high, 1.0), value))
