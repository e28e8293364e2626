"""All but the last two blocks frozen, three epochs, as whole processes on ants and bees.

Claims: ``headstart fit --plan freeze:blocks.4 --epochs 3`` takes at most 15 s from the start of
Python to its end, with an empty cache, and its accuracy is at least 0.93, with every seed. After
``blocks.4`` come the blocks 5 and 6 and the last convolution.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from figures import Row, figure_row, interval_row, seconds_row
from fits import FinishedFit, Sides, data_argument, fit_process, say, sides_of
from machine import json_argument, report
from others import Others
from processes import keep_to_cores

SECONDS, ACCURACY = 15, 0.93


def main() -> None:
    options = _parser().parse_args()
    sides = sides_of(options.data, "ants_bees")
    keep_to_cores(options.cores)
    others = Others()
    fits: dict[str, list[FinishedFit]] = {"empty": [], "warm": []}
    with tempfile.TemporaryDirectory(prefix="headstart-last-blocks-") as folder:
        for seed in options.seeds:
            fit_seed(sides, seed, options, Path(folder) / str(seed), fits)
        rows = rows_of(fits, options)
    report("last_blocks", [*rows, *others.rows()], options.json)


def fit_seed(
    sides: Sides,
    seed: int,
    options: argparse.Namespace,
    folder: Path,
    fits: dict[str, list[FinishedFit]],
) -> None:
    """With a cache folder that does not exist, then again from what that left."""
    words = ["--plan", options.plan, "--epochs", str(options.epochs), "--seed", str(seed)]
    for cache, done in fits.items():
        one = fit_process(sides, words, folder / f"run-{cache}", folder / "cache")
        done.append(one)
        say(f"seed {seed}, {cache} cache: {one.seconds:.2f} s, accuracy {one.accuracy:.4f}")


def rows_of(fits: dict[str, list[FinishedFit]], options: argparse.Namespace) -> list[Row]:
    """Seconds, accuracy, and where the time goes."""
    what = f"headstart fit --plan {options.plan} --epochs {options.epochs}"
    empty, warm = fits["empty"], fits["warm"]
    rows = [
        seconds_row(f"{what}, empty cache", [one.seconds for one in empty], SECONDS),
        seconds_row(f"{what}, warm cache", [one.seconds for one in warm]),
        figure_row(
            f"{what}, test accuracy of every seed",
            [one.accuracy for one in empty],
            at_least=ACCURACY,
        ),
    ]
    for seed, one in zip(options.seeds, empty, strict=True):
        what = f"  seed {seed}: test accuracy and 95 % interval"
        rows.append(interval_row(what, one.result["test"]["accuracy"]))
    for name, done in fits.items():
        for step in done[0].result["seconds"]:
            seconds = [one.result["seconds"][step] for one in done]
            rows.append(seconds_row(f"  {name} cache: {step}", seconds))
        epochs = [epoch["seconds"] for one in done for epoch in one.epochs]
        rows.append(seconds_row(f"  {name} cache: an epoch with its validation", epochs))
    return rows


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    data_argument(parser)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--plan", default="freeze:blocks.4", help="default %(default)s")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    json_argument(parser, "last_blocks")
    return parser


if __name__ == "__main__":
    main()
