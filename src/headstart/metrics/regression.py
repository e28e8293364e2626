"""All figures of a regression at once."""

from __future__ import annotations

from numpy.typing import ArrayLike

from headstart.metrics.absolute_error import absolute_error_figure
from headstart.metrics.figure import Figure
from headstart.metrics.r2 import r2_figure
from headstart.metrics.residuals import residuals
from headstart.metrics.squared_error import squared_error_figure


def regression_figures(targets: ArrayLike, predictions: ArrayLike) -> dict[str, Figure]:
    """R², mean absolute error and root mean squared error, each with a 95 % interval.

    Each figure is what its own function gives.

    Parameters
    ----------
    targets, predictions : array_like of float, shape (n_samples,)
        Finite numbers.

    Returns
    -------
    dict of str to Figure
        ``r2``, ``mean_absolute_error``, ``root_mean_squared_error``. ``r2`` is left out when all
        targets are the same.

    Raises
    ------
    InputError
        If the arrays are empty, of different length or hold something else than finite numbers.

    Examples
    --------
    >>> list(regression_figures([1.0, 2.0, 3.0], [1.0, 2.5, 2.0]))
    ['r2', 'mean_absolute_error', 'root_mean_squared_error']
    """
    samples = residuals(targets, predictions)
    explained = r2_figure(samples)
    return {
        **({} if explained is None else {"r2": explained}),
        "mean_absolute_error": absolute_error_figure(samples),
        "root_mean_squared_error": squared_error_figure(samples),
    }
