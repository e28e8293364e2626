"""How the model was made: source, plan, and the decisions with their measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from headstart.evaluation.result import Result
from headstart.evidence import Decision, Evidence

_MODES = {
    "frozen": "kept as they came",
    "adapter": "kept, with a small trained addition",
    "train": "trained further",
}
_INITS = {"pretrained": "pretrained", "random": "random weights"}


def method(result: Result, evidence: Evidence) -> dict[str, Any]:
    """The source, the plan in words, and each decision with its rows of measurements.

    Returns
    -------
    dict
        ``source``; ``stages`` (list of ``{"names", "words"}``: neighbours that are treated alike);
        ``head`` (names of the stages that it reads); ``inverse_penalty``; ``decisions``.
    """
    head = result.plan.get("head") or {}
    return {
        "source": result.source,
        "stages": _runs_of_stages(result.plan.get("stages") or ()),
        "head": list(head.get("stages") or ()),
        "inverse_penalty": head.get("inverse_penalty"),
        "decisions": [_decision(row) for row in evidence.decisions],
    }


def _runs_of_stages(stages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"names": [str(stage["name"]) for stage in run], "words": words}
        for words, run in groupby(stages, key=_words)
    ]


def _words(stage: Mapping[str, Any]) -> str:
    init, mode = stage.get("init", "pretrained"), stage.get("mode", "frozen")
    words = f"{_INITS.get(init, init)}, {_MODES.get(mode, mode)}"
    scale = stage.get("lr_scale", 1.0)
    return words if mode == "frozen" or scale == 1 else f"{words}, learning rate times {scale:g}"


def _decision(decision: Decision) -> dict[str, Any]:
    columns = list(dict.fromkeys(key for row in decision.measurements for key in row))
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
