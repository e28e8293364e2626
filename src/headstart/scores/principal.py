"""Coordinates on principal axes, from whichever of the two products is smaller."""

from __future__ import annotations

import numpy as np

from headstart.scores.arguments import Array

EPSILON = float(np.finfo(np.float64).eps)


def principal_coordinates(features: Array, most: int | None = None, centre: bool = True) -> Array:
    """Coordinates of the samples on their principal axes.

    Distances between samples and products of the (centred) features stay as they are, so what
    does not depend on a rotation can be computed from the coordinates, of which there are no more
    than samples.

    Parameters
    ----------
    features : ndarray of float64, shape (n_samples, n_features)
        A row a sample.
    most : int or None
        How many axes to keep at most. None: all.
    centre : bool
        False: the axes go through the origin instead of the mean.

    Returns
    -------
    ndarray of float64, shape (n_samples, n_axes)
        By falling variance; the columns are orthogonal. Axes along which there is nothing but
        rounding are left out; if all samples are the same, there are none.

    Examples
    --------
    >>> np.abs(principal_coordinates(np.array([[0.0, 1.0], [3.0, 5.0]]))).round(2).tolist()
    [[2.5], [2.5]]
    """
    vectors = features - features.mean(axis=0) if centre else features
    n_samples, n_features = vectors.shape
    wide = n_samples <= n_features
    sizes, axes = _largest(vectors @ vectors.T if wide else vectors.T @ vectors, most)
    rounding = (4 * EPSILON * float(np.abs(features).max())) ** 2 * vectors.size
    noise = max(float(sizes[-1]) * max(vectors.shape) * EPSILON, rounding)
    kept = np.flatnonzero(sizes > noise)[::-1][:most]
    coordinates: Array = axes[:, kept] * np.sqrt(sizes[kept]) if wide else vectors @ axes[:, kept]
    return coordinates


def _largest(products: Array, most: int | None) -> tuple[Array, Array]:
    """The largest eigenvalues, rising, and their vectors as columns."""
    from scipy.linalg import eigh

    size = len(products)
    if most is None or 2 * most > size:
        return np.linalg.eigh(products)
    sizes, axes = eigh(products, subset_by_index=(size - most, size - 1), check_finite=False)
    return sizes, axes
