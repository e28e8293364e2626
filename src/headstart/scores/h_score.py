"""H-score: how much of the features' spread is between classes, with a shrunk covariance."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from numpy.typing import ArrayLike

from headstart.scores.principal import principal_coordinates
from headstart.scores.sample import labelled_sample
from headstart.scores.shrinkage import ledoit_wolf


def h_score(features: ArrayLike, labels: ArrayLike | Sequence[Hashable]) -> float:
    """Trace of (inverse of the features' covariance) times (covariance of the class means).

    Both covariances divide by the number of samples. The first is shrunk as Ledoit and Wolf do,
    and the second by the same share, without which the score of few samples in many dimensions is
    the number of classes less one, whatever the features.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.

    Returns
    -------
    float
        In 0..n_classes - 1; higher is better. Shifting, rotating and scaling the features as a
        whole leave it as it is.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    Y. Bao et al., "An information-theoretic approach to transferability in task transfer
    learning", 2019; S. Ibrahim, N. Ponomareva and R. Mazumder, "Newer is not always better:
    rethinking transferability metrics, their peculiarities, stability and performance", 2021.

    Examples
    --------
    >>> h_score([[0.0], [0.0], [1.0], [1.0]], ["a", "a", "b", "b"])
    1.0
    """
    sample = labelled_sample(features, labels)
    coordinates = principal_coordinates(sample.features)
    share, variance = ledoit_wolf(coordinates, sample.features.shape[1])
    between = sample.shares @ sample.class_means(coordinates) ** 2
    shrunk = (1 - share) * (coordinates**2).mean(axis=0) + share * variance
    return float(((1 - share) * between / shrunk).sum())
