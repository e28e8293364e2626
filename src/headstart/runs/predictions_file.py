"""``predictions.csv``: one row a sample, a column a class."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from headstart.runs.prediction import Prediction

_FIRST = ("input", "label", "predicted", "correct", "confidence", "reason")
_PROBABILITY = "p:"


def to_csv(predictions: Sequence[Prediction], classes: Sequence[str]) -> bytes:
    """UTF-8 text; what UTF-8 cannot hold (a lone surrogate) is escaped."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*_FIRST, *(_PROBABILITY + name for name in classes)])
    for row in predictions:
        first = (row.input, row.label, row.predicted, row.correct, row.confidence, row.reason)
        shares = [row.probabilities.get(name) for name in classes]
        writer.writerow([_cell(value) for value in (*first, *shares)])
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def from_csv(content: bytes) -> list[Prediction]:
    """Read what :func:`to_csv` wrote."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    return [_prediction(row) for row in rows]


def _prediction(row: dict[str, str]) -> Prediction:
    shares = {
        name.removeprefix(_PROBABILITY): float(value)
        for name, value in row.items()
        if name.startswith(_PROBABILITY) and value
    }
    return Prediction(
        input=row["input"],
        predicted=row["predicted"] or None,
        confidence=float(row["confidence"]) if row["confidence"] else None,
        probabilities=shares,
        label=row["label"] or None,
        reason=row["reason"] or None,
    )
