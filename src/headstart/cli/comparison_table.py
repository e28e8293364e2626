"""A comparison of runs as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from headstart.cli.columns import aligned
from headstart.cli.score_table import metric_title
from headstart.data.printable import printable
from headstart.report.wording import Form, counted_of, duration, formed, listed
from headstart.tasks.registry import PLACE_TASKS

_SHARES = ("accuracy", "label_accuracy", "ap50", "mean_iou")
_FORMS: Mapping[str, Form] = dict.fromkeys(_SHARES, "plain")


def comparison_lines(compared: Mapping[str, Any]) -> Iterator[str]:
    """A line a run, then what the differences say."""
    metric, form = compared["metric"], _FORMS.get(compared["metric"], "amount")
    head = ["run", "source", "plan", "learned from", metric_title(metric), "95 % interval", "took"]
    rows = [head, *(_row(run, metric, form) for run in compared["runs"])]
    yield from aligned(rows)
    yield ""
    for run in compared["runs"]:
        if run["run"] != compared["first"]:
            yield _said(run, compared, form)


def target_comparison_lines(compared: Mapping[str, Any]) -> Iterator[str]:
    """A block a target, then what could not be compared."""
    for block in compared["targets"]:
        yield f"Target {printable(block['target'])}"
        yield from comparison_lines(block)
        for run, known_by in block["known_by"].items():
            if known_by == "answers":
                yield (
                    f"{run} does not know what its target is called: this is the only one with "
                    "its classes and, of the test samples that they share, its right answers."
                )
        if block["lacking"]:
            yield f"Without this target: {listed(block['lacking'])}."
        yield ""
    for one in compared["left_out"]:
        yield f"Not compared: {printable(one['target'])}. {one['reason']}"


def _row(run: Mapping[str, Any], metric: str, form: Form) -> list[str]:
    figure = run["figures"].get(metric)
    value = "-" if figure is None else formed(figure["value"], form)
    ends = "-" if figure is None else " to ".join(formed(figure[end], form) for end in _ENDS)
    learned = f"{run['n_train']:,}"
    return [run["run"], run["source"], run["plan"], learned, value, ends, duration(run["seconds"])]


_ENDS = ("low", "high")


def _said(run: Mapping[str, Any], compared: Mapping[str, Any], form: Form) -> str:
    against, first = run["against_first"], compared["first"]
    of_places = compared["task"] in PLACE_TASKS
    if against is None and of_places:
        return (
            f"{run['run']} against {first}: they share no test picture that is annotated alike and "
            "has something to be found, so that their figures cannot be compared. Fit both with "
            "the same --test or --split."
        )
    if against is None:
        same = "--test or column 'split'" if "target" in compared else "--test"
        return (
            f"{run['run']} against {first}: they share no test sample with the same right answer, "
            f"so that their figures cannot be compared. Fit both with the same {same}."
        )
    value, low, high = (_signed(against[key], form) for key in ("value", *_ENDS))
    shared = counted_of(against["shared"], run["n_test"])
    return (
        f"{run['run']} against {first}: {against['said']}: {value} (95 %: {low} to {high}) on "
        f"{shared} test {'pictures' if of_places else 'samples'}; above 0 it is better."
        f"{_left_out(against['answered_otherwise'])}"
    )


def _left_out(count: int | None) -> str:
    """What is said of samples whose right answers differ: the runs may ask different things."""
    if not count:
        return ""
    what = "1 more is" if count == 1 else f"{count:,} more are"
    return f" {what} left out: the right answer is another one in either run."


def _signed(value: float, form: Form) -> str:
    text = formed(value, form)
    return f"+{text}" if value > 0 else text
