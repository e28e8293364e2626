"""The fitted linear head: numbers only, so that predicting needs no scikit-learn and no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.features import is_sparse

#: Heads of more features than this leave out of their file those that say nothing.
_MANY_FEATURES = 2**15
_BY_FEATURE = ("mean", "scale", "weights")


@dataclass(frozen=True)
class LinearHead:
    """Standardise, multiply, and, for classes, soften.

    Parameters
    ----------
    mean, scale : ndarray of shape (n_features,)
        What is subtracted from a vector and what it is divided by.
    weights : ndarray of shape (n_features, n_outputs)
        One column a class, or one for a number.
    bias : ndarray of shape (n_outputs,)
        Added to the scores.
    temperature : float
        What scores are divided by before they become probabilities, above 0 (Guo, Pleiss, Sun and
        Weinberger, *On calibration of modern neural networks*, 2017).

    Examples
    --------
    >>> head = LinearHead(np.zeros(1), np.ones(1), np.array([[-1.0, 1.0]]), np.zeros(2))
    >>> head.probabilities(np.array([[0.0]])).tolist()
    [[0.5, 0.5]]
    """

    mean: NDArray[Any]
    scale: NDArray[Any]
    weights: NDArray[Any]
    bias: NDArray[Any]
    temperature: float = 1.0

    def scores(self, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """Scores of shape (n_samples, n_outputs) before the temperature.

        Of a csr_matrix too, which stays sparse: the scale goes into the weights instead.
        """
        if is_sparse(vectors):
            folded = self.weights / self.scale[:, None]
            scores: NDArray[np.float64] = vectors @ folded + (self.bias - self.mean @ folded)
            return scores
        standard = (np.asarray(vectors, dtype=np.float64) - self.mean) / self.scale
        result: NDArray[np.float64] = standard @ self.weights + self.bias
        return result

    def probabilities(self, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """Probabilities of shape (n_samples, n_classes); each row adds up to 1."""
        return softmax(self.scores(vectors) / self.temperature)

    def with_temperature(self, temperature: float) -> LinearHead:
        """The same head, softer or sharper."""
        return replace(self, temperature=temperature)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Named arrays for a safetensors file, which takes memory as it lies.

        A head of very many features, hashed n-grams say, names those that say something and leaves
        out the others: those of mean 0, scale 1 and weights 0, which never occurred in training.
        """
        parts = {
            "mean": self.mean,
            "scale": self.scale,
            "weights": self.weights,
            "bias": self.bias,
            "temperature": [self.temperature],
        }
        if len(self.mean) > _MANY_FEATURES:
            told = (self.mean != 0.0) | (self.scale != 1.0) | (self.weights != 0.0).any(axis=1)
            parts |= {name: np.asarray(parts[name])[told] for name in _BY_FEATURE}
            parts |= {"columns": np.flatnonzero(told), "n_features": [len(told)]}
        return {f"head.{name}": np.ascontiguousarray(part) for name, part in parts.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> LinearHead:
        """Read what :meth:`to_arrays` gave."""
        parts = {name: np.asarray(arrays[f"head.{name}"]) for name in (*_BY_FEATURE, "bias")}
        if "head.columns" in arrays:
            columns, n_features = arrays["head.columns"], int(arrays["head.n_features"][0])
            for name in _BY_FEATURE:
                shape = (n_features, *parts[name].shape[1:])
                whole = np.full(shape, name == "scale", dtype=parts[name].dtype)
                whole[columns] = parts[name]
                parts[name] = whole
        return cls(**parts, temperature=float(arrays["head.temperature"][0]))


def steadied(head: LinearHead) -> LinearHead:
    """The head without features that hardly differ between the samples that it learned from.

    While a network is trained such a feature soon takes other values, and what is divided by almost
    nothing would then drown all others (a sentence encoder can have a unit that is 1e-9 for every
    sentence).

    Examples
    --------
    >>> head = LinearHead(np.zeros(3), np.array([1.0, 1.0, 1e-9]), np.ones((3, 1)), np.zeros(1))
    >>> steadied(head).weights.ravel().tolist(), steadied(head).scale.tolist()
    ([1.0, 1.0, 0.0], [1.0, 1.0, 1.0])
    """
    if not len(head.scale):
        return head
    usual = float(np.median(head.scale))
    tiny = head.scale < _TINY * usual
    scale = np.where(tiny, usual, head.scale)
    return replace(head, scale=scale, weights=np.where(tiny[:, None], 0.0, head.weights))


#: Share of the usual spread below which a feature hardly differs.
_TINY = 1e-4


def zero_head(n_features: int, guess: NDArray[Any], is_shares: bool) -> LinearHead:
    """A head that says of every sample what is true of all.

    Parameters
    ----------
    n_features : int
        Length of the vectors that it reads.
    guess : ndarray of shape (n_outputs,)
        Shares of the classes, or the mean of the targets.
    is_shares : bool
        Whether it is shares.
    """
    bias = np.log(np.maximum(guess, 1e-6)) if is_shares else np.asarray(guess, dtype=np.float64)
    weights = np.zeros((n_features, len(bias)))
    return LinearHead(np.zeros(n_features), np.ones(n_features), weights, bias)


def softmax(scores: NDArray[Any]) -> NDArray[np.float64]:
    """Probabilities from scores of shape (n_samples, n_classes)."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = shifted / shifted.sum(axis=1, keepdims=True)
    return result
