"""Vectors ready for a penalised linear model, and the way back for its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Standardised:
    """Vectors with mean 0 and spread 1 in every feature.

    With more features than samples they are then turned into as many coordinates as there are
    samples: a penalty on the length of the weights does not depend on the turn, so the linear model
    is the same and is found faster.

    Parameters
    ----------
    vectors : ndarray of shape (n_samples, n_coordinates)
        What the model is fitted on.
    mean, scale : ndarray of shape (n_features,)
        What was subtracted, and what was divided by.
    turn : ndarray of shape (n_features, n_coordinates) or None
        From weights of coordinates to weights of features; None where they are the same.

    Examples
    --------
    >>> Standardised.of(np.array([[1.0], [3.0]])).vectors.tolist()
    [[-1.0], [1.0]]
    """

    vectors: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    turn: NDArray[np.float64] | None

    @classmethod
    def of(cls, vectors: NDArray[Any]) -> Standardised:
        """Standardise vectors of shape (n_samples, n_features); a constant feature becomes 0."""
        exact = np.asarray(vectors, dtype=np.float64)
        spread = exact.std(axis=0)
        mean = exact.mean(axis=0)
        scale = np.where(spread > 1e-12 * (1.0 + np.abs(mean)), spread, 1.0)
        turned, turn = _turned((exact - mean) / scale)
        return cls(turned, mean, scale, turn)

    def back(self, weights: NDArray[Any]) -> NDArray[Any]:
        """Weights of shape (n_features, n_outputs) from those of (n_coordinates, n_outputs)."""
        return weights if self.turn is None else self.turn @ weights


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
