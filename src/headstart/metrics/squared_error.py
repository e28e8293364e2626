"""Root mean squared error: like the mean absolute error, but large errors count more."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from headstart.metrics.figure import Figure
from headstart.metrics.residuals import Residuals, mean_figure, residuals


def root_mean_squared_error(targets: ArrayLike, predictions: ArrayLike) -> Figure:
    """Root of the mean squared distance between target and prediction, in the targets' unit.

    The interval is the root of that of the mean squared error; see
    :func:`~headstart.metrics.skewed_mean.mean_limits`.

    Parameters
    ----------
    targets, predictions : array_like of float, shape (n_samples,)
        Finite numbers.

    Returns
    -------
    Figure
        0 or more, at least the mean absolute error; lower is better.

    Raises
    ------
    InputError
        If the arrays are empty, of different length or hold something else than finite numbers.

    Examples
    --------
    >>> figure = root_mean_squared_error([1.0, 2.0], [1.0, 4.0])
    >>> round(figure.value, 3), figure.low < 1.4 < figure.high
    (1.414, True)
    """
    return squared_error_figure(residuals(targets, predictions))


def squared_error_figure(samples: Residuals) -> Figure:
    """Root mean squared error from residuals."""
    figure = mean_figure(samples.errors**2)
    return Figure(math.sqrt(figure.value), math.sqrt(figure.low), math.sqrt(figure.high))
