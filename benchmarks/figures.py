"""Rows of a table: what was measured, what was required of it, and whether that was reached."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
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


def interval_row(what: str, figure: Mapping[str, float], unit: str = "") -> Row:
    """A figure of one run with the limits of its interval in the place of least and greatest."""
    return {
        "what": what,
        "value": round(figure["value"], 4),
        "unit": unit,
        "min": round(figure["low"], 4),
        "max": round(figure["high"], 4),
        "runs": 1,
        "required": None,
        "reached": None,
    }


def plain_row(
    what: str, value: Any, unit: str = "", required: str | None = None, reached: Any = None
) -> Row:
    """Something that was measured once, and whether it is as required, where anything is."""
    return {
        "what": what,
        "value": round(value, 4) if isinstance(value, float) else value,
        "unit": unit,
        "min": None,
        "max": None,
        "runs": 1,
        "required": required,
        "reached": None if reached is None else bool(reached),
    }


def truth_row(what: str, is_so: bool) -> Row:
    """Something that has to be so."""
    return {
        "what": what,
        "value": "yes" if is_so else "no",
        "unit": "",
        "min": None,
        "max": None,
        "runs": 1,
        "required": "yes",
        "reached": is_so,
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
