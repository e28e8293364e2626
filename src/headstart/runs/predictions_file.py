"""``predictions.csv``: one row a sample."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from headstart.tasks.prediction import Prediction
from headstart.tasks.prediction_table import ESCAPED, PredictionTable


def to_csv(predictions: Sequence[Prediction], table: PredictionTable) -> bytes:
    """UTF-8 text; what UTF-8 cannot hold (a lone surrogate) is escaped.

    Numbers have all their digits, so that reading them back gives the same numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.columns)
    for prediction in predictions:
        writer.writerow([_cell(value) for value in table.row(prediction)])
    return text.getvalue().encode("utf-8", ESCAPED)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_csv(content: bytes, table: PredictionTable) -> list[Prediction]:
    """Read what :func:`to_csv` wrote with the same ``table``."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    return [table.read(row) for row in rows]
