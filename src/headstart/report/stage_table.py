"""How well the head did on each stage, before one was chosen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from headstart.evidence import Decision, Evidence
from headstart.report.wording import PERCENT, Form, formed

#: The question of the decision that holds the stage scores.
STAGE_QUESTION = "which stages"


#: What was measured of each stage: its key, its name, and how it is written.
_MEASURES: tuple[tuple[str, str, Form], ...] = (
    ("cv_accuracy", "Accuracy", "percent"),
    ("cv_absolute_error", "Mean absolute error", "amount"),
)


def stage_table(evidence: Evidence) -> dict[str, Any] | None:
    """Every stage that was tried, in the order tried, with its cross-validated score.

    Returns
    -------
    dict or None
        ``answer``, ``reason``, ``measure``, ``form`` and ``rows`` (list of ``{"stages", "value",
        "error", "text", "error_text", "chosen"}``); None when no stage was scored.
    """
    decision = _decision(evidence)
    if decision is None:
        return None
    for key, name, form in _MEASURES:
        measured = [row for row in decision.measurements if _number(row, key) is not None]
        if measured:
            rows = [_row(row, key, form) for row in measured]
            common = {"answer": decision.answer, "reason": decision.reason}
            return {**common, "measure": name, "form": form, "rows": rows}
    return None


def chosen_value(stages: Mapping[str, Any] | None) -> float | None:
    """The cross-validated figure of the stage that was chosen."""
    rows = stages["rows"] if stages else []
    return next((row["value"] for row in rows if row["chosen"]), None)


def is_stage_decision(decision: Decision) -> bool:
    """Whether a decision holds the stage scores."""
    return decision.question.strip().rstrip("?").lower() == STAGE_QUESTION


def _decision(evidence: Evidence) -> Decision | None:
    return next((row for row in evidence.decisions if is_stage_decision(row)), None)


def _row(measured: Mapping[str, Any], key: str, form: Form) -> dict[str, Any]:
    value, error = float(measured[key]), _number(measured, "standard_error")
    return {
        "stages": str(measured.get("stages", "")),
        "value": value,
        "error": error,
        "text": formed(value, form),
        "error_text": "" if error is None else formed(error, form).removesuffix(PERCENT),
        "chosen": bool(measured.get("chosen", False)),
    }


def _number(measured: Mapping[str, Any], key: str) -> float | None:
    value = measured.get(key)
    return float(value) if value is not None and math.isfinite(value) else None
