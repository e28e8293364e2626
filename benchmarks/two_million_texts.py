"""Two million sentences, made by repeating: memory stays bounded, and a killed pass goes on.

A process encodes them into the store and is killed; another goes on to the end. Peak memory is
compared with that of a tenth of the sentences. ``--distinct`` makes so many of them different
from each other (by a number in front), since what is the same is encoded once.

    python benchmarks/two_million_texts.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import json_argument, report
from review_sets import read_reviews

N_SENTENCES = 2_000_000
N_DISTINCT = 60_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("HEADSTART_DATA"))
    parser.add_argument("--sentences", type=int, default=N_SENTENCES)
    parser.add_argument("--distinct", type=int, default=N_DISTINCT)
    parser.add_argument("--kill-after", type=float, default=20.0, help="seconds of encoding")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    json_argument(parser, "two_million_texts")
    asked = parser.parse_args()
    if asked.child:
        _encode(asked)
        return
    with tempfile.TemporaryDirectory() as place:
        rows = [
            _whole(asked, asked.sentences // 10, asked.distinct // 10, Path(place) / "tenth"),
            _killed(asked, Path(place) / "whole"),
        ]
    report("two_million_texts", rows, asked.json)


def _whole(asked: argparse.Namespace, sentences: int, distinct: int, place: Path) -> dict[str, Any]:
    began = time.perf_counter()
    done = subprocess.run(
        _command(asked, sentences, distinct, place),
        env=_environment(place),
        check=True,
        capture_output=True,
        text=True,
    )
    return _row(json.loads(done.stdout.splitlines()[-1]), time.perf_counter() - began, 0)


def _killed(asked: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Kill once it has encoded for some seconds, then let another process finish."""
    command = _command(asked, asked.sentences, asked.distinct, place)
    child = subprocess.Popen(command, env=_environment(place), stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()  # it says when encoding begins
    time.sleep(asked.kill_after)
    child.send_signal(signal.SIGKILL)
    child.wait()
    kept = _stored(place)
    row = _whole(asked, asked.sentences, asked.distinct, place)
    return {**row, "kept after the kill": kept}


def _stored(place: Path) -> int:
    from headstart.activations.store import ActivationTable

    tables = [one.parent for one in (place / "activations").glob("*/*.json")]
    return sum(len(ActivationTable(one)) for one in tables)


def _command(asked: argparse.Namespace, sentences: int, distinct: int, place: Path) -> list[str]:
    return [
        sys.executable,
        __file__,
        "--data",
        str(asked.data),
        "--sentences",
        str(sentences),
        "--distinct",
        str(distinct),
        "--child",
        str(place),
    ]


def _environment(place: Path) -> dict[str, str]:
    return {**os.environ, "HEADSTART_CACHE": str(place)}


def _encode(asked: argparse.Namespace) -> None:
    """In a process of its own, which prints a line when it begins and one of JSON at the end."""
    import resource

    from headstart.activations.encoders import encoder_of
    from headstart.activations.encoding import encode
    from headstart.activations.preparation import Request, prepare
    from headstart.activations.store import ActivationStore
    from headstart.data.texts import read_texts

    converted = prepare(Request("bundled/minilm-l6"))
    sets = read_reviews(asked.data)
    known = [*sets.test.texts, *sets.pool.texts]
    distinct = [f"{place} {known[place % len(known)]}" for place in range(asked.distinct)]
    dataset = read_texts([distinct[row % len(distinct)] for row in range(asked.sentences)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("begin", flush=True)
    began = time.perf_counter()
    (table,), failures = encode(dataset.items, [encoder_of(converted)], ActivationStore())
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "sentences": len(dataset),
                "distinct": len(table),
                "failures": len(failures),
                "before": round(before / 2**10),
                "after": round(after / 2**10),
                "encoding": round(time.perf_counter() - began, 1),
            }
        )
    )


def _row(told: dict[str, Any], seconds: float, kept: int) -> dict[str, Any]:
    return {
        "sentences": told["sentences"],
        "distinct": told["distinct"],
        "lost": told["failures"],
        "MiB with all sentences read": told["before"],
        "MiB at most": told["after"],
        "seconds of encoding": told["encoding"],
        "seconds in all": round(seconds, 1),
        "kept after the kill": kept,
    }


if __name__ == "__main__":
    main()
