"""A head's numbers as a graph in float32 uses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.linear_head import LinearHead


@dataclass(frozen=True)
class HeadNumbers:
    """``(x - mean) * factor @ weights + bias``, and a softmax where the outputs are probabilities.

    Parameters
    ----------
    mean, factor : ndarray of shape (n_features,), float32
        What is subtracted, and multiplied by after that.
    weights : ndarray of shape (n_features, n_outputs), float32
        With the temperature in them.
    bias : ndarray of shape (n_outputs,), float32
        Likewise.
    softens : bool
        Whether the outputs are probabilities.
    """

    mean: NDArray[np.float32]
    factor: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    softens: bool

    @classmethod
    def of(cls, head: LinearHead, softens: bool) -> HeadNumbers:
        """The numbers of a fitted head. A regression has no temperature.

        Examples
        --------
        >>> head = LinearHead(np.zeros(1), np.full(1, 4.0), np.ones((1, 2)), np.ones(2), 2.0)
        >>> numbers = HeadNumbers.of(head, softens=True)
        >>> numbers.factor.tolist(), numbers.weights.tolist(), numbers.bias.tolist()
        ([0.25], [[0.5, 0.5]], [0.5, 0.5])
        """
        temperature = head.temperature if softens else 1.0
        return cls(
            mean=_single(head.mean),
            factor=_single(1.0 / head.scale),
            weights=_single(head.weights / temperature),
            bias=_single(head.bias / temperature),
            softens=softens,
        )

    def folded(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Weights of shape (n_outputs, n_features) and a bias that need no standardised vectors.

        It is what ``torch.nn.Linear`` holds.

        Examples
        --------
        >>> head = LinearHead(np.ones(1), np.full(1, 4.0), np.full((1, 2), 8.0), np.zeros(2))
        >>> [part.tolist() for part in HeadNumbers.of(head, softens=False).folded()]
        [[[2.0], [2.0]], [-2.0, -2.0]]
        """
        weights = self.weights.astype(np.float64) * self.factor.astype(np.float64)[:, None]
        bias = self.bias - self.mean.astype(np.float64) @ weights
        return _single(weights.T), _single(bias)


def _single(numbers: Any) -> NDArray[np.float32]:
    return np.ascontiguousarray(numbers, dtype=np.float32)
