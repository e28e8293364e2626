"""Share of samples that are predicted correctly."""

from __future__ import annotations

from numpy.typing import ArrayLike

from headstart.metrics.arguments import check_pair
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import wilson_interval


def accuracy(targets: ArrayLike, predictions: ArrayLike) -> Figure:
    """Share of correct predictions, with Wilson's score interval.

    Parameters
    ----------
    targets, predictions : array_like of int, shape (n_samples,)
        Class codes from 0.

    Returns
    -------
    Figure
        In 0..1; higher is better.

    Raises
    ------
    InputError
        If the arrays are empty, of different length or no class codes.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    Examples
    --------
    >>> figure = accuracy([0, 1, 1, 0], [0, 1, 1, 1])
    >>> figure.value, round(figure.low, 2), round(figure.high, 2)
    (0.75, 0.3, 0.95)
    """
    true, predicted = check_pair(targets, predictions)
    hits = int((true == predicted).sum())
    low, high = wilson_interval(hits, len(true))
    return Figure(hits / len(true), float(low), float(high))
