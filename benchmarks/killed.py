"""Kill a fit with SIGKILL at random moments, look at what it left, and run it again.

Each round begins with an empty cache, so that the moment may fall into converting the network,
into encoding, into fitting or into writing the run. Afterwards the store and the run must be whole,
and the same command must end with the figures of a fit that nobody killed, without computing a
stored row again.

    python benchmarks/killed.py [--data TRAIN --test TEST] [--kills 20] [--seed 0]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine import json_argument, report

#: Fewer than usual, so that a small data set is stored in several parts too.
ROWS_A_SHARD = 32
COMMAND = (
    "from headstart.activations import encoding;"
    f"encoding.ROWS_A_SHARD = {ROWS_A_SHARD};"
    "from headstart.cli import main; main()"
)

#: Table and fingerprint to the bytes of the row.
Rows = dict[tuple[str, bytes], bytes]


@dataclass(frozen=True)
class Fit:
    """One command with its own cache and run folder."""

    folder: Path
    train: Path
    test: Path
    options: tuple[str, ...] = ()

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def start(self) -> subprocess.Popen[bytes]:
        arguments = ["fit", self.train, "--test", self.test, "--out", self.run, "--json"]
        arguments += self.options
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *map(str, arguments)],
            env={**os.environ, "HEADSTART_CACHE": str(self.cache)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def finish(self) -> tuple[dict[str, Any], float]:
        """The figures, and seconds of the whole process."""
        begin = time.perf_counter()
        process = self.start()
        _, errors = process.communicate()
        if process.returncode != 0:
            raise SystemExit(f"fit ended with status {process.returncode}:\n{errors.decode()}")
        seconds = time.perf_counter() - begin
        result = json.loads((self.run / "result.json").read_bytes())
        return {key: value for key, value in result.items() if key != "seconds"}, seconds

    def kill_after(self, seconds: float) -> bool:
        """Whether it was still running then. Only this process is killed, not its children."""
        process = self.start()
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        return process.returncode == -signal.SIGKILL

    def rows(self) -> tuple[Rows, int]:
        """What is stored, and how many rows stand there twice; a damaged shard raises."""
        from headstart.activations.shard import FINGERPRINTS, Shard

        found: Rows = {}
        total = 0
        for path in self.folder.glob("cache/activations/*/*.safetensors"):
            shard = Shard(path)
            names = [*json.loads((path.parent / "key.json").read_bytes())["outputs"], FINGERPRINTS]
            arrays = [shard.array(name) for name in names]
            for row, fingerprint in enumerate(shard.fingerprints()):
                found[path.parent.name, fingerprint] = b"".join(a[row].tobytes() for a in arrays)
                total += 1
        return found, total - len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of class folders; default: the demo")
    parser.add_argument("--test", type=Path, help="held-out data, with --data")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    json_argument(parser, "killed")
    chosen = parser.parse_args()
    if (chosen.data is None) != (chosen.test is None):
        parser.error("give --data and --test together, or neither")
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), chosen)
    report("killed", rows, chosen.json)
    if not all(row["as if never killed"] for row in rows):
        raise SystemExit(1)


def measure(workplace: Path, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    train, test = chosen.data, chosen.test
    if train is None:
        from headstart.data import write_demo

        train, test = write_demo(workplace / "data")
    reference = Fit(workplace / "unkilled", train, test)
    figures, seconds = reference.finish()
    expected, _ = reference.rows()
    print(f"unkilled: {seconds:.1f} s, {len(expected)} rows", flush=True)
    moments = random.Random(chosen.seed)
    rows: list[dict[str, Any]] = []
    number = 0
    while len(rows) < chosen.kills:
        number += 1
        fit = Fit(workplace / f"killed-{number}", train, test)
        moment = moments.uniform(0, seconds)
        if not fit.kill_after(moment):
            seconds = min(seconds, moment)  # it had ended already: a kill that late says nothing
            continue
        rows.append(
            {"kill": len(rows) + 1, "after s": moment, **consequences(fit, figures, expected)}
        )
        print(rows[-1], flush=True)
    return rows


def consequences(fit: Fit, figures: dict[str, Any], expected: Rows) -> dict[str, Any]:
    """What a kill left behind, and how the same command ends afterwards."""
    from headstart import load

    kept, _ = fit.rows()
    whole = all(expected[place] == content for place, content in kept.items())
    run = "none"
    if fit.run.exists():
        load(fit.run)
        run = "whole"
    again, seconds = fit.finish()
    rows, twice = fit.rows()
    same = again == figures and rows == expected and whole and twice == 0
    return {
        "run": run,
        "rows kept": len(kept),
        "of": len(expected),
        "computed again": twice,
        "then s": seconds,
        "as if never killed": same,
    }


if __name__ == "__main__":
    main()
