"""One number that makes probabilities say what they mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.linear_head import softmax

_RANGE = (-3.0, 3.0)
_STEPS = 60
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def fit_temperature(scores: NDArray[Any], codes: NDArray[Any]) -> float:
    """The temperature with the lowest log loss on scores that the head did not learn from.

    Golden-section search over its logarithm, in which the loss has one minimum (Guo, Pleiss, Sun
    and Weinberger, *On calibration of modern neural networks*, 2017).

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
    low, high = _RANGE
    for _ in range(_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _loss(scores, codes, left) < _loss(scores, codes, right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2.0))


def _loss(scores: NDArray[Any], codes: NDArray[Any], log_temperature: float) -> float:
    chosen = softmax(scores / np.exp(log_temperature))[np.arange(len(codes)), codes]
    return float(-np.log(np.clip(chosen, 1e-15, None)).mean())
