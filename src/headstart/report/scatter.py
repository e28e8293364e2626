"""Predicted against true numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

#: A page with more circles would be slow to draw and no clearer.
MOST = 1000


def scatter(predictions: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """A point for each test sample whose number is known, or for 1,000 of them by rising number.

    Returns
    -------
    dict or None
        ``points`` (list of ``{"true", "predicted"}``) and ``left_out`` (how many are not shown);
        None where nothing was predicted as a number.

    Examples
    --------
    >>> scatter([{"label": 1.0, "predicted": 1.5, "error": 0.5}])
    {'points': [{'true': 1.0, 'predicted': 1.5}], 'left_out': 0}
    """
    known = [row for row in predictions if row.get("error") is not None]
    known = [row for row in known if math.isfinite(row["error"])]
    if not known:
        return None
    ordered = sorted(known, key=lambda row: (row["label"], row["predicted"]))
    step = max(len(ordered) / MOST, 1.0)
    shown = [ordered[int(place * step)] for place in range(min(len(ordered), MOST))]
    points = [{"true": float(row["label"]), "predicted": float(row["predicted"])} for row in shown]
    return {"points": points, "left_out": len(known) - len(points)}
