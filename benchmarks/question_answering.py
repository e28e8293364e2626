"""Question answering: exact match and F1 on the SQuAD sample, against no transfer.

Each seed is fitted with default settings on the 500 questions of squad/train.jsonl and tested on
the 100 questions of squad/test.jsonl, which are about other articles.

    python benchmarks/question_answering.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import json_argument, report

Columns = tuple[list[str], list[str], list[Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("HEADSTART_DATA"))
    parser.add_argument("--plan", default="auto")
    parser.add_argument("--seeds", type=int, nargs="*", default=(0, 1, 2))
    parser.add_argument("--epochs", type=int, default=None)
    parser.add_argument("--random-twin", action="store_true", help="train from random weights too")
    json_argument(parser, "question_answering")
    asked = parser.parse_args()
    if asked.data is None:
        raise SystemExit("Name the folder that holds squad/: --data, or HEADSTART_DATA.")
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("HEADSTART_CACHE", cache)
        rows = [row for seed in asked.seeds for row in _fit(asked, seed)]
    report("question_answering", rows, asked.json)


def _fit(asked: argparse.Namespace, seed: int) -> list[dict[str, Any]]:
    """A row for the model of this seed, and for each model without transfer."""
    from headstart import QuestionAnswerer

    folder = Path(asked.data) / "squad"
    train, test = _read(folder / "train.jsonl"), _read(folder / "test.jsonl")
    model = QuestionAnswerer(
        plan=asked.plan, epochs=asked.epochs, random_twin=asked.random_twin, random_state=seed
    )
    began = time.perf_counter()
    result = model.fit(*train, test=test).result_
    seconds = round(time.perf_counter() - began)
    print(seed, result.verdict, result.difference, result.notes, flush=True)
    rows = [_row(seed, result.source, result.test, seconds, result)]
    return rows + [_row(seed, one.name, one.test) for one in result.baselines]


def _row(
    seed: int, name: str, test: Any, seconds: int | None = None, result: Any = None
) -> dict[str, Any]:
    return {
        "seed": seed,
        "model": name,
        "exact match": _shown(test["exact_match"]),
        "F1": _shown(test["f1"]),
        "F1 more than without transfer": "" if result is None else _shown(result.difference),
        "verdict": "" if result is None else result.verdict,
        "seconds": seconds,
    }


def _read(path: Path) -> Columns:
    """Questions, contexts and answers."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return tuple([row[name] for row in rows] for name in ("question", "context", "answers"))  # type: ignore[return-value]


def _shown(figure: Any) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


if __name__ == "__main__":
    main()
