"""NLEEP: LEEP with clusters of the features in place of source classes."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import Array
from headstart.scores.leep import expected_prediction
from headstart.scores.principal import principal_coordinates
from headstart.scores.sample import labelled_sample

#: Share of the variance that the principal axes keep, and how many there are at the most.
ENERGY, N_AXES = 0.8, 64
#: Clusters a class, and how many samples a cluster must have on average.
CLUSTERS_A_CLASS, SAMPLES_A_CLUSTER = 5, 5
#: Added to the variances of a cluster, relative to the mean variance along an axis.
FLOOR = 1e-2


def nleep(features: ArrayLike, labels: ArrayLike | Sequence[Hashable], seed: int = 0) -> float:
    """LEEP with a Gaussian mixture on the principal axes as the source's classes.

    The axes hold 80 % of the variance, 64 of them at the most. The mixture has five clusters a
    class, fewer where that would leave less than five samples a cluster. Unlike the paper's, the
    clusters have variances along the axes and no covariances, which few samples could not tell.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.
    seed : int
        Of the places where the clusters begin. The order of the rows does not matter.

    Returns
    -------
    float
        In nats, 0 or less; higher is better. Minus the entropy of the labels if all features are
        the same.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    Y. Li et al., "Ranking neural checkpoints", 2021.

    Examples
    --------
    >>> features = np.repeat([[0.0], [9.0]], 10, axis=0) + np.linspace(0, 1, 20)[:, None]
    >>> f"{abs(nleep(features, ['a'] * 10 + ['b'] * 10)):.3f}"
    '0.000'
    """
    sample = labelled_sample(features, labels)
    coordinates = principal_coordinates(sample.features, N_AXES)
    n_clusters = min(
        CLUSTERS_A_CLASS * sample.n_classes, max(len(sample.codes) // SAMPLES_A_CLUSTER, 1)
    )
    clusters = _memberships(_most_energy(coordinates), n_clusters, seed)
    return expected_prediction(replace(sample, features=clusters))


def _most_energy(coordinates: Array) -> Array:
    """The first axes that together hold the wanted share of the variance."""
    energy = np.cumsum((coordinates**2).sum(axis=0))
    if len(energy) == 0:
        return coordinates
    return coordinates[:, : int(np.searchsorted(energy, ENERGY * energy[-1])) + 1]


def _memberships(coordinates: Array, n_clusters: int, seed: int) -> Array:
    """Probability of each cluster for each sample, (n_samples, n_clusters)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    if coordinates.shape[1] == 0:
        return np.ones((len(coordinates), 1))
    scaled = coordinates / np.sqrt((coordinates**2).mean())
    n_distinct = len(np.unique(scaled, axis=0))
    mixture = GaussianMixture(
        min(n_clusters, n_distinct), covariance_type="diag", reg_covar=FLOOR, random_state=seed
    )
    with warnings.catch_warnings():
        # Clusters that still move a little after 100 steps will do.
        warnings.simplefilter("ignore", ConvergenceWarning)
        memberships: Array = mixture.fit(scaled).predict_proba(scaled)
    return memberships
