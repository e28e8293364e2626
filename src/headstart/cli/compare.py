"""``headstart compare``: several runs beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Folders that fit wrote, two or more.")],
    json: Annotated[bool, typer.Option("--json", help="The comparison as JSON.")] = False,
) -> None:
    """Say which of several runs is better, on the test samples that they share."""
    from headstart.cli.comparison_table import comparison_lines, target_comparison_lines
    from headstart.cli.json_output import print_json
    from headstart.report.target_comparison import compare_any
    from headstart.runs.loading import load

    compared = compare_any({name: load(run) for name, run in _named(runs).items()})
    if json:
        print_json(compared)
        return
    lines = target_comparison_lines if "targets" in compared else comparison_lines
    for line in lines(compared):
        print(line)


def _named(runs: Sequence[Path]) -> dict[str, Path]:
    """By the last part of their paths, or by the whole where two end alike."""
    places = list(dict.fromkeys(run.resolve() for run in runs))
    ends = [place.name for place in places]
    return {place.name if ends.count(place.name) == 1 else str(place): place for place in places}
