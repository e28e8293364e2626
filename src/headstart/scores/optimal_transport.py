"""Optimal-transport distance of labelled data sets, whose classes may differ."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from headstart.errors import InputError
from headstart.scores.arguments import Array, check_same_features
from headstart.scores.bures import squared_bures
from headstart.scores.distances import squared_distances
from headstart.scores.sample import Sample, labelled_sample, thinned

#: Of larger data sets, so many samples of each are moved.
MOST_SAMPLES = 1000
#: Steps that the solvers may take.
MOST_STEPS = 1_000_000, 2_000


def optimal_transport_dataset_distance(
    source: ArrayLike,
    source_labels: ArrayLike | Sequence[Hashable],
    target: ArrayLike,
    target_labels: ArrayLike | Sequence[Hashable],
    regularisation: float | None = None,
    seed: int = 0,
) -> float:
    """Least work that turns one labelled data set into the other.

    To move a sample costs its squared distance to the new place, and the squared distance between
    its class and the new one: both classes are taken as Gaussians, and that is the squared
    2-Wasserstein distance between them. The root of the least mean cost is the distance. Of more
    than 1,000 samples of a data set so many are drawn, the classes in their shares.

    Parameters
    ----------
    source, target : array_like of float, shapes (n_source, n_features) and (n_target, n_features)
        Features of both by the same network; at least two samples each.
    source_labels, target_labels : array_like or sequence of hashable
        One label a sample, at least two classes each. Those of the one need not be those of the
        other.
    regularisation : float or None
        None: the exact least. Otherwise an entropic one by Sinkhorn's iteration, in shares of the
        greatest cost, above 0; it is faster for many samples, and the distance of a data set to
        itself is no longer 0.
    seed : int
        Of the draw.

    Returns
    -------
    float
        0 or more, in the unit of the features; lower is closer. Symmetric. Shifting and rotating
        both data sets leave it as it is.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    D. Alvarez-Melis and N. Fusi, "Geometric dataset distances via optimal transport", 2020.

    Examples
    --------
    >>> data, labels = [[0.0], [1.0], [5.0], [6.0]], ["a", "a", "b", "b"]
    >>> moved = [[3.0], [4.0], [8.0], [9.0]]
    >>> round(optimal_transport_dataset_distance(data, labels, moved, labels), 4)
    4.2426
    """
    if regularisation is not None and not 0 < regularisation < np.inf:
        raise InputError(
            f"regularisation is {regularisation!r}; accepted are None and numbers above 0."
        )
    check_same_features(source, target)
    first = thinned(labelled_sample(source, source_labels), MOST_SAMPLES, seed)
    second = thinned(labelled_sample(target, target_labels), MOST_SAMPLES, seed)
    between = _class_distances(first, second)[np.ix_(first.codes, second.codes)]
    costs = squared_distances(first.features, second.features) + between
    return float(np.sqrt(max(_least_cost(costs, regularisation), 0.0)))


def _class_distances(first: Sample, second: Sample) -> Array:
    """Squared 2-Wasserstein distances of the classes as Gaussians, (n_first, n_second)."""
    means, roots = _gaussians(first)
    other_means, other_roots = _gaussians(second)
    distances = squared_distances(means, other_means)
    shapes = [[squared_bures(root, other) for other in other_roots] for root in roots]
    return distances + np.array(shapes)


def _gaussians(sample: Sample) -> tuple[Array, list[Array]]:
    """Class means, and for each class a matrix whose products are its covariance."""
    means = sample.class_means(sample.features)
    centred = (sample.features - means[sample.codes]) / np.sqrt(sample.counts)[sample.codes, None]
    return means, [centred[sample.codes == code] for code in range(sample.n_classes)]


def _least_cost(costs: Array, regularisation: float | None) -> float:
    """Mean cost of the best plan between equal weights."""
    import ot

    largest = float(costs.max())
    if largest == 0:
        return 0.0
    weights = [np.full(count, 1 / count) for count in costs.shape]
    scaled, (exact_steps, steps) = costs / largest, MOST_STEPS
    if regularisation is None:
        plan = ot.emd(*weights, scaled, numItermax=exact_steps)
    else:
        plan = ot.sinkhorn(
            *weights, scaled, regularisation, method="sinkhorn_log", numItermax=steps, warn=False
        )
    return float((plan * scaled).sum()) * largest
