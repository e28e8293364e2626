"""The test samples that a model found hardest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: How many of them a run keeps and its page shows.
HARDEST_SHOWN = 12

Prediction = Mapping[str, Any]


def hardest_predictions(
    predictions: Sequence[Prediction], count: int = HARDEST_SHOWN
) -> list[Prediction]:
    """The predictions that give their true class the lowest probability, lowest first.

    A true class that the model does not know counts as probability 0. Of predicted numbers those
    with the largest errors are the hardest. Predictions without a label are left out, since nobody
    knows how hard they were.

    Examples
    --------
    >>> rows = [{"label": "a", "probabilities": {"a": p}} for p in (0.9, 0.2)]
    >>> hardest_predictions(rows, 1)[0]["probabilities"]
    {'a': 0.2}
    """
    return [predictions[row] for row in hardest_rows(predictions, count)]


def hardest_rows(predictions: Sequence[Prediction], count: int = HARDEST_SHOWN) -> list[int]:
    """Where they stand among all."""
    labelled = [row for row, one in enumerate(predictions) if one.get("label") is not None]
    return sorted(labelled, key=lambda row: _ease(predictions[row]))[:count]


def _ease(prediction: Prediction) -> float:
    """Rises from the hardest to the easiest of one task."""
    if "error" in prediction:
        return -abs(float(prediction["error"]))
    return true_probability(prediction)


def true_probability(prediction: Prediction) -> float:
    """The probability of the true class, in [0, 1]; 0 for a class that the model does not know."""
    return float(prediction["probabilities"].get(prediction["label"], 0.0))
