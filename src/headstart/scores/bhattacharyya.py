"""Bhattacharyya distance of Gaussians whose coordinates are independent."""

from __future__ import annotations

import numpy as np

from headstart.scores.arguments import Array


def bhattacharyya(means: Array, variances: Array, other_means: Array, other: Array) -> Array:
    """Distance in each coordinate; the whole distance is their sum.

    Parameters
    ----------
    means, variances, other_means, other : ndarray of float64
        Means and variances of the one and of the other, of shapes that broadcast; variances above
        zero.

    Returns
    -------
    ndarray of float64
        0 or more, 0 where both are equal. ``exp`` of its negative is the overlap.

    References
    ----------
    A. Bhattacharyya, "On a measure of divergence between two statistical populations defined by
    their probability distributions", 1943.

    Examples
    --------
    >>> float(bhattacharyya(np.zeros(1), np.ones(1), np.full(1, 2.0), np.ones(1))[0])
    0.5
    """
    between = (variances + other) / 2
    apart = (means - other_means) ** 2 / (8 * between)
    shape = (np.log(between) - (np.log(variances) + np.log(other)) / 2) / 2
    distance: Array = apart + np.maximum(shape, 0.0)
    return distance
