"""Film reviews: accuracy by the number of labels, with default settings, and against TF-IDF.

Each size is fitted with the sentences of five seeds and tested on the same 2,000 sentences.

    python benchmarks/reviews.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import json_argument, report
from review_sets import ReviewSets, read_reviews

SIZES = (8, 64, 512, 4000)
#: Of Student's distribution, 97.5 %, by degrees of freedom.
_T = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 9: 2.26}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("HEADSTART_DATA"))
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--plan", default="auto")
    parser.add_argument("--for-choosing", action="store_true", help="leave the test set alone")
    parser.add_argument("--training", type=json.loads, default={}, help="fields, as JSON")
    json_argument(parser, "reviews")
    asked = parser.parse_args()
    sets = read_reviews(Path(asked.data), asked.for_choosing)
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("HEADSTART_CACHE", cache)
        rows = [_size(sets, size, asked) for size in asked.sizes]
    report("reviews", rows, asked.json)


def _size(sets: ReviewSets, per_class: int, asked: argparse.Namespace) -> dict[str, Any]:
    found = [_fit(sets, per_class, seed, asked) for seed in range(asked.seeds)]
    own, tfidf, tried, seconds = (np.array(one) for one in zip(*found, strict=True))
    return {
        "labels a class": per_class,
        "accuracy": _shown(own),
        "with transfer": _shown(tried),
        "tf-idf": _shown(tfidf),
        "difference": _shown(tried - tfidf),
        "seconds": round(float(np.median(seconds)), 1),
    }


def _fit(
    sets: ReviewSets, per_class: int, seed: int, asked: argparse.Namespace
) -> tuple[float, float, float, float]:
    """Accuracy of what is saved, of TF-IDF, of the model with transfer, and seconds."""
    from headstart.data.texts import read_texts
    from headstart.fitting import Settings, fit
    from headstart.strategies import read_plan_name

    train = sets.draw(per_class, seed)
    settings = Settings(plan=read_plan_name(asked.plan), seed=seed, training=asked.training)
    began = time.perf_counter()
    data = read_texts(train.texts, train.labels), read_texts(sets.test.texts, sets.test.labels)
    result = fit(*data, settings).result_
    seconds = time.perf_counter() - began
    own = result.test["accuracy"].value
    tried = own if result.with_transfer is None else result.with_transfer.test["accuracy"].value
    tfidf = result.baselines[1].test["accuracy"].value
    print(per_class, seed, f"{own:.3f} {tfidf:.3f} {seconds:.1f} s", _told(result), flush=True)
    return own, tfidf, tried, seconds


def _told(result: Any) -> str:
    plan = result.plan
    trained = [stage["name"] for stage in plan["stages"] if stage["mode"] != "frozen"]
    return f"{result.verdict}; trained {len(trained)}; head {plan['head']}"


def _shown(values: np.ndarray) -> str:
    mean = values.mean()
    if len(values) < 2:
        return f"{mean:.3f}"
    half = _T.get(len(values) - 1, 2.0) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{mean:.3f} ({mean - half:.3f} to {mean + half:.3f})"


if __name__ == "__main__":
    main()
