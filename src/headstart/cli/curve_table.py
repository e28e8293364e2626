"""The learning curves and what they say of more labels, as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from headstart.cli.columns import aligned
from headstart.evaluation.curve_result import WITH, CurveResult
from headstart.evaluation.power_law import LabelCount
from headstart.metrics.figure import Figure
from headstart.report.wording import amount, counted, noun
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.regression import RegressionTask

_SHOWN_AT_MOST = 5
#: How a figure is written, by the name of the task.
_FORMS: Mapping[str, Callable[[float], str]] = {
    ClassificationTask.name: "{:z.3f}".format,
    RegressionTask.name: amount,
}
#: What a step better is called.
_GAINS: Mapping[str, str] = {
    ClassificationTask.name: "1 point of accuracy",
    RegressionTask.name: "an error smaller by a tenth",
}


def curve_lines(result: CurveResult) -> Iterator[str]:
    """Line by line what ``headstart curve`` prints.

    Plain letters alone: it is as readable in a file as on a screen.
    """
    measure = result.measure.name.replace("_", " ").capitalize()
    yield (
        f"{measure} by number of labels, of {counted(result.n_labels, result.modality)} with "
        f"{result.source}"
    )
    yield from aligned(_table(result), n_left=0)
    yield ""
    yield f"Expected with more labels ({WITH}):"
    yield from aligned(_expected(result), n_left=0)
    yield ""
    yield from _answers(result)
    yield from _set_aside(result)
    yield from (f"Note: {note}" for note in result.notes)
    yield f"Took {sum(result.seconds.values()):.1f} s."


def _table(result: CurveResult) -> list[list[str]]:
    head = ["labels"]
    for curve in result.curves:
        head += [curve.name, "95 % interval"]
    rows = [head]
    for points in zip(*(curve.points for curve in result.curves), strict=True):
        row = [f"{points[0].labels:,}"]
        for point in points:
            row += _cells(result, point.error)
        rows.append(row)
    return rows


def _expected(result: CurveResult) -> list[list[str]]:
    found = result.expected(result.curves[0]).items()
    return [[f"{size:,}", *_cells(result, error)] for size, error in found]


def _cells(result: CurveResult, error: Figure) -> list[str]:
    figure, shown = result.measure.figure(error), _FORMS[result.task]
    return [shown(figure.value), f"{shown(figure.low)} to {shown(figure.high)}"]


def _answers(result: CurveResult) -> Iterator[str]:
    more, gain = result.more, _GAINS[result.task]
    if more.value is None:
        yield f"No number of labels within reach brings {gain}: the curve is flat by now."
    else:
        yield f"About {more.value:,} more labels for {gain} ({_interval(more)})."
    if result.target is not None and result.needed is not None:
        target = _FORMS[result.task](result.measure.shown(result.target))
        yield _about_target(target, result.needed)
    if result.saved is not None:
        yield _about_saving(result.saved)
    if result.crossing is not None:
        yield f"The curves cross at about {result.crossing:,} labels."


def _about_target(target: str, needed: LabelCount) -> str:
    if needed.value is None:
        return f"{target} is out of reach for this source, however many labels there are."
    return f"About {needed.value:,} labels in all for {target} ({_interval(needed)})."


def _about_saving(saved: LabelCount) -> str:
    interval = _interval(saved)
    if saved.value is None:
        least = "" if saved.low is None else f"; {saved.low:,} more at least"
        return f"Without transfer, no number of labels within reach does as well{least}."
    if saved.value < 0:
        return f"Without transfer, {-saved.value:,} labels fewer do as well ({interval})."
    return f"Transfer saves about {saved.value:,} labels ({interval})."


def _interval(count: LabelCount) -> str:
    if count.low is None:
        return "95 %: out of reach"
    high = "out of reach" if count.high is None else f"{count.high:,}"
    return f"95 %: {count.low:,} to {high}"


def _set_aside(result: CurveResult) -> Iterator[str]:
    if not result.quarantined:
        return
    count = len(result.quarantined)
    yield f"Set aside, because they could not be used: {count}"
    for row in result.quarantined[:_SHOWN_AT_MOST]:
        yield f"  {row['input']}: {row['reason']}"
    if count > _SHOWN_AT_MOST:
        yield f"  ... and {count - _SHOWN_AT_MOST} more {noun(result.modality)}; --json has them"
