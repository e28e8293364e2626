"""Leave-one-out accuracy of the nearest neighbours."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.scores.arguments import Array, check_count
from headstart.scores.sample import Sample, labelled_sample

#: Rows whose similarities to all others are held at once.
BLOCK = 1024
#: Similarities closer than this are equal.
ROUNDING = 1e-12


def knn(features: ArrayLike, labels: ArrayLike | Sequence[Hashable], k: int = 5) -> float:
    """Share of samples that their nearest neighbours name correctly.

    Near is a small angle between feature vectors. All neighbours that are as near as the k-th have
    a vote. Where several classes have most votes, the sample counts for its chance of being named
    correctly when one of them is drawn.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples. A vector of zeros is at a right angle to all others.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.
    k : int
        How many neighbours, at least 1; all others if there are fewer.

    Returns
    -------
    float
        In 0..1; higher is better. Rotating the features and scaling them as a whole leave it as it
        is.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    T. M. Cover and P. E. Hart, "Nearest neighbor pattern classification", 1967.

    Examples
    --------
    >>> features = [[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]]
    >>> knn(features, ["a", "a", "b", "b"], k=1), knn(features, ["a", "b", "b", "b"], k=1)
    (1.0, 0.5)
    """
    most = check_count("k", k, 1)
    sample = labelled_sample(features, labels)
    lengths = np.linalg.norm(sample.features, axis=1, keepdims=True)
    directions = sample.features / np.where(lengths > 0, lengths, 1.0)
    credits = [
        _credits(sample, directions, np.arange(start, min(start + BLOCK, len(directions))), most)
        for start in range(0, len(directions), BLOCK)
    ]
    return float(np.concatenate(credits).mean())


def _credits(sample: Sample, directions: Array, rows: NDArray[np.intp], k: int) -> Array:
    """Chance of each of ``rows`` to be named correctly, (n_rows,)."""
    near = directions[rows] @ directions.T
    near[np.arange(len(rows)), rows] = -np.inf
    place = near.shape[1] - min(k, near.shape[1] - 1)
    edge = np.partition(near, place, axis=1)[:, [place]]
    votes = (near >= edge - ROUNDING).astype(np.float64) @ sample.indicators()
    winners = votes == votes.max(axis=1, keepdims=True)
    credit: Array = winners[np.arange(len(rows)), sample.codes[rows]] / winners.sum(axis=1)
    return credit
