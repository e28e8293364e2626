"""The test samples that the model found hardest."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from headstart.report.wording import amount

#: How many of them the page shows.
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
    labelled = [row for row in predictions if row.get("label") is not None]
    return sorted(labelled, key=_ease)[:count]


def _ease(prediction: Prediction) -> float:
    """Rises from the hardest to the easiest of one task."""
    if "error" in prediction:
        return -abs(float(prediction["error"]))
    return true_probability(prediction)


def true_probability(prediction: Prediction) -> float:
    """The probability of the true class, in [0, 1]; 0 for a class that the model does not know."""
    return float(prediction["probabilities"].get(prediction["label"], 0.0))


def hardest_cards(
    predictions: Sequence[Prediction], thumbnails: Mapping[str, bytes]
) -> list[dict[str, Any]]:
    """What the page says about each of the hardest, with its picture where there is one.

    Returns
    -------
    list of dict
        ``input``, ``label``, ``predicted`` (text) and ``picture`` (a data URI, or None); of a class
        ``correct``, ``confidence`` and ``true_probability``, of a number ``error`` (text).
    """
    return [
        {
            "input": row["input"],
            **(_number_card(row) if "error" in row else _class_card(row)),
            "picture": _data_uri(thumbnails.get(row["input"])),
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


def _data_uri(picture: bytes | None) -> str | None:
    if not picture:
        return None
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{b64encode(picture).decode('ascii')}"
