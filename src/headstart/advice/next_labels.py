"""Which unlabelled samples to label next: what a model is unsure of, and unlike each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError

Array = NDArray[np.float64]
#: Of all squared distances, what still counts as apart.
_SAME = 1e-12


def next_labels(
    vectors: NDArray[Any], count: int, probabilities: NDArray[Any] | None = None, seed: int = 0
) -> NDArray[np.intp]:
    """Choose samples by k-means++ on the gradients that their labels would cause.

    The gradient of the loss with respect to a linear head, were the likeliest class the true one,
    is the outer product of the sample's vector and of its probabilities less that class (Ash,
    Zhang, Krishnamurthy, Langford and Agarwal, "Deep batch active learning by diverse, uncertain
    gradient lower bounds", 2020). It is long where the model is unsure, and two of them are far
    apart where the samples differ or the doubts do. The first choice is the sample with the longest
    gradient; each further one is drawn by its squared distance from the nearest that is chosen
    (Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", 2007). Zero counts as
    chosen, unlike in the article: a sample that the model is sure of would teach it nothing,
    however far it is from the others. The gradients themselves are never formed.

    Parameters
    ----------
    vectors : ndarray of shape (n_samples, n_features)
        What the head reads, finite.
    count : int
        Samples to choose, at least 1. There are never more than n_samples.
    probabilities : ndarray of shape (n_samples, n_classes) or None
        What the model says, in 0..1. None (a regression): by the vectors alone, so that the choice
        is diverse; the first is drawn at random.
    seed : int
        The same seed gives the same choice.

    Returns
    -------
    ndarray of shape (min(count, n_samples),)
        Rows, the first to be labelled first.

    Raises
    ------
    InputError
        If the count is below 1 or the arrays do not fit together.

    Examples
    --------
    >>> vectors = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.0, 1.1]])
    >>> unsure = np.array([[0.5, 0.5], [0.5, 0.5], [0.6, 0.4], [1.0, 0.0]])
    >>> next_labels(vectors, 2, unsure).tolist()
    [0, 2]
    """
    _check(vectors, count, probabilities)
    if len(vectors) == 0:
        return np.empty(0, dtype=np.intp)
    points, doubts = _standard(vectors), _doubts(probabilities, len(vectors))
    squares = (points**2).sum(axis=1) * (doubts**2).sum(axis=1)
    rng = np.random.default_rng(seed)
    no_doubts = probabilities is None
    chosen = [int(rng.integers(len(points)) if no_doubts else squares.argmax())]
    apart = np.full(len(points), np.inf) if no_doubts else squares
    while len(chosen) < min(count, len(points)):
        last = chosen[-1]
        alike = (points @ points[last]) * (doubts @ doubts[last])
        apart = np.minimum(apart, np.maximum(squares + squares[last] - 2.0 * alike, 0.0))
        apart[chosen] = 0.0
        chosen.append(_drawn(apart, squares, chosen, rng))
    return np.asarray(chosen, dtype=np.intp)


def _drawn(apart: Array, squares: Array, chosen: list[int], rng: np.random.Generator) -> int:
    """A row by its squared distance; where none is apart, the longest gradient that is left."""
    weights = np.where(apart > _SAME * squares.max(), apart, 0.0)
    if weights.sum() > 0:
        return int(rng.choice(len(weights), p=weights / weights.sum()))
    left = squares.copy()
    left[chosen] = -1.0
    return int(left.argmax())


def _standard(vectors: NDArray[Any]) -> Array:
    """Every feature with mean 0 and spread 1, as the head sees them, and 1 for its bias."""
    exact = np.asarray(vectors, dtype=np.float64)
    spread = exact.std(axis=0)
    standard = (exact - exact.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.column_stack([standard / np.sqrt(max(exact.shape[1], 1)), np.ones(len(exact))])


def _doubts(probabilities: NDArray[Any] | None, n_samples: int) -> Array:
    """Probabilities less the likeliest class; where there are none, the same for all samples."""
    if probabilities is None:
        return np.ones((n_samples, 1))
    doubts = np.array(probabilities, dtype=np.float64)
    doubts[np.arange(n_samples), doubts.argmax(axis=1)] -= 1.0
    return doubts


def _check(vectors: NDArray[Any], count: int, probabilities: NDArray[Any] | None) -> None:
    if count < 1:
        raise InputError(f"The count is {count!r}; it must be a whole number of at least 1.")
    shapes = [vectors.shape] + ([] if probabilities is None else [probabilities.shape])
    if any(len(shape) != 2 or shape[0] != len(vectors) for shape in shapes):
        raise InputError(
            f"The arrays have shapes {', '.join(map(str, shapes))}; accepted are vectors of shape "
            "(n_samples, n_features) and probabilities of shape (n_samples, n_classes)."
        )
