"""What each test sample came to: its loss, the confidence, and whether it was right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.arguments import check_probabilities

Array = NDArray[np.float64]

#: Probabilities are clipped to at least this, as scikit-learn does for float64.
SMALLEST = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Outcomes:
    """Per-sample outcomes, all of shape (n_samples,), in an order that the values alone decide.

    The order makes figures that rest on random weights independent of the order of the rows.

    Parameters
    ----------
    losses : ndarray
        Negative natural logarithm of the probability of the true class.
    losses_if_wrong : ndarray
        What the loss would at least be if the prediction were wrong.
    confidences : ndarray
        Probability of the predicted class, 0..1.
    correct : ndarray
        1.0 where the prediction is right, otherwise 0.0.
    """

    losses: Array
    losses_if_wrong: Array
    confidences: Array
    correct: Array


def outcomes(targets: ArrayLike, probabilities: ArrayLike) -> Outcomes:
    """Reduce predictions to what log loss and calibration need.

    Parameters
    ----------
    targets : array_like of int, shape (n_samples,)
        Class codes 0..n_classes-1.
    probabilities : array_like of float, shape (n_samples, n_classes)
        Rows sum to 1.

    Raises
    ------
    InputError
        If a shape, a code or a probability is not as above.

    Examples
    --------
    >>> outcomes([0, 1], [[0.9, 0.1], [0.6, 0.4]]).correct.tolist()
    [0.0, 1.0]
    """
    true, table = check_probabilities(targets, probabilities)
    rows = np.arange(len(true))
    clipped = np.clip(table, SMALLEST, 1 - SMALLEST)
    predicted = table.argmax(axis=1)
    confidences = np.minimum(table[rows, predicted], 1.0)
    correct = (predicted == true).astype(np.float64)
    losses = -np.log(clipped[rows, true])
    clipped[rows, predicted] = 0.0
    if_wrong = -np.log(np.maximum(clipped.max(axis=1), SMALLEST))
    order = np.lexsort((if_wrong, correct, losses, confidences))
    return Outcomes(losses[order], if_wrong[order], confidences[order], correct[order])
