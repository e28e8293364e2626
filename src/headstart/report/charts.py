"""Where the marks of the small pictures go.

The pictures are SVG written into the page. A plotting library would cost seconds for its import and
its cache of fonts, and its pictures are fixed: SVG takes the page's colours, so it follows dark
mode and print, stays sharp, and its text can be read aloud. The positions are computed here as
plain numbers; the template draws them, so that its escaping covers every label.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

#: Side of the square that the calibration curve is drawn in, in SVG units.
SQUARE = 300
_LARGEST_RADIUS = 11.0
_SMALLEST_RADIUS = 3.5


def strip(
    value: float, low: float | None, high: float | None, scale: Sequence[float]
) -> dict[str, str]:
    """A point with whiskers as percentages of the width, so that it fits any screen.

    Examples
    --------
    >>> strip(0.9, 0.8, 1.0, (0.6, 1.0))
    {'value': '75.00%', 'low': '50.00%', 'high': '100.00%'}
    """
    places = {
        "value": value,
        "low": value if low is None else low,
        "high": value if high is None else high,
    }
    return {name: f"{100 * _along(place, scale):.2f}%" for name, place in places.items()}


def _along(value: float, scale: Sequence[float]) -> float:
    lowest, highest = scale
    return min(max((value - lowest) / (highest - lowest), 0.0), 1.0)


def lane_marks(lanes: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """A strip from 0 to 1 for each model."""
    cells = [lane["cell"] for lane in lanes]
    return [strip(cell["value"], cell["low"], cell["high"], (0.0, 1.0)) for cell in cells]


def stage_marks(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A strip for each stage on a scale that just holds them all, and the ends of that scale.

    The whiskers are one standard error to each side: the rule that picks a stage uses the same.
    """
    scale = _stage_scale(rows)
    return {
        "ends": [f"{100 * end:.0f}\u00a0%" for end in scale],
        "strips": [strip(*_whiskers(row), scale) for row in rows],
    }


def _whiskers(row: Mapping[str, Any]) -> tuple[float, float, float]:
    error = row["error"] or 0.0
    return row["accuracy"], row["accuracy"] - error, row["accuracy"] + error


def _stage_scale(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    lows, highs = zip(*(_whiskers(row)[1:] for row in rows), strict=True)
    # To whole steps of 5 %, so that the ends of the scale are numbers one can read.
    lowest = max(math.floor(20 * min(lows)) / 20, 0.0)
    highest = min(math.ceil(20 * max(highs)) / 20, 1.0)
    return (lowest, highest) if highest > lowest else (max(highest - 0.05, 0.0), highest or 0.05)


def calibration_marks(bins: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Circles whose area grows with the count, and the line that joins them."""
    most = max(row["count"] for row in bins)
    circles = [
        {
            "x": round(SQUARE * row["confidence"], 1),
            "y": round(SQUARE * (1 - row["accuracy"]), 1),
            "r": round(max(_SMALLEST_RADIUS, _LARGEST_RADIUS * math.sqrt(row["count"] / most)), 1),
            "count": row["count"],
        }
        for row in bins
    ]
    line = " ".join(f"{circle['x']},{circle['y']}" for circle in circles)
    ticks = [{"at": SQUARE * quarter / 4, "percent": 25 * quarter} for quarter in range(5)]
    return {"side": SQUARE, "circles": circles, "line": line, "ticks": ticks}
