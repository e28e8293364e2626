"""Fits in a time limit: how long they really take, what they choose, and how good it is.

``headstart fit --time-limit SECONDS`` tries plans as long as there is time. Claim: the whole
process, from the start of Python to its end, is over within 1.10 times the limit, or when the probe
is finished where that alone takes longer. Each fit begins with an empty cache. The probe without a
limit stands beside them, for its accuracy and for the time that it takes; the accuracy of the
chosen plan is that of the test set, which no choice has seen.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from figures import Row, figure_row, interval_row, seconds_row, truth_row
from fits import SIDES, FinishedFit, Sides, data_argument, fit_process, say, sides_of
from machine import json_argument, report
from others import Others
from processes import keep_to_cores

LIMITS = (15, 30, 60, 120)
TOLERANCE = 1.10


def main() -> None:
    options = _parser().parse_args()
    keep_to_cores(options.cores)
    others = Others()
    rows: list[Row] = []
    for name in options.data_sets:
        rows += rows_of(sides_of(options.data, name), options)
    report("time_limit", [*rows, *others.rows()], options.json)


def rows_of(sides: Sides, options: argparse.Namespace) -> list[Row]:
    """The probe, then each limit."""
    with tempfile.TemporaryDirectory(prefix="headstart-time-limit-") as folder:
        probe = fit_once(sides, [], options.seed, Path(folder) / "probe")
        rows = [
            seconds_row(f"{sides.name}: probe, no limit", [probe.seconds]),
            interval_row(f"{sides.name}: its accuracy", probe.result["test"]["accuracy"]),
        ]
        for limit in options.limits:
            words = ["--time-limit", f"{limit:g}"]
            one = fit_once(sides, words, options.seed, Path(folder) / f"limit-{limit:g}")
            rows += rows_of_limit(sides.name, limit, one, probe)
    return rows


def fit_once(sides: Sides, words: list[str], seed: int, run: Path) -> FinishedFit:
    """A whole process with a cache of its own."""
    with tempfile.TemporaryDirectory(prefix="headstart-time-limit-cache-") as cache:
        one = fit_process(sides, [*words, "--seed", str(seed)], run, Path(cache) / "cache")
    say(f"{sides.name} {' '.join(words)}: {one.seconds:.1f} s, accuracy {one.accuracy:.3f}")
    for row in one.measurements("how much to transfer"):
        say(str(row))
    return one


def rows_of_limit(name: str, limit: float, one: FinishedFit, probe: FinishedFit) -> list[Row]:
    """Seconds against the limit, what was tried and chosen, and its accuracy."""
    trials = one.measurements("how much to transfer")
    tried = [row["plan"] for row in trials if row["score"] is not None] or ["probe"]
    chosen = next((row["plan"] for row in trials if row["chosen"]), "probe")
    what = f"{name}, {limit:g} s"
    in_time = one.seconds <= TOLERANCE * max(limit, probe.seconds)
    return [
        figure_row(f"{what}: seconds / limit", [one.seconds / limit], "x"),
        truth_row(f"{what}: over within {TOLERANCE:g} x, or with the probe", in_time),
        said_row(f"{what}: judged", ", ".join(tried)),
        said_row(f"{what}: takes", chosen),
        interval_row(f"{what}: accuracy", one.result["test"]["accuracy"]),
    ]


def said_row(what: str, value: str) -> dict[str, Any]:
    """Words, of which nothing is required."""
    blank = {"unit": "", "min": None, "max": None, "runs": 1, "required": None, "reached": None}
    return {"what": what, "value": value, **blank}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    data_argument(parser)
    parser.add_argument("--data-sets", nargs="+", choices=list(SIDES), default=list(SIDES))
    parser.add_argument("--limits", type=float, nargs="+", default=LIMITS, help="in seconds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    json_argument(parser, "time_limit")
    return parser


if __name__ == "__main__":
    main()
