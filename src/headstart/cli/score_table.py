"""The figures of a model beside those of models without transfer, as lines of text."""

from __future__ import annotations

from headstart.evaluation.baselines import CLASSICAL, MAJORITY, RANDOM_TWIN
from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure

_METRICS = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "auroc": "AUROC",
    "log_loss": "Log loss",
    "calibration_error": "Calibration error",
}
_LOWER_IS_BETTER = ("log_loss", "calibration_error")
#: Names that fit above a column, so that the table fits into 80 characters.
_SHORT = {MAJORITY: "majority", CLASSICAL: "classical", RANDOM_TWIN: "random"}
_GAP = "  "


def short_name(baseline: str) -> str:
    """What the table calls a baseline.

    Examples
    --------
    >>> short_name("majority class")
    'majority'
    """
    return _SHORT.get(baseline, baseline)


def score_table(result: Result) -> list[str]:
    """A line a metric, with its interval; then what the short names mean.

    Plain letters alone: the table is as readable in a file as on a screen.
    """
    head = ["", "this model", "95 % interval", *(short_name(one.name) for one in result.baselines)]
    rows = [head, *(_row(result, name, figure) for name, figure in result.test.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return [*(_line(row, widths) for row in rows), *_legend(result)]


def _row(result: Result, name: str, figure: Figure) -> list[str]:
    others = [one.test.get(name) for one in result.baselines]
    interval = f"{figure.low:.3f} to {figure.high:.3f}"
    return [_METRICS.get(name, name), _number(figure), interval, *map(_number, others)]


def _number(figure: Figure | None) -> str:
    return "-" if figure is None else f"{figure.value:.3f}"


def _line(row: list[str], widths: list[int]) -> str:
    cells = [row[0].ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return _GAP + _GAP.join(cells).rstrip()


def _legend(result: Result) -> list[str]:
    names = [one.name for one in result.baselines]
    lines = [f"{short_name(name)}: {name}" for name in names if name in (CLASSICAL, RANDOM_TWIN)]
    lower = [_METRICS[name] for name in _LOWER_IS_BETTER if name in result.test]
    if lower:
        lines.append(f"{' and '.join(lower).capitalize()}: lower is better.")
    return [_GAP + line for line in lines]
