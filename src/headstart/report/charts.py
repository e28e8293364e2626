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

from headstart.report.wording import PERCENT, Form, amount

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


def lane_marks(lanes: Sequence[Mapping[str, Any]], scale: Sequence[float]) -> list[dict[str, str]]:
    """A strip for each model on one scale."""
    cells = [lane["cell"] for lane in lanes]
    return [strip(cell["value"], cell["low"], cell["high"], scale) for cell in cells]


def stage_marks(rows: Sequence[Mapping[str, Any]], form: Form) -> dict[str, Any]:
    """A strip for each stage on a scale that just holds them all, and the ends of that scale.

    The whiskers are one standard error to each side: the rule that picks a stage uses the same.
    """
    scale = _share_scale(rows) if form == "percent" else _amount_scale(rows)
    return {
        "ends": [_end(end, form) for end in scale],
        "strips": [strip(*_whiskers(row), scale) for row in rows],
    }


def _end(value: float, form: Form) -> str:
    return f"{100 * value:.0f}{PERCENT}" if form == "percent" else amount(value)


def _whiskers(row: Mapping[str, Any]) -> tuple[float, float, float]:
    error = row["error"] or 0.0
    return row["value"], row["value"] - error, row["value"] + error


def _share_scale(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    lows, highs = zip(*(_whiskers(row)[1:] for row in rows), strict=True)
    # To whole steps of 5 %, so that the ends of the scale are numbers one can read.
    lowest = max(math.floor(20 * min(lows)) / 20, 0.0)
    highest = min(math.ceil(20 * max(highs)) / 20, 1.0)
    return (lowest, highest) if highest > lowest else (max(highest - 0.05, 0.0), highest or 0.05)


def _amount_scale(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """From no error, so that lengths can be compared."""
    return 0.0, max(_whiskers(row)[2] for row in rows) or 1.0


def scatter_marks(points: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Predicted against true numbers in a square with one scale for both, and its ticks."""
    values = [point[key] for point in points for key in ("true", "predicted")]
    scale = _padded(min(values), max(values))
    circles = [
        {
            "x": round(SQUARE * _along(point["true"], scale), 1),
            "y": round(SQUARE * (1 - _along(point["predicted"], scale)), 1),
        }
        for point in points
    ]
    ticks = [
        {"at": round(SQUARE * _along(tick, scale), 1), "text": amount(tick)}
        for tick in round_ticks(*scale)
    ]
    return {"side": SQUARE, "circles": circles, "ticks": ticks}


def _padded(lowest: float, highest: float) -> tuple[float, float]:
    margin = 0.04 * (highest - lowest) or 0.1 * abs(highest) or 1.0
    return lowest - margin, highest + margin


def round_ticks(lowest: float, highest: float) -> list[float]:
    """Round numbers between the ends, about four.

    Examples
    --------
    >>> round_ticks(-0.3, 11.8), round_ticks(1000.0, 1003.0)
    ([0.0, 5.0, 10.0], [1000.0, 1001.0, 1002.0, 1003.0])
    """
    rough = (highest - lowest) / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(factor for factor in (1, 2, 5, 10) if factor * unit >= rough)
    first, last = math.ceil(lowest / step), math.floor(highest / step)
    return [place * step for place in range(first, last + 1)]


def loss_marks(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Losses upwards, epochs to the right: a line for each kind, circles where weights were kept.

    Parameters
    ----------
    rows : sequence of mapping
        ``epoch``, ``train`` and ``valid`` (a loss or None), ``chosen``.
    """
    last = max(max(row["epoch"] for row in rows), 1)
    known = [row[kind] for row in rows for kind in ("train", "valid") if row[kind] is not None]
    highest = 1.04 * max(known) or 1.0
    lines = {kind: _loss_points(rows, kind, (last, highest)) for kind in ("train", "valid")}
    kind = "valid" if lines["valid"] else "train"
    kept = _loss_points([row for row in rows if row["chosen"]], kind, (last, highest))
    return {
        "side": SQUARE,
        "lines": {name: " ".join(f"{x},{y}" for x, y in points) for name, points in lines.items()},
        "kept": [{"x": x, "y": y} for x, y in kept],
        "epochs": [
            {"at": round(SQUARE * epoch / last, 1), "text": f"{epoch:.0f}"}
            for epoch in round_ticks(0, last)
            if epoch == round(epoch)
        ],
        "losses": [
            {"at": round(SQUARE * loss / highest, 1), "text": amount(loss)}
            for loss in round_ticks(0, highest)
        ],
    }


def _loss_points(
    rows: Sequence[Mapping[str, Any]], kind: str, ends: tuple[int, float]
) -> list[tuple[float, float]]:
    last, highest = ends
    return [
        (round(SQUARE * row["epoch"] / last, 1), round(SQUARE * (1 - row[kind] / highest), 1))
        for row in rows
        if row[kind] is not None
    ]


def curve_marks(contents: Mapping[str, Any]) -> dict[str, Any]:
    """The figure upwards, labels to the right on a scale that doubles at equal steps."""
    lines = [*contents["lines"], {"name": "expected", "rows": contents["expected"]}]
    rows = [row for line in lines for row in line["rows"]]
    scale = _padded(min(row["low"] for row in rows), max(row["high"] for row in rows))
    ends = (min(row["labels"] for row in rows), max(row["labels"] for row in rows))
    form: Form = contents["form"]
    return {
        "side": SQUARE,
        "lines": [_curve_line(line, scale, ends) for line in lines],
        "labels": [{"at": _right(count, ends), "text": f"{count:,}"} for count in _doubling(*ends)],
        "figures": [
            {"at": round(SQUARE * _along(tick, scale), 1), "text": _end(tick, form)}
            for tick in round_ticks(*scale)
        ],
    }


def _curve_line(
    line: Mapping[str, Any], scale: Sequence[float], ends: tuple[int, int]
) -> dict[str, Any]:
    def up(value: float) -> float:
        return round(SQUARE * (1 - _along(value, scale)), 1)

    keys = ("value", "low", "high")
    points = [
        {"x": _right(row["labels"], ends), **{key: up(row[key]) for key in keys}}
        for row in line["rows"]
    ]
    path = " ".join(f"{point['x']},{point['value']}" for point in points)
    return {"name": line["name"], "points": points, "path": path}


def _right(labels: int, ends: tuple[int, int]) -> float:
    first, last = (math.log(end) for end in ends)
    share = (math.log(labels) - first) / (last - first) if last > first else 0.5
    return round(SQUARE * share, 1)


def _doubling(first: int, last: int) -> list[int]:
    """About five numbers of labels between the ends, each so many times the one before.

    Examples
    --------
    >>> _doubling(8, 128), _doubling(5, 5)
    ([8, 16, 32, 64, 128], [5])
    """
    doublings = math.log2(last / first)
    step = max(1, math.ceil(doublings / 5))
    return [first * 2**power for power in range(0, math.floor(doublings) + 1, step)]


def map_marks(contents: Mapping[str, Any]) -> dict[str, Any]:
    """A mark for each sample: its place, its shape by group and what it is."""
    points = [
        {
            "x": round(SQUARE * point["x"], 1),
            "y": round(SQUARE * (1 - point["y"]), 1),
            "group": point["group"],
            "title": point["title"],
        }
        for point in contents["points"]
    ]
    return {"side": SQUARE, "points": points}


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
