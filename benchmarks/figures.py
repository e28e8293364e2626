"""Rows of a table: what was measured, what was required of it, and whether that was reached."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

#: All rows have the same keys, which are the columns.
Row = dict[str, Any]


def seconds_row(what: str, seconds: Sequence[float], at_most: float | None = None) -> Row:
    """Median, least and greatest of some repetitions; the median has to keep to the limit."""
    middle = statistics.median(seconds)
    return {
        "what": what,
        "value": round(middle, 3),
        "unit": "s",
        "min": round(min(seconds), 3),
        "max": round(max(seconds), 3),
        "runs": len(seconds),
        "required": None if at_most is None else f"<= {at_most:g}",
        "reached": None if at_most is None else middle <= at_most,
    }


def figure_row(
    what: str, values: Sequence[float], unit: str = "", at_least: float | None = None
) -> Row:
    """A figure of which the least of all repetitions has to reach the bound."""
    least = min(values)
    return {
        "what": what,
        "value": round(statistics.median(values), 4),
        "unit": unit,
        "min": round(least, 4),
        "max": round(max(values), 4),
        "runs": len(values),
        "required": None if at_least is None else f">= {at_least:g}",
        "reached": None if at_least is None else least >= at_least,
    }


def none_row(what: str, found: Sequence[str]) -> Row:
    """Names of which there should be none."""
    return {
        "what": what,
        "value": ", ".join(found) or "none",
        "unit": "",
        "min": None,
        "max": None,
        "runs": 1,
        "required": "none",
        "reached": not found,
    }
