"""Mean absolute error: how far off a prediction is on average."""

from __future__ import annotations

from numpy.typing import ArrayLike

from headstart.metrics.figure import Figure
from headstart.metrics.residuals import Residuals, mean_figure, residuals


def mean_absolute_error(targets: ArrayLike, predictions: ArrayLike) -> Figure:
    """Mean distance between target and prediction, in the unit of the targets.

    The interval allows for errors that are mostly small and now and then large; see
    :func:`~headstart.metrics.skewed_mean.mean_limits`.

    Parameters
    ----------
    targets, predictions : array_like of float, shape (n_samples,)
        Finite numbers.

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
    P. Hall, "On the removal of skewness by transformation", 1992.

    Examples
    --------
    >>> figure = mean_absolute_error([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
    >>> figure.value, figure.low < 0.3 < 0.7 < figure.high
    (0.5, True)
    """
    return absolute_error_figure(residuals(targets, predictions))


def absolute_error_figure(samples: Residuals) -> Figure:
    """Mean absolute error from residuals."""
    return mean_figure(samples.errors)
