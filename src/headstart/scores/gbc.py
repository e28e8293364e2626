"""GBC: how far apart the classes lie, as Gaussians."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import Array
from headstart.scores.bhattacharyya import bhattacharyya
from headstart.scores.principal import principal_coordinates
from headstart.scores.sample import Sample, labelled_sample

#: Principal axes that are kept, as in the paper.
N_AXES = 64
#: Samples' worth of the common variance that each class is given besides its own.
PRIOR_SAMPLES = 1.0
#: The least variance of a class along an axis, relative to the mean variance along an axis.
FLOOR = 1e-6


def gbc(features: ArrayLike, labels: ArrayLike | Sequence[Hashable]) -> float:
    """Minus the sum of the Bhattacharyya coefficients over all ordered pairs of classes.

    Each class is a Gaussian with independent coordinates on the first 64 principal axes. Its
    variances are drawn to those within all classes by one sample's worth, so that a class of one
    or two samples is not taken for a point.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.

    Returns
    -------
    float
        In -n_classes * (n_classes - 1)..0; higher is better. Scaling and shifting all features
        leave it as it is.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    M. Pándy et al., "Transferability estimation using Bhattacharyya class separability", 2022.

    Examples
    --------
    >>> round(gbc([[0.0], [1.0], [0.0], [1.0]], ["a", "a", "b", "b"]), 3)
    -2.0
    """
    sample = labelled_sample(features, labels)
    coordinates = principal_coordinates(sample.features, N_AXES)
    means = sample.class_means(coordinates)
    variances = class_variances(sample, coordinates, means)
    total = 0.0
    for code in range(sample.n_classes):
        distances = bhattacharyya(means[code], variances[code], means, variances).sum(axis=1)
        # A class overlaps with itself fully.
        total += float(np.exp(-distances).sum()) - 1.0
    return -total


def class_variances(sample: Sample, coordinates: Array, means: Array) -> Array:
    """Variances within each class, drawn to those within all, (n_classes, n_axes)."""
    squares = (coordinates - means[sample.codes]) ** 2
    common = squares.mean(axis=0)
    counts = sample.counts[:, None]
    own = sample.class_means(squares)
    variances = (counts * own + PRIOR_SAMPLES * common) / (counts + PRIOR_SAMPLES)
    floor = FLOOR * float((coordinates**2).mean()) if coordinates.size else 0.0
    least: Array = np.maximum(variances, floor)
    return least
