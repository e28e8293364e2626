"""How well the head did on each stage, before one was chosen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from headstart.evidence import Decision, Evidence

#: The question of the decision that holds the stage scores.
STAGE_QUESTION = "which stages"


def stage_table(evidence: Evidence) -> dict[str, Any] | None:
    """Every stage that was tried, in the order tried, with its cross-validated score.

    Returns
    -------
    dict or None
        ``answer``, ``reason`` and ``rows`` (list of ``{"stages", "accuracy", "error", "log_loss",
        "chosen"}``); None when no stage was scored.
    """
    decision = _decision(evidence)
    if decision is None:
        return None
    rows = [_row(row) for row in decision.measurements if _number(row, "cv_accuracy") is not None]
    return {"answer": decision.answer, "reason": decision.reason, "rows": rows} if rows else None


def chosen_accuracy(stages: Mapping[str, Any] | None) -> float | None:
    """The cross-validated accuracy of the stage that was chosen, in [0, 1]."""
    rows = stages["rows"] if stages else []
    return next((row["accuracy"] for row in rows if row["chosen"]), None)


def is_stage_decision(decision: Decision) -> bool:
    """Whether a decision holds the stage scores."""
    return decision.question.strip().rstrip("?").lower() == STAGE_QUESTION


def _decision(evidence: Evidence) -> Decision | None:
    return next((row for row in evidence.decisions if is_stage_decision(row)), None)


def _row(measured: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stages": str(measured.get("stages", "")),
        "accuracy": _number(measured, "cv_accuracy"),
        "error": _number(measured, "standard_error"),
        "log_loss": _number(measured, "cv_log_loss"),
        "chosen": bool(measured.get("chosen", False)),
    }


def _number(measured: Mapping[str, Any], key: str) -> float | None:
    value = measured.get(key)
    return float(value) if value is not None and math.isfinite(value) else None
