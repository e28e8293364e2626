"""Test samples that look almost the same as a training sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.errors import InputError

Array = NDArray[np.float32]

#: Cosine from which a pair counts as almost the same. On EfficientNet-Lite0's pooled vectors the
#: best match of an unrelated test picture stayed under 0.64 (ants and bees), 0.74 (64-pixel cats)
#: and 0.77 (chest X-rays), while copies of the ants and bees that were saved anew at JPEG quality
#: 85, made a tenth smaller or cropped by a twentieth came to at least 0.97, 0.90 and 0.82.
THRESHOLD = 0.8

#: A pair must also be this much closer than training samples usually are to their nearest
#: neighbour: among patches of one texture every pair is above 0.8, and none is a copy.
STANDS_OUT = 0.5

#: Similarities held at a time; 4 million take 16 MB.
BLOCK = 4_000_000

#: Training samples whose nearest neighbour is looked up to see what is usual.
SAMPLED = 500


def near_duplicates(
    test_vectors: ArrayLike, train_vectors: ArrayLike, threshold: float = THRESHOLD
) -> list[tuple[int, int, float]]:
    """For each test sample its most similar training sample, where they look almost the same.

    Similarity is the cosine after the mean of the training vectors is removed; without that the
    vectors of all pictures point the same way. A pair is reported when the similarity reaches
    ``threshold`` and its distance from 1 is at most half of what is usual (median) between a
    training sample and its nearest neighbour in the training set. Memory is bounded.

    Parameters
    ----------
    test_vectors : array_like of shape (n_test, n_features)
        Pooled activations or embeddings, finite.
    train_vectors : array_like of shape (n_train, n_features)
        The same for the training set. Fewer than two give no pair: they have no spread.
    threshold : float
        Cosine in -1..1 from which a pair counts.

    Returns
    -------
    list of (int, int, float)
        Test row, training row and similarity, by falling similarity.

    Raises
    ------
    InputError
        If the arrays are not two-dimensional with the same number of features.

    Examples
    --------
    >>> train = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]
    >>> [(test, row) for test, row, _ in near_duplicates([[0.99, 0.01], [0.7, 0.7]], train)]
    [(0, 0)]
    """
    test, train = _floats("test_vectors", test_vectors), _floats("train_vectors", train_vectors)
    if test.shape[1] != train.shape[1]:
        raise InputError(
            f"The test vectors have {test.shape[1]} features and the training vectors "
            f"{train.shape[1]}; both must come from the same stages of the same source."
        )
    if len(train) < 2 or len(test) == 0:
        return []
    mean = train.mean(axis=0, dtype=np.float64).astype(np.float32)
    train = _directions(train, mean)
    rows, similarities = _best_matches(_directions(test, mean), train)
    least = max(threshold, 1 - STANDS_OUT * _usual_distance(train))
    # Rounding must not cost an exact copy.
    found = np.flatnonzero(similarities >= least - 1e-6)
    pairs = [(int(row), int(rows[row]), float(similarities[row])) for row in found]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0]))


def _floats(name: str, vectors: ArrayLike) -> Array:
    array = np.asarray(vectors, dtype=np.float32)
    if array.ndim != 2:
        raise InputError(
            f"The {name} have shape {array.shape}; accepted is (n_samples, n_features)."
        )
    return array


def _directions(vectors: Array, mean: Array) -> Array:
    """Unit vectors from the mean; a vector at the mean has no direction and becomes zero."""
    centred = vectors - mean
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    directions: Array = np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 0)
    return directions


def _best_matches(
    test: Array, train: Array, own_rows: NDArray[np.intp] | None = None
) -> tuple[NDArray[np.intp], Array]:
    """Row and cosine of the most similar training sample, leaving out each sample's own row."""
    rows = np.empty(len(test), dtype=np.intp)
    best = np.empty(len(test), dtype=np.float32)
    step = max(1, BLOCK // len(train))
    for start in range(0, len(test), step):
        block = slice(start, start + step)
        similarities = test[block] @ train.T
        if own_rows is not None:
            similarities[np.arange(len(similarities)), own_rows[block]] = -np.inf
        rows[block] = similarities.argmax(axis=1)
        best[block] = similarities.max(axis=1)
    return rows, np.clip(best, -1.0, 1.0)


def _usual_distance(train: Array) -> float:
    """Median of one less cosine between a training sample and its nearest neighbour."""
    sampled = np.unique(np.linspace(0, len(train) - 1, SAMPLED).astype(np.intp))
    return float(np.median(1 - _best_matches(train[sampled], train, sampled)[1]))
