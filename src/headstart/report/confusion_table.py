"""Which classes are taken for which."""

from __future__ import annotations

from typing import Any

from headstart.evaluation.result import Result

#: Steps of shading: 0 is none at all.
SHADES = 6
_MIXUPS_SHOWN = 5


def confusion_table(result: Result) -> dict[str, Any] | None:
    """Rows of true classes with counts, shading and the share recognised; None without a test.

    Returns
    -------
    dict or None
        ``classes``; ``rows`` (list of ``{"label", "cells", "right", "total"}``, a cell being
        ``{"count", "shade", "right"}``); ``mixups``, the most frequent mistakes first.
    """
    if not any(any(row) for row in result.confusion):
        return None
    rows = [_row(result, place) for place in range(len(result.confusion))]
    return {"classes": list(result.classes), "rows": rows, "mixups": _mixups(result)}


def shade(count: int, total: int) -> int:
    """The step of shading for a share of its row: 0 for none, at least 1 for any.

    Examples
    --------
    >>> shade(0, 9), shade(1, 900), shade(9, 9), shade(0, 0)
    (0, 1, 6, 0)
    """
    if count <= 0 or total <= 0:
        return 0
    return max(1, round(SHADES * count / total))


def _row(result: Result, place: int) -> dict[str, Any]:
    counts = [int(count) for count in result.confusion[place]]
    total = sum(counts)
    return {
        "label": result.classes[place],
        "right": counts[place],
        "total": total,
        "cells": [
            {"count": count, "shade": shade(count, total), "right": column == place}
            for column, count in enumerate(counts)
        ],
    }


def _mixups(result: Result) -> list[dict[str, Any]]:
    wrong: list[dict[str, Any]] = [
        {"true": result.classes[row], "predicted": result.classes[column], "count": int(count)}
        for row, counts in enumerate(result.confusion)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    return sorted(wrong, key=lambda mixup: -mixup["count"])[:_MIXUPS_SHOWN]
