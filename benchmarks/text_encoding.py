"""Sentences a second: headstart's engine beside sentence-transformers with its defaults.

Both encode the same 10,000 sentences with the same weights on the same processors, by turns in the
same process. What headstart gives is compared with it: cosine of each pair of vectors.

    python benchmarks/text_encoding.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import json_argument, report
from others import Others
from review_sets import read_reviews

N_SENTENCES = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("HEADSTART_DATA"))
    parser.add_argument("--sentences", type=int, default=N_SENTENCES)
    parser.add_argument("--repeats", type=int, default=3)
    json_argument(parser, "text_encoding")
    asked = parser.parse_args()
    sets = read_reviews(Path(asked.data))
    texts = [*sets.test.texts, *sets.pool.texts][: asked.sentences]
    others = Others()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["HEADSTART_CACHE"] = cache
        rows = _compare(texts, asked.repeats)
    busy = others.rows()
    for row in rows:
        row["others, %"] = busy[0]["value"] if busy else None
    report("text_encoding", rows, asked.json)


def _compare(texts: list[str], repeats: int) -> list[dict[str, Any]]:
    from sentence_transformers import SentenceTransformer

    from headstart.activations.preparation import Request, prepare
    from headstart.backbones.providers.minilm import packaged_folder

    converted = prepare(Request("bundled/minilm-l6"))
    theirs = SentenceTransformer(str(packaged_folder()), device="cpu")
    theirs.encode(texts[:64], show_progress_bar=False)
    own_seconds, their_seconds = [], []
    for _ in range(repeats):
        began = time.perf_counter()
        own = _encoded(texts, converted)
        own_seconds.append(time.perf_counter() - began)
        began = time.perf_counter()
        reference = theirs.encode(texts, show_progress_bar=False)
        their_seconds.append(time.perf_counter() - began)
    cosines = _cosines(own, np.asarray(reference))
    ratio = [b / a for a, b in zip(own_seconds, their_seconds, strict=True)]
    return [
        {
            "sentences": len(texts),
            "headstart, a second": round(len(texts) / float(np.median(own_seconds))),
            "sentence-transformers": round(len(texts) / float(np.median(their_seconds))),
            "times": f"{np.median(ratio):.2f} ({min(ratio):.2f} to {max(ratio):.2f})",
            "cosine, lowest": round(float(cosines.min()), 5),
            "cosine, median": round(float(np.median(cosines)), 5),
        }
    ]


def _encoded(texts: list[str], converted: Any) -> np.ndarray:
    """The whole pass: the store is new each time, and the network is compiled in it."""
    from headstart.activations.encoders import encoder_of
    from headstart.activations.encoding import encode
    from headstart.activations.store import ActivationStore
    from headstart.data.texts import read_texts

    with tempfile.TemporaryDirectory() as place:
        encoder = encoder_of(converted)
        dataset = read_texts(texts)
        (table,), failures = encode(dataset.items, [encoder], ActivationStore(Path(place)))
        assert not failures
        return np.asarray(table.read(dataset.fingerprints, encoder.key.outputs[-1]))


def _cosines(own: np.ndarray, reference: np.ndarray) -> np.ndarray:
    own = own / np.linalg.norm(own, axis=1, keepdims=True)
    reference = reference / np.linalg.norm(reference, axis=1, keepdims=True)
    return (own * reference).sum(axis=1)


if __name__ == "__main__":
    main()
