"""Answers of a model with several targets as a table: ``predictions.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from headstart.runs.several_targets import SeveralModel, TargetAnswers
from headstart.tasks.prediction import Prediction
from headstart.tasks.prediction_table import ESCAPED


def answers_to_csv(model: SeveralModel, rows: Sequence[TargetAnswers]) -> bytes:
    """A column a target, one for how sure, one for what is right, and one for each class.

    ``TARGET`` holds the answer (labels with ``;`` between them, a lone ``;`` for none of them),
    ``TARGET:probability`` how sure, ``TARGET:label`` what is right where it is known, and
    ``TARGET:p:CLASS`` the probability of a class.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([name for name, _, _ in _columns(model)])
    for row in rows:
        writer.writerow([_cell(row, target, what) for _, target, what in _columns(model)])
    return text.getvalue().encode("utf-8", ESCAPED)


def _columns(model: SeveralModel) -> Iterator[tuple[str, str, str]]:
    """Name of a column, its target, and what stands in it."""
    yield "input", "", "input"
    yield "reason", "", "reason"
    for name, one in model.models.items():
        yield name, name, "predicted"
        if one.task.gives_probabilities:
            yield f"{name}:probability", name, "confidence"
        yield f"{name}:label", name, "label"
    for name, one in model.models.items():
        for label in one.task.class_names:
            yield f"{name}:p:{label}", name, f"p:{label}"


def _cell(row: TargetAnswers, target: str, what: str) -> object:
    if not target:
        value = getattr(row, what)
    elif target not in row.answers:
        return ""
    elif what.startswith("p:"):
        value = row.answers[target].probabilities.get(what.removeprefix("p:"))
    else:
        value = getattr(row.answers[target], what)
    return "" if value is None else value


def answers_from_csv(model: SeveralModel, content: bytes) -> list[TargetAnswers]:
    """Read what :func:`answers_to_csv` wrote."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    return [_read_row(model, row) for row in rows]


def _read_row(model: SeveralModel, row: Mapping[str, str]) -> TargetAnswers:
    answers: dict[str, Prediction] = {}
    for name, one in model.models.items():
        said, label = row[name], row[f"{name}:label"]
        if not said:
            continue
        if not one.task.gives_probabilities:
            known = float(label) if label else None
            answers[name] = Prediction(row["input"], float(said), label=known)
            continue
        shares = {label: float(row[f"{name}:p:{label}"]) for label in one.task.class_names}
        sure = float(row[f"{name}:probability"])
        answers[name] = Prediction(row["input"], said, sure, shares, label or None)
    return TargetAnswers(row["input"], answers, row["reason"] or None)
