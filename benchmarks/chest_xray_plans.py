"""Every plan on chest X-rays, which are unlike ImageNet: the best of them against the probe.

One row a plan, all on the same 419 training and 105 test pictures: accuracy with its interval, log
loss, seconds of the whole process with an empty cache, and the difference to the probe's accuracy
on the same test pictures with its interval. The best plan in the last row is the one with the
highest test accuracy, so its figure flatters it a little; the loss on the samples that each
training held back is what a person would have chosen by.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

from fits import FinishedFit, Sides, data_argument, fit_process, say, sides_of
from machine import json_argument, report
from others import Others
from processes import keep_to_cores

PROBE = "probe"
PLANS = (
    PROBE,
    "freeze:-1",
    "freeze:blocks.4",
    "freeze:blocks.2",
    "full",
    "gradual",
    "lora",
    "bias",
    "pointwise",
    "copy:blocks.4",
    "scratch",
)
Rows = list[dict[str, Any]]


def main() -> None:
    options = _parser().parse_args()
    sides = sides_of(options.data, options.data_set)
    keep_to_cores(options.cores)
    plans = [PROBE, *(plan for plan in options.plans if plan != PROBE)]
    rows: Rows = []
    for seed in options.seeds:
        rows += rows_of_seed(sides, plans, seed, options)
    report("chest_xray_plans", [*rows, *best_rows(rows)], options.json)


def rows_of_seed(sides: Sides, plans: list[str], seed: int, options: argparse.Namespace) -> Rows:
    """The probe first: all others are compared with it."""
    rows: Rows = []
    with tempfile.TemporaryDirectory(prefix="headstart-plans-") as folder:
        probe: FinishedFit | None = None
        for number, plan in enumerate(plans):
            others = Others()
            one = fit_plan(sides, plan, seed, options, Path(folder) / f"run-{number}")
            busy = [row["value"] for row in others.rows()]
            probe = probe or one
            what = {"plan": plan, "seed": seed, **figures_of(one), **difference(one, probe)}
            rows.append({**what, "others %": busy[0] if busy else None})
            say(str(rows[-1]))
    return rows


def fit_plan(
    sides: Sides, plan: str, seed: int, options: argparse.Namespace, run: Path
) -> FinishedFit:
    """With an empty cache of its own, so that the seconds of all plans say the same."""
    words = ["--plan", plan, "--seed", str(seed)]
    if options.epochs is not None and plan != PROBE:
        words += ["--epochs", str(options.epochs)]
    with tempfile.TemporaryDirectory(prefix="headstart-plans-cache-") as cache:
        return fit_process(sides, words, run, Path(cache) / "cache")


def figures_of(one: FinishedFit) -> dict[str, Any]:
    """Of the test set, of what the training held back, and of the clock."""
    accuracy, loss = one.result["test"]["accuracy"], one.result["test"]["log_loss"]
    kept = [row["valid_loss"] for row in one.measurements("which weights") if row["chosen"]]
    seconds = [row["seconds"] for row in one.epochs]
    return {
        "accuracy": accuracy["value"],
        "low": accuracy["low"],
        "high": accuracy["high"],
        "log loss": loss["value"],
        "held-out loss": kept[0] if kept else None,
        "epochs": len(seconds),
        "s an epoch": statistics.median(seconds) if seconds else None,
        "seconds": one.seconds,
    }


def difference(one: FinishedFit, probe: FinishedFit) -> dict[str, Any]:
    """Accuracy less the probe's on the same test pictures; nothing for the probe itself."""
    if one is probe:
        return {"less probe": None, "from": None, "to": None}
    import numpy as np

    from headstart.metrics import paired_difference

    ours, theirs = one.correct(), probe.correct()
    if ours.keys() != theirs.keys():
        raise SystemExit("The plan and the probe were not tested on the same pictures.")
    pairs = np.array([(ours[name], theirs[name]) for name in ours])
    found = paired_difference(pairs[:, 0], pairs[:, 1])
    return {"less probe": found.value, "from": found.low, "to": found.high}


def best_rows(rows: Rows) -> Rows:
    """For each seed, the plan with the highest test accuracy once more."""
    best = []
    for seed in dict.fromkeys(row["seed"] for row in rows):
        here = [row for row in rows if row["seed"] == seed]
        one = max(here, key=lambda row: (row["accuracy"], -row["log loss"]))
        best.append({**one, "plan": f"best: {one['plan']}"})
    return best


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    data_argument(parser)
    parser.add_argument("--data-set", choices=["chest_xray", "ants_bees"], default="chest_xray")
    parser.add_argument(
        "--plans", nargs="+", default=PLANS, help="the probe is always there (default: all)"
    )
    parser.add_argument("--epochs", type=int, help="default: what each plan says")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    json_argument(parser, "chest_xray_plans")
    return parser


if __name__ == "__main__":
    main()
