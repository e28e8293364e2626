"""How the run of numbers beside this file was made; it stays as its version wrote it.

With the version of headstart checked out that is to be kept:

    python tests/regression/make_numbers_run.py tests/regression/runs/v1-numbers
"""

from __future__ import annotations

import sys

import numpy as np

from headstart import TransferRegressor


def samples() -> tuple[np.ndarray, np.ndarray]:
    """A plane above two features, and noise."""
    generator = np.random.default_rng(30)
    vectors = generator.normal(size=(60, 2))
    return vectors, vectors @ [2.0, -3.0] + 10.0 + 0.5 * generator.normal(size=60)


if __name__ == "__main__":
    run = TransferRegressor().fit(*samples()).save(sys.argv[1])
    print(f"Written to {run}.")
