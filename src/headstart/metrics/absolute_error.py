"""Mean absolute error: how far off a prediction is on average."""

from __future__ import annotations

from numpy.typing import ArrayLike

from headstart.metrics.figure import Figure
from headstart.metrics.resamples import Resamples, resample
from headstart.metrics.residuals import WORSE, Residuals, mean_figure, residuals


def mean_absolute_error(targets: ArrayLike, predictions: ArrayLike, seed: int = 0) -> Figure:
    """Mean distance between target and prediction, in the unit of the targets.

    The interval is Gaffke's: random weights on the samples and on one imagined sample. For the
    upper end that sample errs half as much again as the worst one seen, for the lower end it does
    not err.

    Parameters
    ----------
    targets, predictions : array_like of float, shape (n_samples,)
        Finite numbers.
    seed : int
        Seed of the random weights. The order of the rows does not matter.

    Returns
    -------
    Figure
        0 or more; lower is better.

    Raises
    ------
    InputError
        If the arrays are empty, of different length or hold something else than finite numbers.

    References
    ----------
    N. Gaffke, "Three test statistics for a nonparametric one-sided hypothesis on the mean of a
    nonnegative variable", 2005; E. Learned-Miller and P. S. Thomas, "A new confidence interval for
    the mean of a bounded random variable", 2020.

    Examples
    --------
    >>> figure = mean_absolute_error([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
    >>> figure.value, figure.low < 0.3 < 0.7 < figure.high
    (0.5, True)
    """
    samples = residuals(targets, predictions)
    return absolute_error_figure(samples, resample(samples.errors[:, None], seed))


def absolute_error_figure(samples: Residuals, drawn: Resamples) -> Figure:
    """Mean absolute error from residuals and weighted sums of their errors (one column)."""
    return mean_figure(samples.errors, drawn, WORSE * float(samples.errors.max()))
