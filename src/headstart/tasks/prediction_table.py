"""How predictions stand in ``predictions.csv``: the columns, a row, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from headstart.tasks.prediction import Prediction

_PROBABILITY = "p:"
#: What is done with text that UTF-8 cannot hold (a lone surrogate).
ESCAPED = "backslashreplace"


class PredictionTable(Protocol):
    """Columns of a table of predictions."""

    @property
    def columns(self) -> Sequence[str]:
        """Their names."""
        ...

    def row(self, prediction: Prediction) -> Sequence[object]:
        """A value a column; None for an empty cell."""
        ...

    def read(self, row: Mapping[str, str]) -> Prediction:
        """Cells by column, as the file holds them, back to the prediction."""
        ...


@dataclass(frozen=True)
class ClassTable:
    """A column a class, with its probability.

    Examples
    --------
    >>> ClassTable(["cat", "dog"]).columns
    ['input', 'label', 'predicted', 'correct', 'confidence', 'reason', 'p:cat', 'p:dog']
    """

    classes: Sequence[str]

    @property
    def columns(self) -> Sequence[str]:
        """What is said of the sample, then a column a class."""
        first = ["input", "label", "predicted", "correct", "confidence", "reason"]
        return first + [_PROBABILITY + name for name in self.classes]

    def row(self, prediction: Prediction) -> Sequence[object]:
        """A value a column; None for an empty cell."""
        one = prediction
        first = (one.input, one.label, one.predicted, one.correct, one.confidence, one.reason)
        return [*first, *(one.probabilities.get(name) for name in self.classes)]

    def read(self, row: Mapping[str, str]) -> Prediction:
        """Cells by column, as the file holds them, back to the prediction."""
        names = self._by_written
        shares = {name: row[_PROBABILITY + written] for written, name in names.items()}
        return Prediction(
            input=row["input"],
            predicted=names.get(row["predicted"]),
            confidence=float(row["confidence"]) if row["confidence"] else None,
            probabilities={name: float(share) for name, share in shares.items() if share},
            label=names.get(row["label"], row["label"] or None),
            reason=row["reason"] or None,
        )

    @cached_property
    def _by_written(self) -> dict[str, str]:
        """Classes by what the file holds of their names."""
        return {name.encode("utf-8", ESCAPED).decode("utf-8"): name for name in self.classes}


@dataclass(frozen=True)
class NumberTable:
    """A number, and how much it is above the true one."""

    @property
    def columns(self) -> Sequence[str]:
        """What is said of the sample."""
        return ["input", "label", "predicted", "error", "reason"]

    def row(self, prediction: Prediction) -> Sequence[object]:
        """A value a column; None for an empty cell."""
        one = prediction
        return [one.input, one.label, one.predicted, one.error, one.reason]

    def read(self, row: Mapping[str, str]) -> Prediction:
        """Cells by column, as the file holds them, back to the prediction."""
        return Prediction(
            input=row["input"],
            predicted=float(row["predicted"]) if row["predicted"] else None,
            label=float(row["label"]) if row["label"] else None,
            reason=row["reason"] or None,
        )
