"""A zoo of sources and targets, and the truth about each pair: what advice is judged by.

Ten small networks are trained here by the function behind ``headstart pretrain``, three of them so
that they are of no use (random weights, shuffled labels, noise). Beside them stand the bundled
network and, where its file is named, SqueezeNet. On each target every source is tried exhaustively:
a probe and full fine-tuning, one seed. No source saw a picture of a target.

``--out`` keeps everything: ``pictures/``, ``sources/`` (runs), ``truth/`` and ``truth.json``, and
``vectors/``, all that scores read. What is there is not made again, so it can be broken off.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from machine import json_argument, report
from others import Others
from processes import keep_to_cores

STEPS = ("pictures", "sources", "vectors", "truth")


def main() -> None:
    options = _parser().parse_args()
    data = options.data or os.environ.get("HEADSTART_DATA")
    if not data:
        sys.exit(
            "Name the folder that holds digits/, faces/ and the others: --data, or HEADSTART_DATA."
        )
    keep_to_cores(options.cores)
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["HEADSTART_CACHE"] = str(options.out.resolve() / "cache")
    others = Others()
    rows = run(Path(data).resolve(), options)
    busy = others.rows()
    report(
        "zoo",
        [{**row, "others %": busy[0]["value"] if busy else None} for row in rows],
        options.json,
    )


def run(data: Path, options: argparse.Namespace) -> list[dict[str, object]]:
    """The steps that were asked for, in their order; a row for each pair that has a truth."""
    from zoo_pictures import write_pictures
    from zoo_sources import build_sources, zoo
    from zoo_truth import gather_truth, pairs, write_own_vectors, write_truth, write_vectors

    out = options.out.resolve()
    if "pictures" in options.steps:
        write_pictures(data, out)
    if "sources" in options.steps:
        build_sources(out)
    found = zoo(out, options.squeezenet)
    if "vectors" in options.steps:
        for one in found:
            write_own_vectors(out, one)
    for one, target in pairs(found, options.sources, options.targets):
        if "vectors" in options.steps:
            write_vectors(out, one, target)
        if "truth" in options.steps:
            write_truth(out, one, target)
    return gather_truth(out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="holds digits/, faces/ and so on; or HEADSTART_DATA"
    )
    parser.add_argument("--out", type=Path, required=True, help="the zoo's folder, kept")
    parser.add_argument("--squeezenet", type=Path, help="squeezenet1_0.safetensors")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--sources", nargs="+", help="only these (default: all)")
    parser.add_argument("--targets", nargs="+", help="only these (default: all)")
    parser.add_argument("--cores", type=int, default=2, help="cores to run on (default 2)")
    json_argument(parser, "zoo")
    return parser


if __name__ == "__main__":
    main()
