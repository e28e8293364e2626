"""The test samples that the model found hardest."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

#: How many of them the page shows.
HARDEST_SHOWN = 12

Prediction = Mapping[str, Any]


def hardest_predictions(
    predictions: Sequence[Prediction], count: int = HARDEST_SHOWN
) -> list[Prediction]:
    """The predictions that give their true class the lowest probability, lowest first.

    A true class that the model does not know counts as probability 0; predictions without a label
    are left out, since nobody knows how hard they were.

    Examples
    --------
    >>> rows = [{"label": "a", "probabilities": {"a": p}} for p in (0.9, 0.2)]
    >>> hardest_predictions(rows, 1)[0]["probabilities"]
    {'a': 0.2}
    """
    labelled = [row for row in predictions if row.get("label") is not None]
    return sorted(labelled, key=true_probability)[:count]


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
        ``input``, ``label``, ``predicted``, ``correct``, ``confidence``, ``true_probability`` and
        ``picture`` (a data URI, or None).
    """
    return [
        {
            "input": row["input"],
            "label": row["label"],
            "predicted": row["predicted"],
            "correct": bool(row["correct"]),
            "confidence": float(row["confidence"]),
            "true_probability": true_probability(row),
            "picture": _data_uri(thumbnails.get(row["input"])),
        }
        for row in hardest_predictions(predictions)
    ]


def _data_uri(picture: bytes | None) -> str | None:
    if not picture:
        return None
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{b64encode(picture).decode('ascii')}"
