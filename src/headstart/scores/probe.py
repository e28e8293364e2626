"""Cross-validated linear probe: the score that is closest to feature extraction itself."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import check_count
from headstart.scores.out_of_fold import out_of_fold
from headstart.scores.sample import labelled_sample, thinned

#: Of larger data sets, so many samples are probed.
MOST_SAMPLES = 2000


@dataclass(frozen=True)
class ProbeFigures:
    """What a cross-validated linear probe reached.

    Parameters
    ----------
    log_likelihood : float
        Mean logarithm of the probability of the true class out of fold, in nats; below 0.
    accuracy : float
        Share of samples named correctly out of fold, 0..1.
    """

    log_likelihood: float
    accuracy: float


def probe(
    features: ArrayLike, labels: ArrayLike | Sequence[Hashable], n_folds: int = 5, seed: int = 0
) -> float:
    """Mean log-likelihood of the labels under a linear probe, out of fold.

    The probe is logistic regression on the first 128 principal axes; the axes come from all
    samples, without their labels. Of four strengths of regularisation, each fold
    gets the one that is best for the other folds. Of more than 2,000 samples so many are drawn,
    the classes in their shares.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.
    n_folds : int
        At least 2.
    seed : int
        Of the folds, in which the classes have their shares. The order of the rows does not
        matter.

    Returns
    -------
    float
        In nats, below 0; higher is better. About minus the entropy of the labels if the features
        tell nothing.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    G. Alain and Y. Bengio, "Understanding intermediate layers using linear classifier probes",
    2016.

    Examples
    --------
    >>> features = np.linspace(-1, 1, 20)[:, None]
    >>> probe(features, features[:, 0] > 0) > probe(features, [0, 1] * 10)
    True
    """
    return probe_figures(features, labels, n_folds, seed).log_likelihood


def probe_figures(
    features: ArrayLike, labels: ArrayLike | Sequence[Hashable], n_folds: int = 5, seed: int = 0
) -> ProbeFigures:
    """Log-likelihood and accuracy of the same :func:`probe`.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.
    n_folds : int
        At least 2.
    seed : int
        Of the folds.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    Examples
    --------
    >>> features = np.linspace(-1, 1, 20)[:, None]
    >>> probe_figures(features, features[:, 0] > 0).accuracy > 0.8
    True
    """
    n_parts = check_count("n_folds", n_folds, 2)
    sample = thinned(labelled_sample(features, labels), MOST_SAMPLES, seed)
    probabilities = out_of_fold(sample, n_parts, seed)
    rows = np.arange(len(sample.codes))
    return ProbeFigures(
        log_likelihood=float(np.log(probabilities[rows, sample.codes]).mean()),
        accuracy=float((probabilities.argmax(axis=1) == sample.codes).mean()),
    )
