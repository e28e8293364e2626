"""What a model says of one sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Prediction:
    """A row of ``headstart predict``, of ``predictions.csv`` and of the report.

    Parameters
    ----------
    input : str
        What the user calls the sample.
    predicted : str or None
        The most probable class; None when the sample could not be read.
    confidence : float or None
        Its probability, 0 to 1.
    probabilities : mapping of str to float
        Class to probability.
    label : str or None
        The true class, where it is known.
    reason : str or None
        Why there is no answer.
    """

    input: str
    predicted: str | None = None
    confidence: float | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    label: str | None = None
    reason: str | None = None

    @property
    def correct(self) -> bool | None:
        """Whether the answer is the true class; None where that is not known."""
        return None if self.label is None else self.label == self.predicted

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: an answer, or a reason."""
        if self.reason is not None:
            return {"input": self.input, "reason": self.reason}
        row: dict[str, Any] = {
            "input": self.input,
            "predicted": self.predicted,
            "confidence": self.confidence,
            "probabilities": dict(self.probabilities),
        }
        if self.label is not None:
            row |= {"label": self.label, "correct": self.correct}
        return row
