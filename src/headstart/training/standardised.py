"""Vectors ready for a penalised linear model, and the way back for its weights.

Dense vectors get mean 0 and spread 1. Sparse ones, frequencies of n-grams, are multiplied by how
rare each of them is, and stay sparse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.features import is_sparse

#: Sparse vectors of up to so many samples are turned: the work then grows with the samples alone.
_MOST_TURNED = 2000
#: What is added to the products of a sample with itself, relative to their mean: samples that are
#: equal, or all zeros, would have no decomposition.
_ADDED = 1e-9


@dataclass(frozen=True)
class Standardised:
    """Vectors with mean 0 and spread 1 in every feature; sparse ones times the IDF of it.

    With more features than samples they are then turned into as many coordinates as there are
    samples: a penalty on the length of the weights does not depend on the turn, so the linear model
    is the same and is found faster.

    Parameters
    ----------
    vectors : ndarray of shape (n_samples, n_coordinates)
        What the model is fitted on.
    mean, scale : ndarray of shape (n_features,)
        What was subtracted, and what was divided by.
    turn : ndarray of shape (n_features, n_coordinates), or what multiplies like one, or None
        From weights of coordinates to weights of features; None where they are the same.
    size : float
        Mean squared length of a row: the number of features where they are standardised.

    Examples
    --------
    >>> Standardised.of(np.array([[1.0], [3.0]])).vectors.tolist()
    [[-1.0], [1.0]]
    """

    vectors: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    turn: NDArray[np.float64] | SampleTurn | Occurring | None
    size: float

    @classmethod
    def of(cls, vectors: NDArray[Any]) -> Standardised:
        """Standardise vectors of shape (n_samples, n_features), an ndarray or a csr_matrix.

        A constant feature becomes 0. Where the vectors are sparse, they are multiplied by
        ``ln((1 + n) / (1 + df)) + 1``, where ``df`` of the ``n`` samples have the feature: the
        smooth IDF of scikit-learn. A feature that none has gets the scale 1, and its weights are 0.
        """
        if is_sparse(vectors):
            return _weighted(vectors)
        exact = np.asarray(vectors, dtype=np.float64)
        spread = exact.std(axis=0)
        mean = exact.mean(axis=0)
        scale = np.where(spread > 1e-12 * (1.0 + np.abs(mean)), spread, 1.0)
        turned, turn = _turned((exact - mean) / scale)
        return cls(turned, mean, scale, turn, len(mean))

    def back(self, weights: NDArray[Any]) -> NDArray[Any]:
        """Weights of shape (n_features, n_outputs) from those of (n_coordinates, n_outputs)."""
        return weights if self.turn is None else self.turn @ weights


@dataclass(frozen=True)
class SampleTurn:
    """From weights of coordinates, as many as samples, to weights of sparse features.

    With ``K = X X' = L L'`` the rows of ``L`` are coordinates of the samples, and weights ``w`` of
    them are weights ``X' L'^-1 w`` of the features. As a matrix of its own that would be dense.

    Parameters
    ----------
    vectors : csr_matrix of shape (n_samples, n_features)
        ``X``.
    factor : ndarray of shape (n_samples, n_samples)
        ``L``, a lower triangle.
    """

    vectors: Any
    factor: NDArray[np.float64]

    def __matmul__(self, weights: NDArray[Any]) -> NDArray[np.float64]:
        from scipy.linalg import solve_triangular

        result: NDArray[np.float64] = self.vectors.T @ solve_triangular(
            self.factor, weights, lower=True, trans="T"
        )
        return result


@dataclass(frozen=True)
class Occurring:
    """From weights of the features that occur to weights of all: the others get 0.

    Parameters
    ----------
    columns : ndarray of shape (n_occurring,)
        Places of those that occur.
    n_features : int
        Of all.
    """

    columns: NDArray[np.intp]
    n_features: int

    def __matmul__(self, weights: NDArray[Any]) -> NDArray[np.float64]:
        result = np.zeros((self.n_features, weights.shape[1]))
        result[self.columns] = weights
        return result


def times_idf(vectors: Any) -> tuple[Any, NDArray[np.float64]]:
    """Sparse vectors times the smooth IDF of scikit-learn, and the IDF of each feature.

    Parameters
    ----------
    vectors : csr_matrix of shape (n_samples, n_features)
        Frequencies.

    Returns
    -------
    weighted : csr_matrix of shape (n_samples, n_features), float64
        ``vectors`` with each column times its IDF.
    idf : ndarray of shape (n_features,)
        ``ln((1 + n) / (1 + df)) + 1``; 1 where no sample has the feature.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> times_idf(csr_matrix([[1.0, 0.0], [1.0, 2.0]]))[1].round(4).tolist()
    [1.0, 1.4055]
    """
    weighted = vectors.astype(np.float64)
    weighted.eliminate_zeros()
    n_samples, n_features = weighted.shape
    counts = np.bincount(weighted.indices, minlength=n_features)
    idf = np.where(counts > 0, np.log((1.0 + n_samples) / (1.0 + counts)) + 1.0, 1.0)
    weighted.data *= idf[weighted.indices]
    return weighted, idf


def _weighted(vectors: Any) -> Standardised:
    """Sparse vectors times their IDF; without columns that none has, or turned."""
    weighted, idf = times_idf(vectors)
    n_samples, n_features = weighted.shape
    # Where all rows are empty, any number will do.
    size = float(np.square(weighted.data).sum() / max(n_samples, 1)) or 1.0
    if n_samples <= _MOST_TURNED and weighted.nnz:
        factor = _factor(weighted, size)
        turn: Any = SampleTurn(weighted, factor)
        return Standardised(factor, np.zeros(n_features), 1.0 / idf, turn, size)
    # Where nothing occurs a column is kept all the same: no solver takes none.
    columns = np.unique(weighted.indices) if weighted.nnz else np.arange(1)
    turn = Occurring(columns, n_features)
    return Standardised(weighted[:, columns], np.zeros(n_features), 1.0 / idf, turn, size)


def _factor(weighted: Any, size: float) -> NDArray[np.float64]:
    from scipy.linalg import cholesky

    products = (weighted @ weighted.T).toarray()
    products[np.diag_indices_from(products)] += _ADDED * size
    result: NDArray[np.float64] = cholesky(products, lower=True, overwrite_a=True)
    return result


def _turned(standard: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Coordinates of the samples in the space that they span, and the way back."""
    n_samples, n_features = standard.shape
    if n_features <= n_samples:
        return standard, None
    values, vectors = np.linalg.eigh(standard @ standard.T)
    kept = values > values[-1] * 1e-12
    if not kept.any():
        return standard, None
    lengths = np.sqrt(values[kept])
    return vectors[:, kept] * lengths, (standard.T @ vectors[:, kept]) / lengths
