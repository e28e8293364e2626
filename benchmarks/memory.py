"""Peak resident memory while encoding more and more pictures.

A few photographs are repeated with some bytes after their end, which decoders ignore: the content
of each differs, so that each is decoded and encoded. Every size runs in a process of its own,
which reads the folder, encodes into an empty store, and tells its peak.

    python benchmarks/memory.py [FOLDER] [--count 20000]
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import json_argument, report
from photographs import find_photographs

SOURCE = "bundled/efficientnet-lite0"
LIMIT_GIB = 2.0
#: How much more the largest may take than the smallest and still count as flat: what is kept of
#: every picture is its path, its fingerprint and its place in the store.
FLAT_KIB_A_PICTURE = 4.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="photographs")
    parser.add_argument("--count", type=int, default=20_000, help="pictures in the largest pass")
    json_argument(parser, "memory")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workplace = Path(folder)
        os.environ["HEADSTART_CACHE"] = str(workplace / "cache")
        rows = measure(find_photographs(chosen.folder, workplace), chosen.count, workplace)
    report("memory", rows, chosen.json)


def measure(photographs: list[Path], count: int, workplace: Path) -> list[dict[str, Any]]:
    # Converting imports torch: in another process, so that it is in nobody's peak.
    subprocess.run([sys.executable, __file__, "--prepare"], check=True)
    rows: list[dict[str, Any]] = []
    written = 0
    pictures = workplace / "pictures"
    for size in (count // 8, count // 4, count // 2, count):
        write_copies(photographs, pictures, written, size)
        written = size
        environment = {**os.environ, "HEADSTART_CACHE": str(workplace / "cache")}
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(pictures), str(workplace / f"store-{size}")],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        if done.returncode != 0:
            raise SystemExit(f"encoding {size} pictures failed:\n{done.stderr}")
        row = json.loads(done.stdout.splitlines()[-1])
        first = rows[0] if rows else row
        grown = (row["peak GiB"] - first["peak GiB"]) * 2**20
        allowed = FLAT_KIB_A_PICTURE * (row["pictures"] - first["pictures"])
        rows.append({**row, "below 2 GiB": row["peak GiB"] < LIMIT_GIB, "flat": grown <= allowed})
        print(rows[-1], flush=True)
    return rows


def write_copies(photographs: list[Path], folder: Path, start: int, stop: int) -> None:
    """Copies number ``start`` to ``stop``, each with bytes of its own after the end."""
    folder.mkdir(exist_ok=True)
    contents = [path.read_bytes() for path in photographs]
    for number in range(start, stop):
        place = number % len(contents)
        path = folder / f"{number:06}{photographs[place].suffix}"
        path.write_bytes(contents[place] + secrets.token_bytes(8))


def encode_one(pictures: Path, store: Path) -> dict[str, Any]:
    import resource

    from headstart.activations.encoding import encode
    from headstart.activations.openvino_engine import OpenVinoEncoder
    from headstart.activations.preparation import Request, prepare
    from headstart.activations.store import ActivationStore
    from headstart.data import read_inputs

    encoder = OpenVinoEncoder(prepare(Request(SOURCE)))
    start = time.perf_counter()
    dataset = read_inputs([str(path) for path in sorted(pictures.iterdir())])
    (table,), failures = encode(dataset.items, [encoder], ActivationStore(store))
    seconds = time.perf_counter() - start
    if failures or dataset.quarantined or len(table) != len(dataset):
        raise SystemExit(f"{len(failures)} failed: {failures}, {dataset.quarantined[:3]}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "pictures": len(table),
        "peak GiB": peak * unit / 2**30,
        "pictures/s": len(table) / seconds,
    }


def prepare_only() -> None:
    from headstart.activations.preparation import Request, prepare

    prepare(Request(SOURCE))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(encode_one(Path(sys.argv[2]), Path(sys.argv[3]))))
    elif sys.argv[1:2] == ["--prepare"]:
        prepare_only()
    else:
        main()
