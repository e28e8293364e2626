"""Answers as plain data for JSON."""

from __future__ import annotations

from typing import Any

from headstart.runs import Prediction


def answer_of(prediction: Prediction) -> dict[str, Any]:
    """A label with probabilities, a number, or a reason.

    Examples
    --------
    >>> answer_of(Prediction("", "cat", 0.9, {"cat": 0.9, "dog": 0.1}))
    {'label': 'cat', 'probabilities': {'cat': 0.9, 'dog': 0.1}}
    >>> answer_of(Prediction("", 2.5))
    {'value': 2.5}
    >>> answer_of(Prediction("", reason="empty file (0 bytes)"))
    {'reason': 'empty file (0 bytes)'}
    """
    if prediction.reason is not None:
        return {"reason": prediction.reason}
    if prediction.confidence is None:
        return {"value": prediction.predicted}
    return {"label": prediction.predicted, "probabilities": dict(prediction.probabilities)}
