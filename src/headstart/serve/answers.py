"""Answers as plain data for JSON."""

from __future__ import annotations

from typing import Any

from headstart.runs import Prediction
from headstart.runs.several_targets import TargetAnswers
from headstart.serve.place_serving import PlaceAnswer

#: Of any kind of model; ``reason`` is None unless the sample could not be read.
Answer = Prediction | PlaceAnswer | TargetAnswers


def answer_of(answer: Answer) -> dict[str, Any]:
    """A label with probabilities, a number, what is found in a picture, or a reason.

    Where there are several targets: such an answer for each.

    Examples
    --------
    >>> answer_of(Prediction("", "cat", 0.9, {"cat": 0.9, "dog": 0.1}))
    {'label': 'cat', 'probabilities': {'cat': 0.9, 'dog': 0.1}}
    >>> answer_of(Prediction("", 2.5))
    {'value': 2.5}
    >>> answer_of(Prediction("", reason="empty file (0 bytes)"))
    {'reason': 'empty file (0 bytes)'}
    >>> answer_of(TargetAnswers("", {"age": Prediction("", 2.5)}))
    {'targets': {'age': {'value': 2.5}}}
    """
    if isinstance(answer, PlaceAnswer):
        return answer.content
    if answer.reason is not None:
        return {"reason": answer.reason}
    if isinstance(answer, TargetAnswers):
        return {"targets": {name: answer_of(one) for name, one in answer.answers.items()}}
    if answer.confidence is None:
        return {"value": answer.predicted}
    return {"label": answer.predicted, "probabilities": dict(answer.probabilities)}
