"""Kill a fit that trains stages with SIGKILL at random moments, then go on with ``--resume``.

Each round begins with an empty cache, but for the choices of convolution kernels, which are made by
measuring and would differ from one time to the next. Moments are drawn from the whole length of a
fit, so that some fall into encoding, some into training, and some into writing the run. The same
command with ``--resume`` must then end with the result and the predictions, to the last digit, of a
fit with the same seed that nobody killed.

    python benchmarks/killed_training.py [--kills 20] [--seed 0] [--plan freeze:-1] [--epochs 4]
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from figures import truth_row
from killed import Fit
from machine import json_argument, print_table, report

KERNELS = "kernel-choices.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of class folders; default: the demo")
    parser.add_argument("--test", type=Path, help="held-out data, with --data")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--plan", default="freeze:-1", help="default %(default)s")
    parser.add_argument("--epochs", type=int, default=4)
    json_argument(parser, "killed_training")
    chosen = parser.parse_args()
    if (chosen.data is None) != (chosen.test is None):
        parser.error("give --data and --test together, or neither")
    with tempfile.TemporaryDirectory() as folder:
        rounds = measure(Path(folder), chosen)
    print_table(rounds)
    same = sum(one["as if never killed"] for one in rounds)
    within = sum(one["epochs kept"] is not None for one in rounds)
    rows = [
        truth_row(
            f"{same} of {len(rounds)} killed fits end as if never killed ({within} of them were "
            f"killed while they trained)",
            same == len(rounds),
        )
    ]
    report("killed_training", rows, chosen.json)
    if same < len(rounds):
        raise SystemExit(1)


def measure(workplace: Path, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """One row a kill."""
    train, test = chosen.data, chosen.test
    if train is None:
        from headstart.data import write_demo

        train, test = write_demo(workplace / "data")
    options = ("--plan", chosen.plan, "--epochs", str(chosen.epochs))
    # Once to choose the kernels, once with them: the second is what the others are compared with.
    first = Fit(workplace / "first", train, test, options)
    first.finish()
    reference = beginning(Fit(workplace / "unkilled", train, test, options), first)
    figures, seconds = reference.finish()
    print(f"unkilled: {seconds:.1f} s, accuracy {figures['test']['accuracy']['value']}", flush=True)
    expected = predictions(reference)
    moments = random.Random(chosen.seed)
    rows: list[dict[str, Any]] = []
    number = 0
    while len(rows) < chosen.kills:
        number += 1
        fit = beginning(Fit(workplace / f"killed-{number}", train, test, options), first)
        moment = moments.uniform(0, seconds)
        if not fit.kill_after(moment):
            seconds = min(seconds, moment)  # it had ended already: a kill that late says nothing
            continue
        kept = epochs_kept(fit)
        again, then = replace(fit, options=(*options, "--resume")).finish()
        rows.append(
            {
                "kill": len(rows) + 1,
                "after s": moment,
                "epochs kept": kept,
                "then s": then,
                "as if never killed": again == figures and predictions(fit) == expected,
            }
        )
        print(rows[-1], flush=True)
        shutil.rmtree(fit.folder)
    return rows


def beginning(fit: Fit, first: Fit) -> Fit:
    """With the kernels that the first fit chose, and nothing else."""
    fit.cache.mkdir(parents=True)
    if (first.cache / KERNELS).is_file():
        shutil.copy(first.cache / KERNELS, fit.cache / KERNELS)
    return fit


def predictions(fit: Fit) -> bytes:
    return (fit.run / "predictions.csv").read_bytes()


def epochs_kept(fit: Fit) -> int | None:
    """The last epoch that the checkpoints hold whole; None where training had not begun or is over.

    Read by hand, because looking through the library would load torch for each kill.
    """
    markers = [path.stem.partition("-")[2] for path in fit.cache.glob("checkpoints/*/epoch-*.json")]
    return max(map(int, markers)) if markers else None


if __name__ == "__main__":
    main()
