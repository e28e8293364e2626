"""Accuracy with transfer against without, on the same test samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.errors import InputError
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import Z95

#: Halvings of the range when a limit is searched; leaves less than rounding does.
HALVINGS = 50


def paired_difference(correct_with: ArrayLike, correct_without: ArrayLike) -> Figure:
    """Accuracy with transfer less accuracy without, on the same samples.

    Only the samples on which the two models disagree carry the difference, so the interval is
    narrower than two separate ones suggest. It is Tango's score interval. In a simulation with 50
    to 150 samples it covered the truth in 94.5 to 99.8 % of cases and was mostly narrower than
    Newcombe's method 10 (95.3 to 100 %). Models that agree everywhere still get a width.

    Parameters
    ----------
    correct_with, correct_without : array_like of bool, shape (n_samples,)
        Whether each model is right, sample by sample in the same order.

    Returns
    -------
    Figure
        In -1..1; above 0 the model with transfer is better.

    Raises
    ------
    InputError
        If the arrays are empty, differ in shape or are not boolean.

    References
    ----------
    T. Tango, "Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design", 1998.

    Examples
    --------
    >>> figure = paired_difference([True] * 50, [True] * 40 + [False] * 10)
    >>> figure.value, round(figure.low, 2), round(figure.high, 2)
    (0.2, 0.11, 0.33)
    """
    with_transfer, without = np.asarray(correct_with), np.asarray(correct_without)
    _check(with_transfer, without)
    count = len(with_transfer)
    gained = int((with_transfer & ~without).sum())
    lost = int((~with_transfer & without).sum())
    high, low = _upper_limit(gained, lost, count), -_upper_limit(lost, gained, count)
    return Figure((gained - lost) / count, low, high)


def _check(with_transfer: NDArray[Any], without: NDArray[Any]) -> None:
    for name, array in (("with", with_transfer), ("without", without)):
        if array.ndim != 1 or array.size == 0 or array.dtype != np.bool_:
            raise InputError(
                f"correct_{name} has shape {array.shape} and type {array.dtype}; it must hold one "
                "bool per sample, for at least one sample. Compare predictions with targets first."
            )
    if len(with_transfer) != len(without):
        raise InputError(
            f"correct_with has {len(with_transfer)} samples and correct_without {len(without)}; "
            "both models must be tested on the same samples, in the same order."
        )


def _upper_limit(gained: int, lost: int, count: int) -> float:
    """The largest difference from which the one seen lies no more than 1.96 errors away."""
    seen = (gained - lost) / count
    inside, outside = seen, 1.0
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        gap = gained - lost - count * middle
        if gap**2 <= Z95**2 * _variance(middle, gained, lost, count):
            inside = middle
        else:
            outside = middle
    return inside


def _variance(difference: float, gained: int, lost: int, count: int) -> float:
    """Variance of ``gained - lost`` if ``difference`` were true, by maximum likelihood."""
    linear = (2 * count - gained + lost) * difference - gained - lost
    constant = -lost * difference * (1 - difference)
    root = float(np.sqrt(max(linear**2 - 8 * count * constant, 0.0)))
    share_lost = (root - linear) / (4 * count)
    return count * (2 * share_lost + difference * (1 - difference))
