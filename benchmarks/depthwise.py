"""A full training step of EfficientNet-Lite0 on a processor, as PyTorch does it and as we do.

The step is forward, backward and AdamW, every parameter learning. Each setting runs in a process
of its own, because the settings of malloc are a process's, and the settings take turns, because
other programs slow now the one and now the other. A second table says how each depthwise
convolution is computed in bf16.

    python benchmarks/depthwise.py [--batch 32] [--side 224] [--steps 3] [--repetitions 3]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from machine import json_argument, report
from others import Others

SOURCE = "bundled/efficientnet-lite0"


@dataclass(frozen=True)
class Setting:
    """How a step is computed."""

    precision: str
    channels_last: bool = True
    fast: bool = False
    kept: bool = False
    fixed: bool = False


SETTINGS = {
    "PyTorch, float32": Setting("f32", channels_last=False),
    "PyTorch, float32, channels last": Setting("f32"),
    "float32, channels last, fast depthwise, memory kept": Setting("f32", fast=True, kept=True),
    "PyTorch, bf16, channels last": Setting("bf16"),
    "+ fast depthwise": Setting("bf16", fast=True),
    "+ memory kept": Setting("bf16", fast=True, kept=True),
    "+ depthwise filters fixed": Setting("bf16", fast=True, kept=True, fixed=True),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--side", type=int, default=224, help="pixels")
    parser.add_argument("--steps", type=int, default=3, help="a repetition, after a warm-up")
    parser.add_argument("--repetitions", type=int, default=3)
    json_argument(parser, "depthwise")
    parser.add_argument("--one", choices=SETTINGS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one is not None:
        print(json.dumps(run_steps(SETTINGS[chosen.one], chosen)))
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HEADSTART_CACHE"] = folder
        steps, layers = measure(chosen)
    report("a training step", steps, chosen.json)
    ways = chosen.json.with_name(f"{chosen.json.stem}-layers.json")
    report("ways of the depthwise convolutions in bf16, milliseconds of each tried", layers, ways)


def measure(chosen: argparse.Namespace) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    others, results = Others(), {name: [] for name in SETTINGS}
    for _ in range(chosen.repetitions):
        for name in SETTINGS:
            results[name].append(one_process(name, chosen))
            print(f"{name}: {results[name][-1]['seconds']:.2f} s", flush=True)
    slowest = _seconds(next(iter(results.values())))
    rows = [_row(name, runs, slowest, chosen.batch) for name, runs in results.items()]
    busy = others.rows()
    print(
        f"processor time that other programs took meanwhile: {busy[0]['value'] if busy else '?'} %"
    )
    return rows, results["+ memory kept"][0]["layers"]


def one_process(name: str, chosen: argparse.Namespace) -> dict[str, Any]:
    sizes = ["--batch", chosen.batch, "--side", chosen.side, "--steps", chosen.steps]
    command = [sys.executable, __file__, "--one", name, *map(str, sizes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{name!r} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _row(name: str, runs: list[dict[str, Any]], slowest: float, batch: int) -> dict[str, Any]:
    seconds = _seconds(runs)
    return {
        "setting": name,
        "s a step": seconds,
        "least": min(run["seconds"] for run in runs),
        "greatest": max(run["seconds"] for run in runs),
        "images/s": batch / seconds,
        "times as fast": slowest / seconds,
        "peak GiB": max(run["peak GiB"] for run in runs),
        "first choosing, s": runs[0]["choosing"],
        "remembered, s": runs[-1]["choosing"] if len(runs) > 1 else None,
    }


def _seconds(runs: list[dict[str, Any]]) -> float:
    return statistics.median(run["seconds"] for run in runs)


def run_steps(setting: Setting, chosen: argparse.Namespace) -> dict[str, Any]:
    """Median seconds of a step in this process, its peak memory and what was chosen."""
    import resource

    from headstart.training.kernel_choice import fast_depthwise
    from headstart.training.memory import kept_memory

    network, images = build(setting, chosen)
    with ExitStack() as stack:
        if setting.kept:
            stack.enter_context(kept_memory())
        found = None
        if setting.fast:
            found = stack.enter_context(fast_depthwise(network, images, setting.precision))
        step = make_step(network, images, setting)
        step()
        seconds = statistics.median(time_each(step, chosen.steps))
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "seconds": seconds,
        "peak GiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30,
        "choosing": found.seconds if found else None,
        "layers": [describe(layer) for layer in found.layers] if found else [],
    }


def build(setting: Setting, chosen: argparse.Namespace) -> tuple[Any, Any]:
    import torch

    from headstart.backbones.catalogue import load_network

    torch.manual_seed(0)
    order = torch.channels_last if setting.channels_last else torch.contiguous_format
    network, _ = load_network(SOURCE, init="random")
    network = network.to(memory_format=order).train().requires_grad_(True)
    for conv in network.modules():
        if setting.fixed and isinstance(conv, torch.nn.Conv2d) and conv.groups > 1:
            conv.requires_grad_(False)
    images = torch.randn(chosen.batch, 3, chosen.side, chosen.side)
    return network, images.contiguous(memory_format=order)


def make_step(network: Any, images: Any, setting: Setting) -> Callable[[], None]:
    import torch

    classes = torch.arange(len(images)) % 2
    learning = [part for part in network.parameters() if part.requires_grad]
    optimizer = torch.optim.AdamW(learning, 1e-4)

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=setting.precision == "bf16"):
            scores = network(images)
        torch.nn.functional.cross_entropy(scores.float(), classes).backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def time_each(step: Callable[[], None], count: int) -> Iterator[float]:
    for _ in range(count):
        start = time.perf_counter()
        step()
        yield time.perf_counter() - start


def describe(layer: Any) -> dict[str, Any]:
    """A line of the second table: the way taken, then the milliseconds of all that were tried."""
    shape = "x".join(map(str, layer.shape))
    window = f"{layer.kernel[0]}x{layer.kernel[1]} / {layer.stride[0]}"
    choices = {
        computation.replace("_", " "): _shown(choice.way, choice.milliseconds)
        for computation, choice in layer.choices.items()
    }
    return {"layer": layer.name, "input": shape, "kernel / stride": window, **choices}


def _shown(way: str, milliseconds: dict[str, float]) -> str:
    tried = ", ".join(f"{name} {taken:.2f}" for name, taken in milliseconds.items())
    return f"{way} ({tried})" if tried else way


if __name__ == "__main__":
    main()
