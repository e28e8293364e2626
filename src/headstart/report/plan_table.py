"""The plans that were tried: how well each did on samples held back, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headstart.evidence import Evidence
from headstart.report.wording import Form, duration, formed

_KEYS = {"plan", "score", "seconds", "chosen"}


def plan_table(evidence: Evidence) -> dict[str, Any] | None:
    """Plans in the order in which they were tried.

    Returns
    -------
    dict or None
        ``answer``, ``reason`` and ``rows`` (list of ``{"plan", "value", "text",
        "seconds", "length", "chosen", "happened"}``; ``value`` None where a plan was broken off,
        ``length`` its share of the longest time); None where no plans were tried.
    """
    for decision in evidence.decisions:
        rows = [row for row in decision.measurements if row.keys() >= _KEYS]
        if rows:
            form = _form(rows)
            longest = max(float(row["seconds"] or 0.0) for row in rows) or 1.0
            shown = [_row(row, form, longest) for row in rows]
            return {"answer": decision.answer, "reason": decision.reason, "rows": shown}
    return None


def _form(rows: Sequence[Mapping[str, Any]]) -> Form:
    return "percent" if all((row["score"] or 0.0) >= 0 for row in rows) else "amount"


def _row(row: Mapping[str, Any], form: Form, longest: float) -> dict[str, Any]:
    score = None if row["score"] is None else abs(float(row["score"]))
    seconds = float(row["seconds"] or 0.0)
    return {
        "plan": str(row["plan"]),
        "value": score,
        "text": "" if score is None else formed(score, form),
        "seconds": duration(seconds) if seconds else "",
        "length": seconds / longest,
        "chosen": bool(row["chosen"]),
        "happened": str(row.get("what_happened") or ""),
    }
