"""Root mean squared error: like the mean absolute error, but large errors count more."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from headstart.metrics.figure import Figure
from headstart.metrics.resamples import Resamples, resample
from headstart.metrics.residuals import WORSE, Residuals, mean_figure, residuals


def root_mean_squared_error(targets: ArrayLike, predictions: ArrayLike, seed: int = 0) -> Figure:
    """Root of the mean squared distance between target and prediction, in the targets' unit.

    The interval is the root of Gaffke's interval of the mean squared error; see
    :func:`~headstart.metrics.absolute_error.mean_absolute_error`.

    Parameters
    ----------
    targets, predictions : array_like of float, shape (n_samples,)
        Finite numbers.
    seed : int
        Seed of the random weights. The order of the rows does not matter.

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
    samples = residuals(targets, predictions)
    return squared_error_figure(samples, resample(samples.errors[:, None] ** 2, seed))


def squared_error_figure(samples: Residuals, drawn: Resamples) -> Figure:
    """Root mean squared error from residuals and weighted sums of their squares (one column)."""
    squares = samples.errors**2
    figure = mean_figure(squares, drawn, WORSE**2 * float(squares.max()))
    return Figure(math.sqrt(figure.value), math.sqrt(figure.low), math.sqrt(figure.high))
