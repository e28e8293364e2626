"""How the runs of embeddings beside this file were made; each stays as its version wrote it.

With the version of headstart checked out that is to be kept:

    python tests/regression/make_embeddings_run.py tests/regression/runs/v1-embeddings
"""

from __future__ import annotations

import sys

import numpy as np

from headstart import TransferClassifier


def samples() -> tuple[np.ndarray, np.ndarray]:
    """Three classes around the corners of a triangle."""
    codes = np.arange(60) % 3
    corners = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])
    vectors = np.random.default_rng(20).normal(size=(60, 2)) + corners[codes]
    return vectors, np.array(["ant, red", "bee", "Käfer"])[codes]


if __name__ == "__main__":
    run = TransferClassifier().fit(*samples()).save(sys.argv[1])
    print(f"Written to {run}.")
