"""The main job, as whole processes: ``headstart fit`` with an empty and a warm cache, and fastai.

Claims: 12 s with an empty cache and 6 s with a warm one for 244 + 153 photographs on two cores;
at least 20 times faster than fastai's ``fine_tune(4)`` from the same weights, measured in the same
run; accuracy at least 0.92 (ants and bees) and 0.98 (cats).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures import Row, figure_row, seconds_row
from machine import json_argument, report
from others import Others
from peers.environment import (
    DEFAULT_FOLDER,
    SHARED_WITH_FASTAI,
    PeerUnavailableError,
    ready_environment,
)
from processes import headstart_command, keep_to_cores, run_timed

PEER = Path(__file__).parent / "peers" / "fastai_fine_tune.py"


@dataclass(frozen=True)
class DataSet:
    """Two folders of class folders, and what the main job has to reach on them."""

    name: str
    train: str
    test: str
    accuracy: float
    empty_cache_seconds: float | None = None
    warm_cache_seconds: float | None = None


DATA_SETS = (
    DataSet("ants_bees", "train", "val", 0.92, empty_cache_seconds=12, warm_cache_seconds=6),
    DataSet("cats", "train", "test", 0.98),
)
AGAINST_FASTAI = DATA_SETS[0]
TIMES_FASTER = 20


@dataclass(frozen=True)
class Fits:
    """Seconds and results of the repetitions on one data set."""

    empty_cache: list[float]
    warm_cache: list[float]
    results: list[dict[str, Any]]

    def extend(self, more: Fits) -> None:
        self.empty_cache.extend(more.empty_cache)
        self.warm_cache.extend(more.warm_cache)
        self.results.extend(more.results)

    @property
    def accuracies(self) -> list[float]:
        return [result["test"]["accuracy"]["value"] for result in self.results]


def main() -> None:
    options = _parser().parse_args()
    data = _data_folder(options.data)
    keep_to_cores(options.cores)
    others = Others()
    before, after = options.repetitions - options.repetitions // 2, options.repetitions // 2
    # fastai stands in the middle of the fits that it is compared with: the machine's pace drifts.
    compared = repeat_fit(data, AGAINST_FASTAI, before)
    answers = [] if options.without_fastai else run_fastai(data, options)
    compared.extend(repeat_fit(data, AGAINST_FASTAI, after))
    rows = fit_rows(AGAINST_FASTAI, compared)
    for one in DATA_SETS[1:]:
        rows += fit_rows(one, repeat_fit(data, one, options.repetitions))
    if answers:
        rows += fastai_rows(answers, compared.empty_cache)
    rows += [*step_rows(compared), *others.rows()]
    report("main_job", rows, options.json)


def repeat_fit(data: Path, one: DataSet, repetitions: int) -> Fits:
    """Each repetition begins with a cache folder of its own, then fits again from that."""
    empty, warm, results = [], [], []
    for repetition in range(1, repetitions + 1):
        with tempfile.TemporaryDirectory(prefix="headstart-main-job-") as folder:
            for name, seconds in (("empty", empty), ("warm", warm)):
                taken, result = fit_once(data, one, Path(folder), name)
                seconds.append(taken)
                results.append(result)
                _say(f"{one.name} {repetition}/{repetitions}, {name} cache: {taken:.2f} s")
    return Fits(empty, warm, results)


def fit_once(data: Path, one: DataSet, folder: Path, name: str) -> tuple[float, dict[str, Any]]:
    """Seconds of the whole process, and the result that it printed."""
    train, test = str(data / one.name / one.train), str(data / one.name / one.test)
    command = [headstart_command(), "fit", train, "--test", test]
    command += ["--out", str(folder / f"run-{name}"), "--json"]
    done = run_timed(command, {"HEADSTART_CACHE": str(folder / "cache")})
    return done.seconds, json.loads(done.stdout)


def fit_rows(one: DataSet, fits: Fits) -> list[Row]:
    """Seconds with either cache, and accuracy."""
    what = f"headstart fit {one.name}"
    return [
        seconds_row(f"{what}, empty cache", fits.empty_cache, one.empty_cache_seconds),
        seconds_row(f"{what}, warm cache", fits.warm_cache, one.warm_cache_seconds),
        figure_row(f"{what}, test accuracy", fits.accuracies, at_least=one.accuracy),
    ]


def step_rows(fits: Fits) -> list[Row]:
    """Where the time goes, as ``--json`` tells it: all that is not imports, saving and start."""
    rows = []
    for name, results in (("empty", fits.results[::2]), ("warm", fits.results[1::2])):
        for step in results[0]["seconds"]:
            seconds = [result["seconds"][step] for result in results]
            rows.append(seconds_row(f"  {AGAINST_FASTAI.name}, {name} cache: {step}", seconds))
    return rows


def run_fastai(data: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    """What the peer printed, with the seconds of its whole process."""
    try:
        python, note = ready_environment(options.peers / "fastai", ["fastai"], SHARED_WITH_FASTAI)
    except PeerUnavailableError as error:
        sys.exit(f"fastai cannot be installed; --without-fastai leaves it out.\n{error}")
    _say(f"fastai with {note}")
    folder = data / AGAINST_FASTAI.name
    train, test = str(folder / AGAINST_FASTAI.train), str(folder / AGAINST_FASTAI.test)
    answers = []
    for seed in range(options.fastai_repetitions):
        done = run_timed([str(python), str(PEER), train, test, "--seed", str(seed)])
        answers.append({**json.loads(done.stdout.splitlines()[-1]), "process": done.seconds})
        _say(f"fastai, seed {seed}: {json.dumps(answers[-1])}")
    return answers


def fastai_rows(answers: list[dict[str, Any]], empty_cache: list[float]) -> list[Row]:
    """The peer's seconds and accuracy, and how many times faster ``headstart fit`` is.

    The ratio to be reached leaves out fastai's imports and data reading, but none of headstart's.
    """
    first, one = answers[0], AGAINST_FASTAI.name
    tool = f"fastai {first['fastai']} fine_tune(4) {one}"
    training = [answer["fine_tune_seconds"] for answer in answers]
    process = [answer["process"] for answer in answers]
    ours = statistics.median(empty_cache)
    alone, whole = (statistics.median(some) / ours for some in (training, process))
    return [
        seconds_row(f"{tool}, training alone", training),
        seconds_row(f"{tool}, whole process", process),
        figure_row(f"{tool}, test accuracy", [answer["accuracy"] for answer in answers]),
        figure_row(f"fine_tune(4) alone / headstart fit {one}", [alone], "x", TIMES_FASTER),
        figure_row(f"whole process / headstart fit {one}", [whole], "x"),
    ]


def _data_folder(given: Path | None) -> Path:
    named = given or os.environ.get("HEADSTART_DATA")
    if not named:
        sys.exit("Name the folder that holds ants_bees/ and cats/: --data, or HEADSTART_DATA.")
    folder = Path(named).resolve()
    for one in DATA_SETS:
        for side in (one.train, one.test):
            if not (folder / one.name / side).is_dir():
                sys.exit(f"There is no folder {folder / one.name / side}.")
    return folder


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="holds ants_bees/ and cats/; or HEADSTART_DATA")
    parser.add_argument("--repetitions", type=int, default=5, help="of each fit (default 5)")
    parser.add_argument("--fastai-repetitions", type=int, default=1, help="default 1: minutes each")
    parser.add_argument("--without-fastai", action="store_true")
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    parser.add_argument(
        "--peers",
        type=Path,
        default=DEFAULT_FOLDER,
        help="where the peer's environment lies between runs (default %(default)s)",
    )
    json_argument(parser, "main_job")
    return parser


if __name__ == "__main__":
    main()
