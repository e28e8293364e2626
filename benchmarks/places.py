"""Boxes and pixels: whole fits of the data sets of ``place_sets.py``, as they are typed.

Claims: raccoons AP50 >= 0.70 within 5 minutes, pedestrians AP50 >= 0.75 within 6, the foreground
of pedestrians IoU >= 0.75 within 5, driving (11 classes) mean IoU >= 0.55 within 10; each process
from start to end with an empty cache, the twin with random weights included.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from figures import Row, interval_row, plain_row, seconds_row
from fits import FinishedFit, say
from machine import json_argument, report
from others import Others
from place_sets import PLACE_SETS, PlaceSet, data_folder
from processes import headstart_command, keep_to_cores, run_timed


def main() -> None:
    options = _parser().parse_args()
    keep_to_cores(options.cores)
    data = data_folder(options.data)
    others = Others()
    rows: list[Row] = []
    for name in options.sets:
        with tempfile.TemporaryDirectory(prefix="headstart-places-") as folder:
            one = fit_places(PLACE_SETS[name], data, Path(folder), options)
            rows += rows_of(PLACE_SETS[name], one)
    report("places", [*rows, *others.rows()], options.json)


def fit_places(
    wanted: PlaceSet, data: Path, folder: Path, options: argparse.Namespace
) -> FinishedFit:
    """The whole process, with a cache of its own."""
    command = [headstart_command(), "fit", *wanted.arguments(data), "--out", str(folder / "run")]
    command += ["--json", "--seed", str(options.seed), *options.more]
    done = run_timed(command, {"HEADSTART_CACHE": str(folder / "cache")})
    one = FinishedFit(done.seconds, json.loads(done.stdout), folder / "run")
    say(f"{wanted.name}: {one.seconds:.0f} s, {json.dumps(one.result['test'])}")
    return one


def rows_of(wanted: PlaceSet, one: FinishedFit) -> list[Row]:
    """The figure with its interval, the seconds, and what it is better than."""
    result = one.result
    figure = {**result["per_class"], **result["test"]}.get(wanted.metric) or foreground(result)
    rows = [
        plain_row(
            f"{wanted.name}: {wanted.metric}",
            figure["value"],
            "",
            f">= {wanted.at_least:g}",
            figure["value"] >= wanted.at_least,
        ),
        interval_row(f"{wanted.name}: {wanted.metric}, with its interval", figure),
        seconds_row(f"{wanted.name}: whole process", [one.seconds], 60 * wanted.minutes),
    ]
    for name, seconds in result["seconds"].items():
        rows.append(plain_row(f"{wanted.name}: of which {name}", round(seconds, 1), "s"))
    for name, test in result["test"].items():
        rows.append(interval_row(f"{wanted.name}: {name}", test))
    for name, test in result["per_class"].items():
        rows.append(interval_row(f"{wanted.name}: class {name}", test))
    for rival in result["baselines"]:
        main = next(iter(rival["test"].items())) if wanted.metric not in rival["test"] else None
        name, figures = main or (wanted.metric, rival["test"][wanted.metric])
        rows.append(interval_row(f"{wanted.name}: {rival['name']}: {name}", figures))
    rows.append(
        interval_row(f"{wanted.name}: {result['verdict']}: difference", result["difference"])
    )
    return rows


def foreground(result: dict[str, dict[str, dict[str, float]]]) -> dict[str, float]:
    """Of masks that number objects: the class that is not the background."""
    return list(result["per_class"].values())[-1]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="holds the data sets; or HEADSTART_DATA")
    parser.add_argument("--sets", nargs="+", choices=list(PLACE_SETS), default=list(PLACE_SETS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--more", nargs=argparse.REMAINDER, default=[], help="further options")
    json_argument(parser, "places")
    return parser


if __name__ == "__main__":
    main()
