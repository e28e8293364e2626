"""Mean absolute error with transfer against without, on the same test samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.errors import InputError
from headstart.metrics.figure import Figure
from headstart.metrics.skewed_mean import least_distance, mean_limits


def paired_error_difference(errors_with: ArrayLike, errors_without: ArrayLike) -> Figure:
    """Mean absolute error without transfer less that with transfer, on the same samples.

    For the interval see :func:`~headstart.metrics.skewed_mean.mean_limits`. It is never
    narrower than a usual difference in the opposite direction, in the share of samples that nobody
    has seen, would make it: where all samples agree, it takes as many of them to exclude 0 as the
    sign test asks for: six.

    Parameters
    ----------
    errors_with, errors_without : array_like of float, shape (n_samples,)
        Absolute errors of each model, sample by sample in the same order; finite, 0 or more.

    Returns
    -------
    Figure
        In the unit of the targets; above 0 the model with transfer is better.

    Raises
    ------
    InputError
        If the arrays are empty, differ in length or hold something else than errors.

    References
    ----------
    P. Hall, "On the removal of skewness by transformation", 1992.

    Examples
    --------
    >>> figure = paired_error_difference([1.0] * 9, [3.0] * 9)
    >>> figure.value, 0 < figure.low < 2 <= figure.high
    (2.0, True)
    >>> paired_error_difference([1.0], [3.0]).low < 0
    True
    """
    gains = _gains(errors_with, errors_without)
    value = float(gains.mean())
    low, high = mean_limits(gains)
    least = 2 * least_distance(len(gains)) * float(np.abs(gains).mean())
    return Figure(value, min(low, value - least), max(high, value + least))


def _gains(errors_with: ArrayLike, errors_without: ArrayLike) -> NDArray[np.float64]:
    """Differences ordered by size: swapping the models only turns their signs round."""
    with_transfer, without = np.asarray(errors_with), np.asarray(errors_without)
    for name, array in (("with", with_transfer), ("without", without)):
        numbers = array.ndim == 1 and array.size > 0 and array.dtype.kind in "iuf"
        if not numbers or not ((array >= 0) & (array < np.inf)).all():
            raise InputError(
                f"errors_{name} has shape {array.shape} and type {array.dtype}; it must hold one "
                "finite absolute error of 0 or more per sample, for at least one sample."
            )
    if len(with_transfer) != len(without):
        raise InputError(
            f"errors_with has {len(with_transfer)} samples and errors_without {len(without)}; "
            "both models must be tested on the same samples, in the same order."
        )
    gains = without.astype(np.float64) - with_transfer
    return np.asarray(gains[np.lexsort((gains, np.abs(gains)))])
