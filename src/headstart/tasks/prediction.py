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
    predicted : str or float or None
        The most probable class, or the number; None when the sample could not be read.
    confidence : float or None
        Probability of the class, 0 to 1; None for a number.
    probabilities : mapping of str to float
        Class to probability; empty for a number.
    label : str or float or None
        The true class or number, where it is known.
    reason : str or None
        Why there is no answer.

    Examples
    --------
    >>> Prediction("a.jpg", 2.5, label=3.0).to_dict()
    {'input': 'a.jpg', 'predicted': 2.5, 'label': 3.0, 'error': -0.5}
    """

    input: str
    predicted: str | float | None = None
    confidence: float | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    label: str | float | None = None
    reason: str | None = None

    @property
    def correct(self) -> bool | None:
        """Whether the answer is the true class; None for a number, or where that is not known."""
        known = self.label is not None and not isinstance(self.label, float)
        return self.label == self.predicted if known else None

    @property
    def error(self) -> float | None:
        """How much a number is above the true one; None for a class, or where that is not known."""
        if isinstance(self.predicted, float) and isinstance(self.label, float):
            return self.predicted - self.label
        return None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: an answer, or a reason."""
        if self.reason is not None:
            return {"input": self.input, "reason": self.reason}
        row: dict[str, Any] = {"input": self.input, "predicted": self.predicted}
        if self.confidence is not None:
            row |= {"confidence": self.confidence, "probabilities": dict(self.probabilities)}
        judged = {"label": self.label, "correct": self.correct, "error": self.error}
        return row | {key: value for key, value in judged.items() if value is not None}
