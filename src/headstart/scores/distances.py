"""Squared distances of the rows of two matrices."""

from __future__ import annotations

import numpy as np

from headstart.scores.arguments import Array


def squared_distances(rows: Array, others: Array) -> Array:
    """Squared Euclidean distance of each row to each other.

    Parameters
    ----------
    rows, others : ndarray of float64, shapes (n, n_features) and (m, n_features)
        They are shifted to their common mean, so that little is lost where it is far from zero.

    Returns
    -------
    ndarray of float64, shape (n, m)
        0 or more; what is below rounding is 0.

    Examples
    --------
    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])).tolist()
    [[25.0]]
    """
    middle = (rows.mean(axis=0) + others.mean(axis=0)) / 2
    first, second = rows - middle, others - middle
    squares, other_squares = (first**2).sum(axis=1), (second**2).sum(axis=1)
    distances = squares[:, None] + other_squares - 2 * first @ second.T
    # What cancels to less than rounding is equal.
    noise = 1e-13 * (squares[:, None] + other_squares)
    cleaned: Array = np.where(distances > noise, distances, 0.0)
    return cleaned
