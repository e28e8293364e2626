"""Whether the stated confidence can be believed."""

from __future__ import annotations

import math
from typing import Any

from headstart.evaluation.result import Result
from headstart.report.wording import of_hundred

_GOOD_GAP = 0.05


def calibration_table(result: Result) -> dict[str, Any] | None:
    """The filled bins of the reliability curve and one sentence about them; None without any.

    Returns
    -------
    dict or None
        ``bins`` (list of ``{"confidence", "accuracy", "count"}``) and ``sentence``.
    """
    bins = [
        {
            "confidence": float(row["confidence"]),
            "accuracy": float(row["accuracy"]),
            "count": int(row["count"]),
        }
        for row in result.calibration
        if row["count"] > 0 and math.isfinite(row["confidence"]) and math.isfinite(row["accuracy"])
    ]
    return {"bins": bins, "sentence": _sentence(bins)} if bins else None


def _sentence(bins: list[dict[str, Any]]) -> str:
    total = sum(row["count"] for row in bins)
    stated = sum(row["confidence"] * row["count"] for row in bins) / total
    right = sum(row["accuracy"] * row["count"] for row in bins) / total
    claim, truth = f"{of_hundred(stated)}\u00a0%", f"{of_hundred(right)}\u00a0%"
    means = f"On average it claims {claim} and is right {truth} of the time"
    if abs(stated - right) < _GOOD_GAP:
        return f"{means}: on the whole it says what it knows."
    if stated > right:
        return f"{means}: it is too sure of itself, so discount what it claims."
    return f"{means}: it is better than it says."
