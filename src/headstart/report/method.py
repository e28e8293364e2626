"""How the model was made: source, plan, and the decisions with their measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headstart.evaluation.result import Result
from headstart.evidence import Decision, Evidence
from headstart.report.plan_words import has_network, runs_of_stages, training_facts, uses_source
from headstart.report.source_table import STAGE_SCORES

_LEARNED = "what it starts from, learned earlier and elsewhere"
_RULES = "no network: features that are computed by a rule, without anything learned elsewhere"
_SHAPE = "whose architecture it has; nothing of what the source learned is in it"


def method(result: Result, evidence: Evidence) -> dict[str, Any]:
    """The source, the plan in words, and each decision with its rows of measurements.

    Returns
    -------
    dict
        ``source`` and ``source_words``; ``stages`` (list of ``{"names", "words"}``: neighbours that
        are treated alike); ``training`` (list of ``{"name", "value"}``, empty where no stage was
        trained); ``head`` (names of the stages that it reads); ``inverse_penalty``; ``decisions``.
    """
    head = result.plan.get("head") or {}
    return {
        "source": result.source,
        "source_words": _source_words(result.plan),
        "stages": runs_of_stages(result.plan),
        "training": training_facts(result.plan),
        "head": list(head.get("stages") or ()),
        "inverse_penalty": head.get("inverse_penalty"),
        "decisions": [_decision(row) for row in evidence.decisions],
    }


def _source_words(plan: Mapping[str, Any]) -> str:
    if uses_source(plan):
        return _LEARNED
    return _SHAPE if has_network(plan) else _RULES


def _decision(decision: Decision) -> dict[str, Any]:
    keys = dict.fromkeys(key for row in decision.measurements for key in row)
    columns = [key for key in keys if key != STAGE_SCORES]  # they have a picture of their own
    return {
        "question": decision.question,
        "answer": decision.answer,
        "reason": decision.reason,
        "columns": [column.replace("_", " ") for column in columns],
        "rows": [[_shown(row.get(column)) for column in columns] for row in decision.measurements],
    }


def _shown(value: Any) -> str:
    if value is None:
        return "\N{EN DASH}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
