"""Training by one and by two processes: seconds of an epoch, pictures a second, equal losses.

One process computes with two threads, two processes with one thread each. The settings take turns,
each in a fresh Python with states and kernel choices from the same cache. In float32, without
mixing pictures and with the source's BatchNorm statistics, both have to come to the same losses on
the samples held back, but for rounding.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from figures import Row, figure_row, seconds_row, truth_row
from fits import data_argument, say, sides_of
from machine import json_argument, report
from others import Others
from processes import keep_to_cores, run_timed

PLANS = ("full", "freeze:blocks.4")
PROCESSES = (1, 2)
#: Relative; what the order of additions may change after some epochs of training.
TOLERANCE = 1e-2
Key = tuple[str, str, int]


def main() -> None:
    options = _parser().parse_args()
    if options.train is not None:
        print(json.dumps(train_once(options)))
        return
    sides = sides_of(options.data, "ants_bees")
    keep_to_cores(options.cores)
    others = Others()
    found: dict[Key, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory(prefix="headstart-processes-") as cache:
        for repetition in range(options.repetitions):
            for plan in options.plans:
                for precision in options.precisions:
                    for count in PROCESSES:
                        one = run_setting(sides.train, plan, precision, count, options, cache)
                        found.setdefault((plan, precision, count), []).append(one)
                        say(f"{repetition + 1}: {plan}, {precision}, {count}: {json.dumps(one)}")
    rows = [row for plan in options.plans for row in rows_of_plan(plan, found, options)]
    report("processes_scaling", [*rows, *others.rows()], options.json)


def run_setting(
    train: Path, plan: str, precision: str, count: int, options: argparse.Namespace, cache: str
) -> dict[str, Any]:
    """What :func:`train_once` prints in a Python of its own."""
    command = [sys.executable, __file__, "--train", str(train), "--plans", plan]
    command += ["--precisions", precision, "--processes", str(count)]
    command += ["--epochs", str(options.epochs), "--seed", str(options.seed)]
    done = run_timed(command, {"HEADSTART_CACHE": cache})
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**answer, "process_seconds": done.seconds}


def train_once(options: argparse.Namespace) -> dict[str, Any]:
    """The epochs of one plan, trained by as many processes as ``options`` say."""
    from dataclasses import replace

    from training_pieces import course_for, prepared_halves

    from headstart.fitting.settings import Settings
    from headstart.strategies import read_plan_name
    from headstart.training.checkpoints import DiskCheckpoints
    from headstart.training.job import train

    settings = Settings(
        plan=read_plan_name(options.plans[0]),
        seed=options.seed,
        training={"epochs": options.epochs, "mixup": 0.0, "statistics": "source"},
    )
    course, dataset = course_for(options.train, settings)
    halves = prepared_halves(course, dataset, settings)
    start = course.start(halves)
    with tempfile.TemporaryDirectory(dir=os.environ["HEADSTART_CACHE"]) as folder:
        job = course.job(halves, start, DiskCheckpoints(Path(folder) / "checkpoints"))
        job = replace(job, processes=options.processes, precision=options.precisions[0])
        outcome = train(job, course.assembled)
    return {
        "n_train": len(start.train_rows),
        "seconds": [one.seconds for one in outcome.trained.history if one.epoch],
        "losses": [one.valid_loss for one in outcome.trained.history],
    }


def rows_of_plan(
    plan: str, found: dict[Key, list[dict[str, Any]]], options: argparse.Namespace
) -> list[Row]:
    """Seconds, pictures a second and the ratio, and whether the losses agree."""
    rows: list[Row] = []
    for precision in options.precisions:
        middles = []
        for count in PROCESSES:
            answers = found[plan, precision, count]
            what = f"{plan}, {precision}, {count} {'process' if count == 1 else 'processes'}"
            seconds = [one for answer in answers for one in answer["seconds"]]
            rates = [answers[0]["n_train"] / one for one in seconds]
            rows.append(seconds_row(f"{what}: an epoch with its validation", seconds))
            rows.append(figure_row(f"{what}: pictures learned from a second", rates, "1/s"))
            middles.append(statistics.median(seconds))
        rows.append(figure_row(f"{plan}, {precision}: 1 / 2", [middles[0] / middles[1]], "x"))
        one, two = (found[plan, precision, count][0]["losses"] for count in PROCESSES)
        apart = max(abs(a - b) / max(abs(a), 1e-12) for a, b in zip(one, two, strict=True))
        what = f"{plan}, {precision}: held-out losses agree (apart {apart:.1e}"
        if precision == "f32":
            rows.append(truth_row(f"{what}, allowed {TOLERANCE:g})", apart <= TOLERANCE))
        else:
            rows.append({**truth_row(f"{what})", apart <= TOLERANCE), "required": None})
            rows[-1]["reached"] = None
    return rows


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    data_argument(parser)
    parser.add_argument("--plans", nargs="+", default=PLANS)
    parser.add_argument("--precisions", nargs="+", choices=["bf16", "f32"], default=["bf16", "f32"])
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    # How the script calls itself, once for each setting.
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--processes", type=int, default=1, help=argparse.SUPPRESS)
    json_argument(parser, "processes_scaling")
    return parser


if __name__ == "__main__":
    main()
