"""The figures of the model beside those of the models without transfer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.report.plan_words import uses_source
from headstart.report.sayings import SAYINGS
from headstart.report.wording import PERCENT, Form, baseline_meaning, formed

#: What the model of the run is called beside the baselines.
MODEL_NAME = "Your model"


@dataclass(frozen=True)
class _Metric:
    title: str
    meaning: str
    form: Form


_METRICS = {
    "accuracy": _Metric(
        "Accuracy",
        "The share that got the right label. Higher is better; 100\u00a0% is perfect.",
        "percent",
    ),
    "macro_f1": _Metric(
        "Macro F1",
        "Like accuracy, but every class counts the same, however rare it is. Higher is better.",
        "percent",
    ),
    "auroc": _Metric(
        "AUROC",
        "How well it ranks: 1 means that what belongs to a class always gets more probability "
        "for it than what does not. 0.5 is guessing.",
        "plain",
    ),
    "log_loss": _Metric(
        "Log loss",
        "How much the truth surprises it; being sure and wrong costs the most. "
        "Lower is better; 0 is perfect.",
        "plain",
    ),
    "calibration_error": _Metric(
        "Calibration error",
        "How far its stated confidence is from how often it is right, on average. "
        "Lower is better; 0\u00a0% is perfect.",
        "percent",
    ),
    "ap": _Metric(
        "AP",
        "Average precision as COCO has it: the mean over overlaps of 50\u00a0% to 95\u00a0%, so "
        "that boxes have to fit closely. Higher is better; 100\u00a0% is perfect.",
        "percent",
    ),
    "ap50": _Metric(
        "AP50",
        "Average precision where a box counts as found from an overlap of 50\u00a0% on: whether "
        "things are found, and what is found is there. Higher is better.",
        "percent",
    ),
    "ap75": _Metric(
        "AP75",
        "The same from an overlap of 75\u00a0% on.",
        "percent",
    ),
    "mean_iou": _Metric(
        "Mean IoU",
        "The area that answer and truth share, out of the area that either covers, on average. "
        "Higher is better; 100\u00a0% is perfect.",
        "percent",
    ),
    "share_iou50": _Metric(
        "Found",
        "The share of pictures whose box overlaps the true one by 50\u00a0% or more.",
        "percent",
    ),
    "pixel_accuracy": _Metric(
        "Pixel accuracy",
        "The share of pixels that got the right class; large classes count most.",
        "percent",
    ),
    "r2": _Metric(
        "R²",
        "The share of the spread of the true numbers that it accounts for. 1 is perfect; 0 is no "
        "better than always answering their mean.",
        "plain",
    ),
    "mean_absolute_error": _Metric(
        "Mean absolute error",
        "How far it is off on average, in the unit of your numbers. Lower is better; 0 is perfect.",
        "amount",
    ),
    "root_mean_squared_error": _Metric(
        "Root mean squared error",
        "The same, but large errors count more. Lower is better; 0 is perfect.",
        "amount",
    ),
}


def metric_title(name: str) -> str:
    """What the report calls a metric.

    Examples
    --------
    >>> metric_title("mean_iou"), metric_title("odd_one")
    ('Mean IoU', 'Odd one')
    """
    return _metric(name).title


def _metric(name: str) -> _Metric:
    return _METRICS.get(name, _Metric(name.replace("_", " ").capitalize(), "", "plain"))


def score_table(result: Result) -> dict[str, Any]:
    """Rows of metrics, columns of models, each cell with value and interval.

    Returns
    -------
    dict
        ``models`` (names) and ``rows`` (list of ``{"metric", "title", "meaning", "cells"}``; a
        cell is None where the model has no such figure).
    """
    columns = [result.test, *(other.test for other in result.others)]
    order = [name for name in _METRICS if name in result.test]
    order += [name for name in result.test if name not in _METRICS]
    names = [MODEL_NAME, *(other.name for other in result.others)]
    return {"models": names, "rows": [_row(name, columns) for name in order]}


def lanes(result: Result) -> list[dict[str, Any]]:
    """The main figure of every model, for the picture at the top of the page."""
    metric = SAYINGS[result.task].metric
    form = _METRICS[metric].form
    models = [(MODEL_NAME, result.test), *((row.name, row.test) for row in result.others)]
    own = own_meaning(result)
    return [
        {
            "name": name,
            "meaning": baseline_meaning(name) if place else own,
            "is_model": place == 0,
            "cell": cell,
        }
        for place, (name, test) in enumerate(models)
        if (cell := figure_cell(test.get(metric), form)) is not None
    ]


def own_meaning(result: Result) -> str:
    """What the model of the run does, for somebody who does not know the words."""
    if result.fallback is not None:
        return baseline_meaning(result.fallback)
    return "starts from the source" if uses_source(result.plan) else "nothing was transferred"


def _row(name: str, columns: list[Mapping[str, Figure]]) -> dict[str, Any]:
    metric = _metric(name)
    cells = [figure_cell(column.get(name), metric.form) for column in columns]
    return {"metric": name, "title": metric.title, "meaning": metric.meaning, "cells": cells}


def lane_axis(result: Result, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The scale of the picture at the top: ``scale``, ``ends``, ``words`` and ``label``."""
    says = SAYINGS[result.task]
    scale, ends = says.ends([row["cell"] for row in rows])
    return {"scale": scale, "ends": ends, "words": says.axis, "label": says.lanes_label}


def figure_cell(figure: Figure | None, form: Form) -> dict[str, Any] | None:
    r"""Value and interval as numbers and as text; None where there is no finite value.

    Examples
    --------
    >>> figure_cell(Figure(0.941, 0.89, 0.97), "percent")["interval"]
    '89.0 to 97.0\xa0%'
    """
    if figure is None or not math.isfinite(figure.value):
        return None
    cell = {"value": float(figure.value), "low": None, "high": None, "interval": ""}
    if math.isfinite(figure.low) and math.isfinite(figure.high):
        cell["low"], cell["high"] = float(figure.low), float(figure.high)
        low, high = (formed(end, form) for end in (figure.low, figure.high))
        cell["interval"] = f"{low.removesuffix(PERCENT)} to {high}"
    cell["text"] = formed(figure.value, form)
    return cell
