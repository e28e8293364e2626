"""How much the mean errors of a learning curve would vary with other samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headstart.metrics.figure import Figure

Array = NDArray[np.float64]

N_RESAMPLES = 200


def resampled_means(
    values: Array, models: NDArray[np.intp], imagined: float, seed: int = 0
) -> Array:
    """Mean values under random weights of the samples and of the models that judged them.

    The Bayesian bootstrap (Rubin, "The Bayesian bootstrap", 1981) in two directions (Owen, "The
    pigeonhole bootstrap", 2007): samples that another draw would have brought, and subsets that
    would have been learned from instead. One sample is imagined in addition, so that a curve
    without a single mistake has some uncertainty left.

    Parameters
    ----------
    values : ndarray of shape (n_repeats, n_sizes, n_judged)
        Errors or losses.
    models : ndarray of shape (n_repeats, n_judged)
        The same number, the same models.
    imagined : float
        Value of the imagined sample at every size; that of a guess, usually.
    seed : int
        The same seed gives the same weights.

    Returns
    -------
    ndarray of shape (n_resamples, n_sizes)
        Their spread is of interest, not their mean.

    Examples
    --------
    >>> none_wrong = np.zeros((1, 3, 20))
    >>> drawn = resampled_means(none_wrong, np.zeros((1, 20), dtype=np.intp), imagined=0.5)
    >>> drawn.shape, bool(drawn.std(axis=0).min() > 0)
    ((200, 3), True)
    """
    rng = np.random.default_rng(seed)
    n_repeats, n_sizes, n_judged = values.shape
    by_sample = rng.standard_exponential((N_RESAMPLES, n_judged))
    spare = n_repeats * rng.standard_exponential((N_RESAMPLES, 1))
    sums, totals = np.tile(imagined * spare, n_sizes), spare.copy()
    for repeat, model in zip(values, models, strict=True):
        by_model = rng.standard_exponential((N_RESAMPLES, int(model.max(initial=0)) + 1))
        weights = by_sample * by_model[:, model]
        sums += weights @ repeat.T
        totals += weights.sum(axis=1, keepdims=True)
    return np.asarray(sums / totals)


def figures(means: Array, drawn: Array, most: float = np.inf) -> list[Figure]:
    """A figure for each mean, whose interval is as wide as the middle 95 % of the draws.

    Parameters
    ----------
    means : ndarray of shape (n_sizes,)
        Without weights.
    drawn : ndarray of shape (n_resamples, n_sizes)
        What :func:`resampled_means` gave.
    most : float
        No end of an interval is above it, and none below 0.
    """
    away = np.quantile(drawn, [0.025, 0.975], axis=0) - drawn.mean(axis=0)
    lows = np.clip(np.minimum(means + away[0], means), 0.0, most)
    highs = np.clip(np.maximum(means + away[1], means), 0.0, most)
    return [Figure(*map(float, one)) for one in zip(means, lows, highs, strict=True)]
