"""A head's numbers as a graph in float32 uses them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.tasks.multi_label import MultiLabelTask
from headstart.tasks.task import Task
from headstart.training.linear_head import LinearHead


@dataclass(frozen=True)
class HeadNumbers:
    """``(x - mean) * factor @ weights + bias``, and what makes probabilities of that.

    Parameters
    ----------
    mean, factor : ndarray of shape (n_features,), float32
        What is subtracted, and multiplied by after that.
    weights : ndarray of shape (n_features, n_outputs), float32
        With the temperature in them.
    bias : ndarray of shape (n_outputs,), float32
        Likewise.
    softens : bool
        Whether the outputs are probabilities of classes, of which one holds: a softmax.
    squashes : bool
        Whether each output is a probability of its own: a sigmoid.
    """

    mean: NDArray[np.float32]
    factor: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    softens: bool
    squashes: bool = False

    @classmethod
    def of_task(cls, head: LinearHead, task: Task) -> HeadNumbers:
        """The numbers of the head of a task.

        Where each label is a yes or a no, the two columns become one: the difference of the scores
        decides, and has no temperature.
        """
        if not isinstance(task, MultiLabelTask):
            return cls.of(head, task.gives_probabilities)
        weights = head.weights[:, 1::2] - head.weights[:, 0::2]
        bias = head.bias[1::2] - head.bias[0::2]
        difference = replace(head, weights=weights, bias=bias)
        return replace(cls.of(difference, softens=False), squashes=True)

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
