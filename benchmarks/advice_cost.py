"""What advice costs beside the passes that it stands on.

The same 1,000 pictures go through each of four sources alone, and then advice is asked for on all
four: classical features, scores, similarity and proposal included. Networks are converted before;
nothing is stored. Both alternate, because other programs slow now the one and now the other.

    python benchmarks/advice_cost.py [FOLDER] [--count 1000] [--repetitions 3]
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from figures import Row, seconds_row
from machine import json_argument, report
from others import Others
from photographs import find_photographs

if TYPE_CHECKING:
    from headstart.activations.preparation import Request
    from headstart.data.dataset import Dataset

#: Beside the bundled one: with weights drawn at random, since only the time matters.
ARCHITECTURES = ("timm/mobilenetv3_large_100", "timm/resnet18", "torchvision/squeezenet1_0")
MOST = 1.15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="photographs in class folders")
    parser.add_argument("--count", type=int, default=1000, help="pictures")
    parser.add_argument("--repetitions", type=int, default=3)
    json_argument(parser, "advice_cost")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workplace = Path(folder)
        os.environ["HEADSTART_CACHE"] = str(workplace / "cache")
        photographs = find_photographs(chosen.folder, workplace)
        report("advice_cost", measure(photographs, workplace, chosen), chosen.json)


def measure(photographs: list[Path], workplace: Path, chosen: argparse.Namespace) -> list[Row]:
    """Seconds of the passes and of the advice, and their ratio in each repetition."""
    from headstart.activations.preparation import prepare

    requests = sources(workplace)
    for request in requests:
        prepare(request)
    passes, advice, ratios = [], [], []
    others = Others()
    for repetition in range(chosen.repetitions + 1):
        dataset = copies(photographs, workplace / "pictures", chosen.count)
        alone = sum(pass_alone(dataset, request, workplace) for request in requests)
        asked = advice_seconds(dataset, requests, workplace)
        print(f"passes {alone:.1f} s, advice {asked:.1f} s", flush=True)
        if repetition:  # the first one imports what the others find
            passes.append(alone)
            advice.append(asked)
            ratios.append(asked / alone)
    busy = others.rows()
    return [
        seconds_row(f"{len(requests)} passes alone", passes),
        seconds_row("advice", advice),
        ratio_row(ratios),
        *busy,
    ]


def ratio_row(ratios: list[float]) -> Row:
    """Of each repetition; the median counts."""
    return {
        **seconds_row("advice / passes", ratios, MOST),
        "unit": "times",
    }


def sources(workplace: Path) -> list[Request]:
    """The bundled source, and three with files of weights."""
    from safetensors.torch import save_file

    from headstart.activations.preparation import Request
    from headstart.backbones.catalogue import load_network

    found = [Request("bundled/efficientnet-lite0")]
    for name in ARCHITECTURES:
        network, _ = load_network(name, init="random")
        file = workplace / f"{name.partition('/')[2]}.safetensors"
        save_file({key: one.contiguous() for key, one in network.state_dict().items()}, file)
        found.append(Request(name, str(file)))
    return found


def copies(photographs: list[Path], folder: Path, count: int) -> Dataset:
    """So many pictures that nobody has seen: each photograph with other bytes at its end."""
    from headstart.data import read_any

    mixed = random.Random(0).sample(photographs, len(photographs))
    for number in range(count):
        photograph = mixed[number % len(mixed)]
        place = folder / photograph.parent.name
        place.mkdir(parents=True, exist_ok=True)
        content = photograph.read_bytes() + secrets.token_bytes(8)
        (place / f"{number}{photograph.suffix}").write_bytes(content)
    return read_any(folder)


def pass_alone(dataset: Dataset, request: Request, workplace: Path) -> float:
    """Decode, prepare, run the network and store, as every fit does."""
    from headstart.activations.encoding import encode
    from headstart.activations.openvino_engine import OpenVinoEncoder
    from headstart.activations.preparation import prepare
    from headstart.activations.store import ActivationStore

    store = ActivationStore(workplace / "stores" / secrets.token_hex(8))
    began = time.perf_counter()
    encode(dataset.items, [OpenVinoEncoder(prepare(request))], store)
    return time.perf_counter() - began


def advice_seconds(dataset: Dataset, requests: list[Request], workplace: Path) -> float:
    """Everything that ``headstart advise`` does once the pictures are listed."""
    from headstart.fitting import Settings
    from headstart.fitting.advising import advise

    began = time.perf_counter()
    advise(dataset, Settings(candidates=tuple(requests)))
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
