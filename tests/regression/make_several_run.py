"""How the run with several targets beside this file was made; it stays as its version wrote it.

With the version of headstart checked out that is to be kept:

    python tests/regression/make_several_run.py tests/regression/runs/v1-several
"""

from __future__ import annotations

import sys

import numpy as np

from headstart import MultiTaskModel


def samples() -> tuple[np.ndarray, dict[str, list]]:
    """A class, a number and tags, each with gaps."""
    vectors = np.random.default_rng(21).normal(size=(90, 2))
    first, second = vectors.T.tolist()
    return vectors, {
        "side, left": ["Käfer" if one > 0 else "bee" for one in first],
        "height": [None if row % 4 == 0 else 2.0 * one + 1.25 for row, one in enumerate(second)],
        "tags": [
            None if row % 5 == 0 else ["a"] * (one > 0) + ["b"] * (two > 0)
            for row, (one, two) in enumerate(vectors.tolist())
        ],
    }


if __name__ == "__main__":
    run = MultiTaskModel().fit(*samples()).save(sys.argv[1])
    print(f"Written to {run}.")
