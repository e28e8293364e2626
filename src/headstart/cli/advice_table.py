"""Advice as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from headstart.cli.columns import aligned
from headstart.evidence import Decision
from headstart.fitting.advising import Advice
from headstart.report.wording import counted, duration, noun
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.regression import RegressionTask

#: Column of the ranking to its heading.
_HEADINGS = {
    "standing": "standing",
    "prior": "prior",
    "evidence": "evidence",
    "score": "",
    "knn": "k-NN",
    "logme": "LogME",
    "h_score": "H-score",
    "samples": "samples",
}
#: What the mean merit of held-out samples is called, by the name of the task.
_MERITS = {ClassificationTask.name: "accuracy", RegressionTask.name: "-error"}
_BAR = 30


def advice_lines(advice: Advice) -> Iterator[str]:
    """Line by line: the ranking, then an answer a question, each with its reason."""
    sources = len(advice.ranking.ranked)
    compared = "1 source" if sources == 1 else f"{sources} sources compared"
    yield f"{counted(advice.n_samples, advice.modality)}, {compared}; nothing was trained"
    yield ""
    yield from _ranking(advice)
    for name, reason in advice.ranking.refused.items():
        yield f"  refused: {name}: {reason}"
    yield from _curve(advice)
    yield ""
    for decision in advice.evidence.decisions:
        yield f"{_asked(decision)} {decision.answer}. {decision.reason}"
    yield from (f"Note: {note}" for note in advice.notes)
    for row in advice.quarantined:
        yield f"Set aside: {row['input']}: {row['reason']}"
    yield f"Took {duration(sum(advice.seconds.values()))}."


def _asked(decision: Decision) -> str:
    question = decision.question[:1].upper() + decision.question[1:]
    return f"{question}?"


def _ranking(advice: Advice) -> Iterator[str]:
    rows = [dict(row) for row in advice.ranking.decision().measurements]
    merit = _MERITS[advice.task]
    columns = [name for name in _HEADINGS if any(name in row for row in rows)]
    head = ["source", *(_HEADINGS[name] or merit for name in columns)]
    lines = [[str(row["source"]), *(_cell(row, name) for name in columns)] for row in rows]
    without = {"score": advice.gain.without_transfer}
    lines.append([advice.gain.rival, *(_cell(without, name) for name in columns)])
    yield from aligned([head, *lines])
    held_out = f"{noun(advice.modality)} held out in turn (cross-validation)"
    yield f"  {merit}, k-NN: of {held_out}, not of a test set"


def _cell(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return "-"
    return f"{value:,}" if name == "samples" else f"{value:z.3f}"


def _curve(advice: Advice) -> Iterator[str]:
    """The probe's figure for every stage of the best source."""
    evidence = advice.ranking.best.evidence
    highest = max(abs(one.merit) for one in evidence.stages) or 1.0
    yield ""
    yield f"What a linear model reads at each stage of {evidence.source} ({_MERITS[advice.task]})"
    width = max(len(one.stage) for one in evidence.stages)
    for one in evidence.stages:
        bar = "#" * round(_BAR * abs(one.merit) / highest)
        mark = " <- best" if one is evidence.best else ""
        yield f"  {one.stage:{width}}  {one.merit:6.3f}  {bar}{mark}"
