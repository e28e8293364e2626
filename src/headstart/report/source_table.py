"""The sources that were compared, with how well each of their stages did: a heat map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headstart.evidence import Evidence
from headstart.report.wording import Form, formed

#: Key of the scores of a source's stages, from the first to the last.
STAGE_SCORES = "stage_scores"
#: Strengths of a colour.
_SHADES = 6


def source_table(evidence: Evidence) -> dict[str, Any] | None:
    """Sources from the best to the last, and a shaded cell for each of their stages.

    Returns
    -------
    dict or None
        ``answer``, ``reason``, ``most`` (stages of the longest) and ``rows`` (list of ``{"source",
        "text", "chosen", "cells"}``, a cell being ``{"text", "shade"}`` with shades from 1 to 6,
        the best darkest); None where no sources were compared.
    """
    for decision in evidence.decisions:
        rows = [row for row in decision.measurements if row.get(STAGE_SCORES)]
        if rows:
            scores = [score for row in rows for score in row[STAGE_SCORES]]
            ends, form = (min(scores), max(scores)), _form(scores)
            shown = [_row(row, ends, form) for row in rows]
            return {
                "answer": decision.answer,
                "reason": decision.reason,
                "most": max(len(row["cells"]) for row in shown),
                "rows": shown,
            }
    return None


def _form(scores: Sequence[float]) -> Form:
    """Accuracies are shares; errors of numbers count downwards from 0."""
    return "percent" if min(scores) >= 0 else "amount"


def _row(row: Mapping[str, Any], ends: tuple[float, float], form: Form) -> dict[str, Any]:
    cells = [
        {"text": formed(abs(score), form), "shade": _shade(score, ends)}
        for score in row[STAGE_SCORES]
    ]
    return {
        "source": str(row["source"]),
        "text": formed(abs(float(row["score"])), form),
        "chosen": bool(row.get("chosen")),
        "cells": cells,
    }


def _shade(score: float, ends: tuple[float, float]) -> int:
    """From 1 to 6.

    Examples
    --------
    >>> [_shade(score, (0.5, 1.0)) for score in (0.5, 0.75, 1.0)], _shade(0.5, (0.5, 0.5))
    ([1, 4, 6], 1)
    """
    lowest, highest = ends
    if highest <= lowest:
        return 1
    return min(int(_SHADES * (score - lowest) / (highest - lowest)), _SHADES - 1) + 1
