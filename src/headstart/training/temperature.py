"""One number that makes probabilities say what they mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.linear_head import softmax

_RANGE = (-3.0, 3.0)
_STEPS = 40
#: A class this far below the highest score was not held by the fold and is not imagined either.
_FARTHEST = 500.0
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def fit_temperature(scores: NDArray[Any], codes: NDArray[Any]) -> float:
    """The temperature with the lowest log loss on scores that the head did not learn from.

    Golden-section search over its logarithm, in which the loss has one minimum (Guo, Pleiss, Sun
    and Weinberger, *On calibration of modern neural networks*, 2017). The targets are softened by
    one imagined sample a class (Platt, *Probabilistic outputs for support vector machines*, 1999):
    having been right ``n`` times out of ``n`` is no reason to be surer than ``(n + 1) / (n + k)``
    on average, where ``k`` is the number of classes.

    Parameters
    ----------
    scores : ndarray of shape (n_samples, n_classes)
        Out-of-fold scores.
    codes : ndarray of shape (n_samples,)
        True classes, 0 to n_classes - 1.

    Returns
    -------
    float
        Between 0.05 and 20; 1 changes nothing.

    Examples
    --------
    >>> scores = np.array([[0.0, 4.0], [0.0, 4.0], [0.0, 4.0], [4.0, 0.0]])
    >>> fit_temperature(scores, np.array([1, 1, 0, 0])) > 1.0
    True
    """
    highest = scores.max(axis=1, keepdims=True)
    possible = scores > highest - _FARTHEST
    answerable = possible[np.arange(len(codes)), codes]
    if not answerable.any():
        return 1.0
    scores, targets = scores[answerable], _softened(possible[answerable], codes[answerable])
    low, high = _RANGE
    for _ in range(_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _loss(scores, targets, left) < _loss(scores, targets, right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2.0))


def _softened(possible: NDArray[np.bool_], codes: NDArray[Any]) -> NDArray[np.float64]:
    """Target shares of shape (n_samples, n_classes) with one imagined sample a class."""
    targets = possible / (len(codes) + possible.shape[1])
    rows = np.arange(len(codes))
    targets[rows, codes] = 0.0
    targets[rows, codes] = 1.0 - targets.sum(axis=1)
    return targets


def _loss(scores: NDArray[Any], targets: NDArray[np.float64], log_temperature: float) -> float:
    shares = softmax(scores / np.exp(log_temperature))
    return float(-(targets * np.log(np.maximum(shares, 1e-300))).sum(axis=1).mean())
