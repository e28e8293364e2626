"""What the page says about the test samples that the model found hardest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headstart.evaluation.hardest import Prediction, hardest_predictions, true_probability
from headstart.report.exhibits import Exhibits
from headstart.report.wording import amount


def hardest_cards(predictions: Sequence[Prediction], exhibits: Exhibits) -> list[dict[str, Any]]:
    """A card for each of the hardest, with what can be shown of it.

    Returns
    -------
    list of dict
        ``input``, ``label``, ``predicted`` (text); of a class ``correct``, ``confidence`` and
        ``true_probability``, of a number ``error`` (text); and what
        :meth:`~headstart.report.exhibits.Exhibits.card` gives.
    """
    return [
        {
            "input": row["input"],
            **(_number_card(row) if "error" in row else _class_card(row)),
            **exhibits.card(row["input"]),
        }
        for row in hardest_predictions(predictions)
    ]


def _class_card(row: Prediction) -> dict[str, Any]:
    return {
        "label": row["label"],
        "predicted": row["predicted"],
        "error": None,
        "correct": bool(row["correct"]),
        "confidence": float(row["confidence"]),
        "true_probability": true_probability(row),
    }


def _number_card(row: Prediction) -> dict[str, Any]:
    error = float(row["error"])
    return {
        "label": amount(row["label"]),
        "predicted": amount(row["predicted"]),
        "error": f"{amount(abs(error))} too {'high' if error > 0 else 'low'}",
    }
