"""Vectors ready for a penalised linear model, and the way back for its weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.side_by_side import is_sparse

#: Up to so many sparse samples are turned into coordinates: products of more take too long.
_FEW_SAMPLES = 400


@dataclass(frozen=True)
class Standardised:
    """Vectors with mean 0 and spread 1 in every feature; of a sparse matrix, TF-IDF.

    What is mostly zero has to stay so: nothing is subtracted, and a column is multiplied by its
    inverse document frequency ``ln((1 + n) / (1 + df)) + 1``, as scikit-learn's TfidfTransformer
    does.

    With more features than samples they are then turned into as many coordinates as there are
    samples: a penalty on the length of the weights does not depend on the turn, so the linear model
    is the same and is found faster.

    Parameters
    ----------
    vectors : ndarray or csr_matrix of shape (n_samples, n_coordinates)
        What the model is fitted on.
    mean, scale : ndarray of shape (n_features,)
        What was subtracted, and what was divided by.
    turn : ndarray of shape (n_features, n_coordinates), function, or None
        From weights of coordinates to weights of features; None where they are the same.

    Examples
    --------
    >>> Standardised.of(np.array([[1.0], [3.0]])).vectors.tolist()
    [[-1.0], [1.0]]
    """

    vectors: Any
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    turn: Any

    @classmethod
    def of(cls, vectors: Any) -> Standardised:
        """Standardise vectors of shape (n_samples, n_features); a constant feature becomes 0."""
        if is_sparse(vectors):
            return cls._weighed(vectors)
        exact = np.asarray(vectors, dtype=np.float64)
        spread = exact.std(axis=0)
        mean = exact.mean(axis=0)
        scale = np.where(spread > 1e-12 * (1.0 + np.abs(mean)), spread, 1.0)
        turned, turn = _turned((exact - mean) / scale)
        return cls(turned, mean, scale, turn)

    @classmethod
    def _weighed(cls, counts: Any) -> Standardised:
        n_samples, n_features = counts.shape
        occurs = np.bincount(counts.indices, minlength=n_features)
        weight = np.log((1 + n_samples) / (1 + occurs)) + 1.0
        there = np.flatnonzero(occurs)  # other columns would get weights of zero
        weighed = counts[:, there].astype(np.float64).multiply(weight[None, there]).tocsr()
        back = _Scattered(there, n_features)
        if n_samples <= _FEW_SAMPLES:
            turned, turn = _turned(weighed)
            return cls(turned, np.zeros(n_features), 1.0 / weight, back.after(turn))
        return cls(weighed, np.zeros(n_features), 1.0 / weight, back.after(None))

    @property
    def size(self) -> float:
        """Mean squared length of a row: the number of features, unless they are sparse."""
        if not callable(self.turn):
            return len(self.mean)
        squares = self.vectors.multiply(self.vectors) if is_sparse(self.vectors) else self.vectors**2
        return float(squares.sum() / max(self.vectors.shape[0], 1))

    def back(self, weights: NDArray[Any]) -> NDArray[Any]:
        """Weights of shape (n_features, n_outputs) from those of (n_coordinates, n_outputs)."""
        if callable(self.turn):
            return np.asarray(self.turn(weights))
        return weights if self.turn is None else self.turn @ weights


@dataclass(frozen=True)
class _Scattered:
    """From weights of the columns that occur to weights of all."""

    there: NDArray[np.intp]
    n_features: int

    def after(self, turn: Any) -> Callable[[NDArray[Any]], NDArray[Any]]:
        def back(weights: NDArray[Any]) -> NDArray[Any]:
            result = np.zeros((self.n_features, weights.shape[1]))
            result[self.there] = weights if turn is None else turn @ weights
            return result

        return back


def _turned(standard: Any) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Coordinates of the samples in the space that they span, and the way back."""
    n_samples, n_features = standard.shape
    if n_features <= n_samples:
        return standard, None
    products = standard @ standard.T
    values, vectors = np.linalg.eigh(products.toarray() if is_sparse(products) else products)
    kept = values > values[-1] * 1e-12
    if not kept.any():
        return standard, None
    lengths = np.sqrt(values[kept])
    return vectors[:, kept] * lengths, (standard.T @ vectors[:, kept]) / lengths
