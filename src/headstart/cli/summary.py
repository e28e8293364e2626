"""The short table at the end of a fit, for people who never trained a network."""

from __future__ import annotations

from pathlib import Path

from headstart.evaluation.result import Result
from headstart.metrics.figure import Figure

_WORDS = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "auroc": "AUROC",
    "log_loss": "Log loss",
    "calibration_error": "Calibration error",
}
_SHOWN_AT_MOST = 5


def print_summary(result: Result, run: Path) -> None:
    """Print score, what it beats, verdict, seconds, and where the run lies."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    if result.test:
        console.print(_scores(result, Table, Text))
        console.print(Text(_verdict(result)))
    else:
        console.print(Text("No test sample was left, so there is no figure. Give --test."))
    for line in (*_set_aside(result), *(f"Note: {note}" for note in result.notes)):
        console.print(Text(line))
    total = sum(result.seconds.values())
    slowest = sorted(result.seconds.items(), key=lambda item: -item[1])[:3]
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest)
    console.print(Text(f"Took {total:.1f} s ({parts})."))
    console.print(Text(f"Run: {run}    Report: {run / 'report.html'}"))


def _scores(result: Result, table_type: type, text_type: type) -> object:
    kind = "pictures" if result.modality == "image" else "samples"
    table = table_type(
        title=f"{result.n_test} test {kind}, learned from {result.n_train} with {result.source}",
        title_justify="left",
    )
    table.add_column("")
    table.add_column("this model", justify="right")
    table.add_column("95 % interval", justify="right")
    for baseline in result.baselines:
        table.add_column(text_type(baseline.name), justify="right")
    for name, figure in result.test.items():
        others = [baseline.test.get(name) for baseline in result.baselines]
        table.add_row(
            _WORDS.get(name, name),
            _number(figure),
            f"{figure.low:.3f} to {figure.high:.3f}",
            *(_number(other) for other in others),
        )
    return table


def _number(figure: Figure | None) -> str:
    return "-" if figure is None else f"{figure.value:.3f}"


def _verdict(result: Result) -> str:
    if result.verdict is None or result.difference is None:
        return "Verdict: nothing to compare with."
    low, high = 100 * result.difference.low, 100 * result.difference.high
    gain = 100 * result.difference.value
    against = f"against '{result.compared_with}'"
    size = f"{gain:+.1f} points of accuracy (95 % interval {low:+.1f} to {high:+.1f}) {against}"
    return f"Verdict: {result.verdict}: {size}."


def _set_aside(result: Result) -> list[str]:
    lines = []
    if result.quarantined:
        lines.append(f"Set aside: {len(result.quarantined)} inputs that could not be used.")
        shown = result.quarantined[:_SHOWN_AT_MOST]
        lines += [f"  {row['input']}: {row['reason']}" for row in shown]
        if len(result.quarantined) > len(shown):
            lines.append(f"  ... and {len(result.quarantined) - len(shown)} more in result.json")
    if result.duplicates:
        names = ", ".join(result.duplicates[:_SHOWN_AT_MOST])
        lines.append(
            f"Left out of training: {len(result.duplicates)} also in the test set ({names})."
        )
    if result.near_duplicates:
        lines.append(
            f"Near-duplicates across training and test: {len(result.near_duplicates)}; the report "
            "lists them. The figures may be too good."
        )
    return lines
