"""Our detector beside the same one of torchvision, trained whole by an ordinary loop.

Claims: at least 4 times faster with the same weights and as many epochs, whole processes in the
same run, and AP50 not lower beyond the interval of the paired difference.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from figures import Row, figure_row, interval_row, seconds_row, truth_row
from fits import say
from machine import json_argument, report
from others import Others
from place_sets import PLACE_SETS, data_folder
from places import fit_places
from processes import keep_to_cores, run_timed

from headstart.cli.place_arguments import PlaceArguments
from headstart.cli.place_reading import read_parts
from headstart.data.boxes import Boxes
from headstart.runs.place_saving import load_places

PEER = Path(__file__).parent / "peers" / "torchvision_whole.py"
TIMES_FASTER = 4


def main() -> None:
    options = _parser().parse_args()
    keep_to_cores(options.cores)
    data = data_folder(options.data)
    options.more = ["--no-random-twin"]
    if options.epochs is not None:
        options.more += ["--epochs", str(options.epochs)]
    others = Others()
    with tempfile.TemporaryDirectory(prefix="headstart-whole-") as folder:
        wanted = PLACE_SETS[options.set]
        ours = fit_places(wanted, data, Path(folder), options)
        model = load_places(ours.run)
        where = (data / options.set / "boxes.csv", data / options.set / "split.csv")
        theirs = run_peer(ours.run, where, model.plan.training, options)
        _, test = read_parts(PlaceArguments(where[0], split=where[1]))
        truth = list(test.labels) if test.labels is not None else []
        own = model.predict([str(name) for name in test.names])
    rival = [
        Boxes(
            np.asarray(one["corners"], dtype=np.float64).reshape(-1, 4),
            np.asarray(one["labels"], dtype=object),
            np.asarray(one["scores"], dtype=np.float64),
            label.size,
        )
        for one, label in zip(theirs["boxes"], truth, strict=True)
    ]
    rows = rows_of(ours.seconds, theirs, options)
    figures = (model.task.figures(truth, found, 0) for found in (own, rival))
    mine, whole = ({key: one.__dict__ for key, one in some.items()} for some in figures)
    difference = model.task.difference(truth, own, rival, 0)
    rows += [
        interval_row("headstart, stages frozen: AP50", mine["ap50"]),
        interval_row("trained whole: AP50", whole["ap50"]),
        interval_row("difference of AP50, paired", difference.__dict__),
        truth_row("AP50 is not lower beyond the interval", difference.high >= 0),
    ]
    report(f"detector_whole_{options.set}", [*rows, *others.rows()], options.json)


def run_peer(
    run: Path, where: tuple[Path, Path], training: Any, options: argparse.Namespace
) -> dict[str, Any]:
    """What the peer printed, with the seconds of its whole process."""
    command = [sys.executable, str(PEER), str(run), *map(str, where)]
    command += ["--epochs", str(training.epochs), "--seed", str(options.seed)]
    command += ["--precision", options.precision, "--cores", str(options.cores)]
    done = run_timed(command)
    answer = {**json.loads(done.stdout.splitlines()[-1]), "process": done.seconds}
    say(f"trained whole: {done.seconds:.0f} s")
    return answer


def rows_of(seconds: float, theirs: dict[str, Any], options: argparse.Namespace) -> list[Row]:
    """Whole processes, and epochs."""
    return [
        seconds_row("headstart fit, stages frozen: whole process", [seconds]),
        seconds_row(f"trained whole in {options.precision}: whole process", [theirs["process"]]),
        seconds_row("trained whole: an epoch", theirs["epochs"]),
        figure_row(
            "trained whole / headstart, whole processes",
            [theirs["process"] / seconds],
            "x",
            TIMES_FASTER,
        ),
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="holds raccoons/; or HEADSTART_DATA")
    parser.add_argument("--set", choices=("raccoons", "pedestrians"), default="raccoons")
    parser.add_argument("--epochs", type=int, help="default: as headstart has it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--precision", choices=("bf16", "f32"), default="bf16")
    json_argument(parser, "detector_whole")
    return parser


if __name__ == "__main__":
    main()
