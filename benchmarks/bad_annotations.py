"""Bad annotation files are answered by a clear message, a quarantined row or a note.

Claim: of at least 30 kinds of bad files of boxes and masks each is met by name, and spoils none of
its neighbours.

    python benchmarks/bad_annotations.py
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import json_argument, report


def main() -> None:
    options = _parser().parse_args()
    from annotation_kinds import KINDS

    rows = [_tried(kind) for kind in KINDS]
    reached = sum(row["reached"] for row in rows)
    rows.append(
        {
            "kind": "answered as required",
            "way": f"{reached} of {len(rows)}",
            "answer": "at least 30 kinds, all of them",
            "left": None,
            "seconds": None,
            "reached": reached == len(rows) >= 30,
        }
    )
    report("bad_annotations", rows, options.json)


def _tried(kind: Any) -> dict[str, Any]:
    from annotation_kinds import answer

    with tempfile.TemporaryDirectory(prefix="headstart-annotations-") as folder:
        started = time.perf_counter()
        found = answer(kind, Path(folder))
        seconds = time.perf_counter() - started
        said = [line for line in found.lines[kind.way] if re.search(kind.says, line)]
        shown = (said or ["NOT ANSWERED"])[0].replace(folder + "/", "")
    return {
        "kind": kind.name,
        "way": kind.way,
        "answer": shown if len(shown) <= 110 else shown[:109] + "…",
        "left": found.left,
        "seconds": round(seconds, 3),
        "reached": bool(said) and found.left == kind.left,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    json_argument(parser, "bad_annotations")
    return parser


if __name__ == "__main__":
    main()
