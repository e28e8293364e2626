"""Processor seconds of every transferability score and similarity, on one core.

Claim: for 1,000 samples with 1,280 features, LogME, H-score, k-NN and the probe take at most 0.3 s
each, and the others at most 2 s. The features are drawn at random: their values hardly change
what is computed. The first call of each, which may load a library, is not counted. Waiting while
other programs have the core is not counted either; what they do to the caches is.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from figures import seconds_row
from machine import json_argument, report
from others import Others
from processes import keep_to_cores

QUICK = ("logme", "h_score", "knn", "probe")
QUICK_SECONDS, SECONDS = 0.3, 2.0
#: Layers of EfficientNet-Lite0 with BatchNorm, and channels of one of them.
N_LAYERS, N_CHANNELS = 49, 200
N_SOURCE_CLASSES = 1000
Timed = tuple[str, Callable[[], float]]


def main() -> None:
    options = _parser().parse_args()
    keep_to_cores(1)
    others = Others()
    rows = [
        seconds_row(name, list(_seconds(call, options.runs)), _limit(name))
        for name, call in timed_calls(options)
    ]
    report("scores", [*rows, *others.rows()], options.json)


def timed_calls(options: argparse.Namespace) -> Iterator[Timed]:
    """Each score and similarity with what it is called with."""
    from headstart.scores import SCORES, SIMILARITIES, frechet_distance

    source, target = _drawn(options, seed=0), _drawn(options, seed=1)
    for name, score in SCORES.items():
        features = target[0] if score.inputs == "features" else _probabilities(options)
        yield name, lambda score=score, features=features: score.function(features, target[1])
    inputs: dict[str, tuple[Any, ...]] = {
        "features": (source[0], target[0]),
        "labelled features": (*source, *target),
        "batch norm statistics": (_statistics(0), _statistics(1)),
    }
    for name, entry in SIMILARITIES.items():
        yield name, lambda entry=entry: entry.function(*inputs[entry.inputs])
    shrunk = inputs["features"]
    yield "frechet_distance, shrunk", lambda: frechet_distance(*shrunk, shrink=True)


def _drawn(options: argparse.Namespace, seed: int) -> tuple[Any, Any]:
    """Features like those after a rectifier, and labels."""
    random = np.random.default_rng(seed)
    labels = np.arange(options.samples) % options.classes
    middles = 0.3 * random.normal(size=(options.classes, options.features))
    noise = random.normal(size=(options.samples, options.features))
    return np.maximum(noise + middles[labels], 0).astype(np.float32), labels


def _probabilities(options: argparse.Namespace) -> Any:
    random = np.random.default_rng(2)
    return random.dirichlet(np.full(N_SOURCE_CLASSES, 0.1), options.samples)


def _statistics(seed: int) -> list[tuple[Any, Any]]:
    random = np.random.default_rng(seed)
    return [
        (random.normal(size=N_CHANNELS), random.uniform(0.5, 2, N_CHANNELS))
        for _ in range(N_LAYERS)
    ]


def _seconds(call: Callable[[], float], count: int) -> Iterator[float]:
    call()
    for _ in range(count):
        start = time.process_time()
        call()
        yield time.process_time() - start


def _limit(name: str) -> float:
    return QUICK_SECONDS if name in QUICK else SECONDS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--features", type=int, default=1280)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5, help="calls of each that are counted")
    json_argument(parser, "scores")
    return parser


if __name__ == "__main__":
    main()
