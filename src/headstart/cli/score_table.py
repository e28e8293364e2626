"""The figures of a model beside those of models without transfer, as lines of text."""

from __future__ import annotations

from headstart.cli.columns import GAP, aligned
from headstart.evaluation.baselines import CLASSICAL, RANDOM_TWIN, TFIDF
from headstart.evaluation.place_baselines import CLASS_BOXES, MAJORITY, MEAN_BOX, USUAL
from headstart.evaluation.result import WITH_TRANSFER, Result
from headstart.metrics.figure import Figure
from headstart.report.wording import amount
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.regression import RegressionTask

_METRICS = {
    "accuracy": "Accuracy",
    "label_accuracy": "Label accuracy",
    "macro_f1": "Macro F1",
    "auroc": "AUROC",
    "log_loss": "Log loss",
    "calibration_error": "Calibration error",
    "ap": "AP",
    "ap50": "AP50",
    "ap75": "AP75",
    "mean_iou": "Mean IoU",
    "share_iou50": "Share of IoU >= 0.5",
    "pixel_accuracy": "Pixel accuracy",
    "r2": "R2",
    "mean_absolute_error": "Mean absolute error",
    "root_mean_squared_error": "Root mean sq. error",
}
#: Errors in the unit of the targets, which may be large or small.
_IN_UNITS = ("mean_absolute_error", "root_mean_squared_error")
_LOWER_IS_BETTER = ("log_loss", "calibration_error", *_IN_UNITS)
#: How names begin, and what fits above a column, so that the table fits into 80 characters.
_SHORT = {
    ClassificationTask.guess_name: "majority",
    RegressionTask.guess_name: "mean",
    CLASSICAL: "classical",
    TFIDF: "TF-IDF",
    MEAN_BOX: "mean box",
    CLASS_BOXES: "mean box",
    MAJORITY: "majority",
    USUAL: "place",
    RANDOM_TWIN: "random",
    WITH_TRANSFER: "transfer",
}
#: Names that the short one does not explain.
_EXPLAINED = (
    *(RegressionTask.guess_name, CLASSICAL, TFIDF, RANDOM_TWIN, WITH_TRANSFER),
    *(MEAN_BOX, CLASS_BOXES, MAJORITY, USUAL),
)


def short_name(baseline: str) -> str:
    """What the table calls a baseline.

    Examples
    --------
    >>> short_name("majority class")
    'majority'
    """
    return next((short for name, short in _SHORT.items() if baseline.startswith(name)), baseline)


def metric_title(metric: str) -> str:
    """What the table calls a metric."""
    return _METRICS.get(metric, metric)


def score_table(result: Result) -> list[str]:
    """A line a metric, with its interval; then what the short names mean.

    Plain letters alone: the table is as readable in a file as on a screen.
    """
    head = ["", "this model", "95 % interval", *(short_name(one.name) for one in result.others)]
    rows = [head, *(_row(result, name, figure) for name, figure in result.test.items())]
    return [*aligned(rows), *_legend(result)]


def _row(result: Result, name: str, figure: Figure) -> list[str]:
    others = [one.test.get(name) for one in result.others]
    shown = amount if name in _IN_UNITS else "{:z.3f}".format
    interval = f"{shown(figure.low)} to {shown(figure.high)}"
    values = ["-" if one is None else shown(one.value) for one in (figure, *others)]
    return [metric_title(name), values[0], interval, *values[1:]]


def _legend(result: Result) -> list[str]:
    names = [one.name for one in result.others]
    lines = [] if result.fallback is None else [f"this model: {result.fallback}, without transfer"]
    lines += [f"{short_name(name)}: {name}" for name in names if name.startswith(_EXPLAINED)]
    lower = [_METRICS[name] for name in _LOWER_IS_BETTER if name in result.test]
    if "r2" in result.test:
        lines.append("R2: 1 is perfect, 0 is no better than always answering the mean.")
    if lower:
        lines.append(f"{' and '.join(lower).capitalize()}: lower is better.")
    return [GAP + line for line in lines]
