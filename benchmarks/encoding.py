"""Pictures a second of our one pass, beside OpenVINO's own benchmark of the same network.

Ours decodes the files, prepares them, runs the network, pools every stage and writes the store.
``benchmark_app`` only runs the network, again and again on the same numbers in memory. Both
alternate, because other programs on the machine slow now the one and now the other.

    python benchmarks/encoding.py [FOLDER] [--count 3000] [--seconds 15] [--repetitions 5]
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine import json_argument, report
from others import QUIET_PERCENT, Others
from photographs import find_photographs

SOURCE = "bundled/efficientnet-lite0"
TARGET = 0.85
PARTS_COUNT = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="photographs")
    parser.add_argument("--count", type=int, default=3000, help="pictures a repetition")
    parser.add_argument("--seconds", type=int, default=15, help="of benchmark_app a repetition")
    parser.add_argument("--repetitions", type=int, default=5)
    json_argument(parser, "encoding")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workplace = Path(folder)
        os.environ["HEADSTART_CACHE"] = str(workplace / "cache")
        photographs = find_photographs(chosen.folder, workplace)
        report("encoding", measure(photographs, workplace, chosen), chosen.json)
        parts = chosen.json.with_name(f"{chosen.json.stem}-parts.json")
        report("where the processor time goes", time_parts(photographs, workplace), parts)


def measure(
    photographs: list[Path], workplace: Path, chosen: argparse.Namespace
) -> list[dict[str, Any]]:
    from headstart.activations.preparation import Request, prepare

    converted = prepare(Request(SOURCE))
    precision = _precision()
    model = workplace / "plain.xml"
    subprocess.run([sys.executable, __file__, "--convert", str(model)], check=True)
    rows = []
    for repetition in range(chosen.repetitions):
        theirs, beside_theirs = watched(lambda: benchmark_app(model, precision, chosen.seconds))
        ours, beside_ours = watched(
            lambda: encode_once(photographs, converted, precision, chosen.count, workplace)
        )
        rows.append(_row(str(repetition + 1), ours, theirs, max(beside_ours, beside_theirs)))
        print(rows[-1], flush=True)
    return [*rows, _median([row for row in rows if row[OTHERS] <= QUIET_PERCENT] or rows)]


OURS, THEIRS, OTHERS = "headstart images/s", "benchmark_app images/s", "others %"


def watched(measured: Callable[[], float]) -> tuple[float, float]:
    """A figure, and how many percent of the processors other programs took meanwhile."""
    others = Others()
    figure = measured()
    rows = others.rows()
    return figure, rows[0]["value"] if rows else 0.0


def _row(name: str, ours: float, theirs: float, others: float) -> dict[str, Any]:
    """A ratio from a busy machine counts neither for nor against: it flatters who has threads."""
    ratio = ours / theirs
    reached = ratio >= TARGET if others <= QUIET_PERCENT else None
    return {
        "repetition": name,
        OURS: ours,
        THEIRS: theirs,
        "ratio": ratio,
        OTHERS: others,
        "reached": reached,
    }


def _median(rows: list[dict[str, Any]]) -> dict[str, Any]:
    middle = {
        name: statistics.median(row[name] for row in rows)
        for name in (OURS, THEIRS, "ratio", OTHERS)
    }
    reached = middle["ratio"] >= TARGET if middle[OTHERS] <= QUIET_PERCENT else None
    return {"repetition": f"median of {len(rows)}", **middle, "reached": reached}


@dataclass(frozen=True)
class Repeated:
    """A file under a fingerprint of its own, so that it counts as another picture each time."""

    name: str
    fingerprint: bytes

    def open(self, at_least: int | None = None) -> Any:
        from headstart.data.images import open_image

        return open_image(Path(self.name).read_bytes(), at_least)


def time_parts(photographs: list[Path], workplace: Path) -> list[dict[str, Any]]:
    """Processor time a picture: a busy machine changes it less than the time on the wall."""
    from headstart.activations.openvino_engine import OpenVinoEncoder
    from headstart.activations.preparation import Request, prepare

    converted, precision = prepare(Request(SOURCE)), _precision()
    encoder = OpenVinoEncoder(converted, precision)
    items = [Repeated(str(path), secrets.token_bytes(16)) for path in photographs[:PARTS_COUNT]]
    pictures: list[Any] = []
    pixels: list[Any] = []

    def network() -> None:
        for sample in pixels:
            encoder.start(sample, lambda vector: None)
        encoder.finish()

    def decode() -> None:
        pictures[:] = [item.open(at_least=encoder.smallest_side) for item in items]

    def resize() -> None:
        pixels[:] = [encoder.prepare(picture) for picture in pictures]

    steps = {
        "decode": decode,
        "crop and resize": resize,
        "network, first time": network,
        "network": network,
        "whole pass": lambda: encode_once(photographs, converted, precision, len(items), workplace),
    }
    return [
        {"part": name, "core ms a picture": _core_seconds(step) / len(items) * 1e3}
        for name, step in steps.items()
    ]


def _core_seconds(step: Callable[[], object]) -> float:
    start = time.process_time()
    step()
    return time.process_time() - start


def encode_once(
    photographs: list[Path], converted: Any, precision: str, count: int, workplace: Path
) -> float:
    """Pictures a second, compiling the network and writing the store included."""
    from headstart.activations.encoding import encode
    from headstart.activations.openvino_engine import OpenVinoEncoder
    from headstart.activations.store import ActivationStore

    paths = [str(photographs[number % len(photographs)]) for number in range(count)]
    items = [Repeated(path, secrets.token_bytes(16)) for path in paths]
    store = ActivationStore(workplace / f"store-{secrets.token_hex(4)}")
    start = time.perf_counter()
    (table,), failures = encode(items, [OpenVinoEncoder(converted, precision)], store)
    seconds = time.perf_counter() - start
    if failures or len(table) != count:
        raise SystemExit(f"{len(failures)} of {count} pictures failed: {failures}")
    return count / seconds


def benchmark_app(model: Path, precision: str, seconds: int) -> float:
    """What OpenVINO's own benchmark reaches when it is told to go for throughput."""
    tool = Path(sys.executable).parent / "benchmark_app"
    command = [tool, "-m", model, "-d", "CPU", "-hint", "throughput", "-t", str(seconds)]
    done = subprocess.run(
        [*command, "-infer_precision", precision], capture_output=True, text=True, check=False
    )
    found = re.search(r"Throughput:\s+([\d.]+) FPS", done.stdout)
    if found is None:
        raise SystemExit(f"benchmark_app failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return float(found.group(1))


def _precision() -> str:
    from headstart.activations.openvino_engine import best_precision

    return best_precision()


def convert_plain(path: Path) -> None:
    """The whole network with its classes, float32 pictures in, as anybody would convert it."""
    import openvino
    import torch
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    from headstart.backbones.catalogue import load_network

    network, source = load_network(SOURCE)
    shape = [1, 3, *source.preprocessing.size]
    with torch.inference_mode():
        traced = torch.jit.trace(network.eval(), torch.zeros(shape))
    front_end = FrontEndManager().load_by_framework("pytorch")
    decoder = TorchScriptPythonDecoder(traced)
    model = front_end.convert(front_end.load(decoder))
    model.reshape(shape)
    openvino.save_model(model, path, compress_to_fp16=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--convert"]:
        convert_plain(Path(sys.argv[2]))
    else:
        main()
