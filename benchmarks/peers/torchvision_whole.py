"""The same detector of torchvision, trained whole by an ordinary loop: prints one line of JSON.

Pyramid, towers, strides, canvas, weights, views and learning rates are those of the run that it
stands beside. What differs is what an ordinary trainer does: every picture is decoded again in
each epoch, and every layer of the network is trained.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path


def main() -> None:
    began = time.perf_counter()
    options = _parser().parse_args()
    import torch
    from whole_detector import answer, build, learn

    from headstart.cli.place_arguments import PlaceArguments
    from headstart.cli.place_reading import read_parts
    from headstart.runs.place_saving import load_places

    run = load_places(options.run)
    train, test = read_parts(PlaceArguments(options.boxes, split=options.split))
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.cores)
    network = build(run)
    seconds = learn(network, run, train, options)
    judged = time.perf_counter()
    answers = [answer(network, run, item, options) for item in test.items]
    boxes = [
        {"corners": one.corners.tolist(), "labels": list(one.labels), "scores": one.scores.tolist()}
        for one in answers
    ]
    told = {
        "epochs": seconds,
        "evaluate": time.perf_counter() - judged,
        "whole": time.perf_counter() - began,
        "boxes": boxes,
    }
    print(json.dumps(told))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("boxes", type=Path)
    parser.add_argument("split", type=Path)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--precision", choices=("bf16", "f32"), default="bf16")
    return parser


if __name__ == "__main__":
    main()
