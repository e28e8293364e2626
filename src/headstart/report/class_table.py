"""How good a model of places is for each class."""

from __future__ import annotations

from typing import Any

from headstart.evaluation.result import Result
from headstart.report.sayings import SAYINGS
from headstart.report.score_table import figure_cell, metric_title


def class_table(result: Result) -> dict[str, Any] | None:
    """A row a class, the best first; None where figures of single classes are not known.

    Returns
    -------
    dict or None
        ``title`` (of the figure) and ``rows`` (list of ``{"label", "cell"}``).
    """
    rows: list[dict[str, Any]] = []
    for name, one in result.per_class.items():
        cell = figure_cell(one, "percent")
        if cell is not None:
            rows.append({"label": name, "cell": cell})
    if not rows:
        return None
    rows.sort(key=lambda row: -row["cell"]["value"])
    return {"title": metric_title(SAYINGS[result.task].metric), "rows": rows}
