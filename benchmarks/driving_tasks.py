"""Four labels a street scene: one network for all of them against one for each.

The scenes of driving/ in their official split, 367 to learn from and 233 to test with: all of them
with all labels, then all, half and a tenth of them with half of the labels missing, drawn cell by
cell. Each fit trains both ways from the same stored states on the same samples, and compares them
target by target on the same test scenes.

Claim: where every scene has all labels the shared network costs at most 0.35 of the four separate
ones. Where half of them are missing it cannot: it learns from almost all scenes, each of the others
from half.

    python benchmarks/driving_tasks.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from machine import json_argument, print_table, report

TARGETS = ("pedestrian", "car", "sign", "bicyclist")
COST = 0.35
#: Share of the scenes, and of their labels that are missing.
CASES = ((1.0, 0.0), (1.0, 0.5), (0.5, 0.5), (0.1, 0.5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("HEADSTART_DATA"))
    parser.add_argument(
        "--sources",
        nargs="*",
        default=("bundled/efficientnet-lite0", "bundled/efficientnet-lite0@128"),
    )
    parser.add_argument("--plan", default="freeze:-2")
    parser.add_argument("--loss-weights", default="uncertainty")
    parser.add_argument("--seeds", type=int, nargs="*", default=(0, 1))
    json_argument(parser, "driving_tasks")
    asked = parser.parse_args()
    if asked.data is None:
        raise SystemExit("Name the folder that holds driving/: --data, or HEADSTART_DATA.")
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("HEADSTART_CACHE", cache)
        for source in asked.sources:  # ways to compute convolutions are chosen once a machine
            _fit(asked, source, CASES[-1], 0)
        for seed in asked.seeds:
            for source in asked.sources:
                for case in CASES:
                    rows += _fit(asked, source, case, seed)
    print()
    print_table([*_means(rows)])
    report("driving_tasks", rows, asked.json)


def _fit(
    asked: argparse.Namespace, source: str, case: tuple[float, float], seed: int
) -> list[dict[str, Any]]:
    """A row a target."""
    from headstart import MultiTaskModel

    began = time.perf_counter()
    targets = _targets(Path(asked.data) / "driving" / "scenes.csv", case, seed)
    model = MultiTaskModel(
        source=source,
        plan=asked.plan,
        loss_weights=asked.loss_weights,
        fallback=False,
        random_state=seed,
    )
    result = model.fit(targets).result_
    print(
        f"{source}, {case[0]:.0%} of the scenes, {case[1]:.0%} missing, seed {seed}: "
        f"{time.perf_counter() - began:.0f} s, cost {result.cost:.2f}",
        flush=True,
    )
    return [_row(source, case, seed, result, one) for one in result.targets]


def _targets(table: Path, case: tuple[float, float], seed: int) -> Any:
    """The official split, with some of the training scenes and some of their labels."""
    import numpy as np

    from headstart.data.target_columns import read_target_table

    read = read_target_table(table, TARGETS)
    random = np.random.default_rng(seed)
    count = round(case[0] * len(read.train))
    train = read.train.take(sorted(random.permutation(len(read.train))[:count].tolist()))
    labels = np.where(random.random(train.labels.shape) < case[1], None, train.labels)
    empty = {row: "no label was left" for row, one in enumerate(labels) if not any(one)}
    train = replace(train, labels=labels).set_aside(empty)
    return replace(read, train=train)


def _row(
    source: str, case: tuple[float, float], seed: int, result: Any, target: Any
) -> dict[str, Any]:
    sharing = target.sharing
    baseline = next(
        one.test for one in target.result.baselines if one.name == target.result.compared_with
    )
    seconds = result.training_seconds
    return {
        "source": source,
        "scenes": case[0],
        "missing": case[1],
        "seed": seed,
        "target": target.name,
        "labels": target.result.n_train,
        "one for all": _shown(sharing.shared["accuracy"]),
        "its own": _shown(sharing.own["accuracy"]),
        "difference": round(sharing.difference.value, 4),
        "interval": f"{sharing.difference.low:+.3f} to {sharing.difference.high:+.3f}",
        "sharing": sharing.verdict,
        "answers": target.served_by,
        "log loss for all": round(sharing.shared["log_loss"].value, 4),
        "log loss own": round(sharing.own["log_loss"].value, 4),
        "without transfer": _shown(baseline["accuracy"]),
        "transfer": target.result.verdict,
        "seconds for all": round(seconds["shared"], 1),
        "seconds own": round(seconds[target.name], 1),
        "cost": round(result.cost, 3),
    }


def _means(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row a case and target: means over the seeds."""
    keys = ("source", "scenes", "missing", "target")
    for group in dict.fromkeys(tuple(row[key] for key in keys) for row in rows):
        some = [row for row in rows if tuple(row[key] for key in keys) == group]
        said = [row["sharing"] for row in some]
        cost, missing = statistics.median(row["cost"] for row in some), some[0]["missing"] > 0
        yield {
            **dict(zip(keys, group, strict=True)),
            "labels": round(statistics.mean(row["labels"] for row in some)),
            "difference": round(statistics.mean(row["difference"] for row in some), 4),
            "log loss less": round(
                statistics.mean(row["log loss own"] - row["log loss for all"] for row in some), 4
            ),
            "helps": said.count("sharing helps"),
            "hurts": said.count("sharing hurts"),
            "fits": len(some),
            "cost": round(cost, 3),
            "required": None if missing else f"<= {COST}",
            "reached": None if missing else cost <= COST,
        }


def _shown(figure: Any) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


if __name__ == "__main__":
    main()
