"""``predictions.csv``: one row a sample, a column a class."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from headstart.runs.prediction import Prediction

_FIRST = ("input", "label", "predicted", "correct", "confidence", "reason")
_PROBABILITY = "p:"
_ESCAPED = "backslashreplace"


def to_csv(predictions: Sequence[Prediction], classes: Sequence[str]) -> bytes:
    """UTF-8 text; what UTF-8 cannot hold (a lone surrogate) is escaped.

    Numbers have all their digits, so that reading them back gives the same numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*_FIRST, *(_PROBABILITY + name for name in classes)])
    for row in predictions:
        first = (row.input, row.label, row.predicted, row.correct, row.confidence, row.reason)
        shares = [row.probabilities.get(name) for name in classes]
        writer.writerow([_cell(value) for value in (*first, *shares)])
    return text.getvalue().encode("utf-8", _ESCAPED)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_csv(content: bytes, classes: Sequence[str]) -> list[Prediction]:
    """Read what :func:`to_csv` wrote with the same ``classes``."""
    names = {name.encode("utf-8", _ESCAPED).decode("utf-8"): name for name in classes}
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    return [_prediction(row, names) for row in rows]


def _prediction(row: Mapping[str, str], names: Mapping[str, str]) -> Prediction:
    shares = {name: row[_PROBABILITY + written] for written, name in names.items()}
    return Prediction(
        input=row["input"],
        predicted=names.get(row["predicted"]),
        confidence=float(row["confidence"]) if row["confidence"] else None,
        probabilities={name: float(share) for name, share in shares.items() if share},
        label=names.get(row["label"], row["label"] or None),
        reason=row["reason"] or None,
    )
