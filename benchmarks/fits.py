"""Whole fits as processes, and the data sets that the benchmarks of training are about."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes import headstart_command, run_timed

#: Folders of class folders: to learn from, and to test on.
SIDES = {"ants_bees": ("train", "val"), "chest_xray": ("train", "test")}


@dataclass(frozen=True)
class Sides:
    """Where the training and the test pictures of a data set lie."""

    name: str
    train: Path
    test: Path


@dataclass(frozen=True)
class FinishedFit:
    """Seconds of the whole process, what it printed, and the run that it left."""

    seconds: float
    result: dict[str, Any]
    run: Path

    @property
    def accuracy(self) -> float:
        return float(self.result["test"]["accuracy"]["value"])

    def measurements(self, question: str) -> list[dict[str, Any]]:
        """The rows behind a decision; none where it was not taken."""
        evidence = json.loads((self.run / "evidence.json").read_bytes())
        found = [one for one in evidence["decisions"] if one["question"] == question]
        return list(found[0]["measurements"]) if found else []

    @property
    def epochs(self) -> list[dict[str, Any]]:
        """Figures of each epoch of training, the start left out."""
        return [row for row in self.measurements("which weights") if row["epoch"] > 0]

    def correct(self) -> dict[str, bool]:
        """Whether the answer is right, by the name of the test picture."""
        with (self.run / "predictions.csv").open(encoding="utf-8", newline="") as file:
            return {row["input"]: row["correct"] == "true" for row in csv.DictReader(file)}


def data_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--data FOLDER``."""
    holds = " and ".join(f"{name}/" for name in SIDES)
    parser.add_argument("--data", type=Path, help=f"holds {holds}; or HEADSTART_DATA")


def sides_of(given: Path | None, name: str) -> Sides:
    """The data set ``name`` below the folder that was given, or that HEADSTART_DATA names."""
    named = given or os.environ.get("HEADSTART_DATA")
    if not named:
        sys.exit(f"Name the folder that holds {name}/: --data, or HEADSTART_DATA.")
    train, test = (Path(named).resolve() / name / side for side in SIDES[name])
    for folder in (train, test):
        if not folder.is_dir():
            sys.exit(f"There is no folder {folder}.")
    return Sides(name, train, test)


def fit_process(sides: Sides, options: Sequence[str], run: Path, cache: Path) -> FinishedFit:
    """``headstart fit`` with these options, from the start of Python to its end."""
    command = [headstart_command(), "fit", str(sides.train), "--test", str(sides.test)]
    command += ["--out", str(run), "--json", *options]
    done = run_timed(command, {"HEADSTART_CACHE": str(cache)})
    return FinishedFit(done.seconds, json.loads(done.stdout), run)


def say(text: str) -> None:
    """Tell on standard error how far it is."""
    print(text, file=sys.stderr, flush=True)
