"""What each test sample of a regression came to, in an order that the values alone decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.arguments import check_numbers
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import bounded_figure
from headstart.metrics.skewed_mean import least_distance, mean_limits

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Residuals:
    """Targets and absolute errors, each of shape (n_samples,), ordered by error, then target.

    The order makes figures that rest on random weights independent of the order of the rows.
    """

    targets: Array
    errors: Array


def residuals(targets: ArrayLike, predictions: ArrayLike) -> Residuals:
    """Reduce predictions to what the metrics of a regression need.

    Raises
    ------
    InputError
        If they are not finite numbers of shape (n_samples,), one of each a sample.

    Examples
    --------
    >>> residuals([1.0, 2.0], [3.0, 2.5]).errors.tolist()
    [0.5, 2.0]
    """
    true, predicted = check_numbers(targets, predictions)
    errors = np.abs(predicted - true)
    order = np.lexsort((true, errors))
    return Residuals(true[order], errors[order])


def mean_figure(losses: Array) -> Figure:
    """Mean of losses that are at least 0, with its interval.

    Samples that all came to the same still get a width: as much as the share of samples that
    nobody has seen could move the mean, were they half as bad again, or without a loss.
    """
    value, rest = float(losses.mean()), least_distance(len(losses))
    low, high = mean_limits(losses)
    low, high = min(low, value * (1 - rest)), max(high, value * (1 + rest / 2))
    return bounded_figure(value, low, high, most=np.inf)
