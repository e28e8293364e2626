"""The short table at the end of a fit, for people who never trained a network."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from headstart.cli.score_table import score_table, short_name
from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure
from headstart.report.plan_words import plan_in_short
from headstart.report.wording import amount, counted, noun
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.regression import RegressionTask
from headstart.tasks.segmentation import SegmentationTask

_SHOWN_AT_MOST = 5


def print_summary(result: Result, run: Path) -> None:
    """Print score, what it beats, verdict, seconds, and where the run lies."""
    for line in summary(result, run):
        print(_fitted(line))


def summary(result: Result, run: Path) -> Iterator[str]:
    """Line by line what :func:`print_summary` prints."""
    if result.test:
        learned = f"learned from {result.n_train:,} {_with_what(result)}"
        yield f"{result.n_test:,} test {noun(result.modality, result.n_test)}, {learned}"
        yield from _plan(result)
        yield ""
        yield from score_table(result)
        yield ""
        yield _verdict(result)
    else:
        yield f"Learned from {counted(result.n_train, result.modality)} {_with_what(result)}."
        yield from _plan(result)
        yield "No test sample was left, so there is no figure. Give --test, or more samples."
    yield from _set_aside(result)
    yield from _duplicates(result)
    yield from (f"Note: {note}" for note in result.notes)
    yield _took(result)
    yield f"Run: {run}"
    yield f"Report: {run / 'report.html'}"


def _with_what(result: Result) -> str:
    """The source, or that there is none."""
    if result.fallback is not None:
        return f"without transfer ({short_name(result.fallback)})"
    return f"with {result.source}"


def _plan(result: Result) -> Iterator[str]:
    """What was trained; a plan that trains nothing is the usual one, and goes without saying."""
    short = plan_in_short(result.plan)
    if short:
        yield f"Plan: {short}."


def _fitted(line: str) -> str:
    """On a screen lines end between words; in a file they stay whole."""
    if line.startswith(" ") or not sys.stdout.isatty():
        return line
    width = shutil.get_terminal_size().columns
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def _verdict(result: Result) -> str:
    if result.difference is None or result.compared_with is None:
        return "Verdict: nothing to compare with."
    gain, interval = _GAINS[result.task](result.difference)
    rival = short_name(result.compared_with)
    said = result.verdict or "none, for nothing was transferred"
    return f"Verdict: {said}: {gain} against {rival} (95 %: {interval})."


def _point_gain(measure: str, difference: Figure) -> tuple[str, str]:
    interval = f"{100 * difference.low:+.1f} to {100 * difference.high:+.1f}"
    return f"{100 * difference.value:+.1f} points of {measure}", interval


def _error_gain(difference: Figure) -> tuple[str, str]:
    interval = f"{amount(difference.low)} to {amount(difference.high)}; below 0 it is larger"
    return f"mean absolute error smaller by {amount(difference.value)}", interval


#: How the difference and its interval are put into words, by the name of the task.
_GAINS: Mapping[str, Callable[[Figure], tuple[str, str]]] = {
    ClassificationTask.name: partial(_point_gain, "accuracy"),
    RegressionTask.name: _error_gain,
    DetectionTask.name: partial(_point_gain, "AP50"),
    LocalisationTask.name: partial(_point_gain, "mean IoU"),
    SegmentationTask.name: partial(_point_gain, "mean IoU"),
}


def _took(result: Result) -> str:
    slowest = sorted(result.seconds.items(), key=lambda item: -item[1])[:3]
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest)
    return f"Took {sum(result.seconds.values()):.1f} s ({parts})."


def _set_aside(result: Result) -> Iterator[str]:
    if not result.quarantined:
        return
    yield f"Set aside, because they could not be used: {len(result.quarantined)}"
    for row in result.quarantined[:_SHOWN_AT_MOST]:
        yield f"  {row['input']}: {row['reason']}"
    more = len(result.quarantined) - _SHOWN_AT_MOST
    if more > 0:
        yield f"  ... and {more} more in result.json"


def _duplicates(result: Result) -> Iterator[str]:
    if result.duplicates:
        names = ", ".join(result.duplicates[:_SHOWN_AT_MOST])
        more = ", ..." if len(result.duplicates) > _SHOWN_AT_MOST else ""
        yield (
            f"Left out of training, because the test set holds them too: "
            f"{len(result.duplicates)} ({names}{more})"
        )
    if result.near_duplicates:
        yield (
            f"Near-duplicates across training and test: {len(result.near_duplicates)}; the report "
            "lists them. The figures may be too good."
        )
