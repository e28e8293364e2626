"""How the runs of places beside this file were made; they stay as their version wrote them.

With the version of headstart checked out that is to be kept:

    python -m tests.regression.make_places_run tests/regression/runs
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.place_runs import TASKS, make_run
from tests.tiny_places import PlaceProvider

from headstart.backbones.catalogue import PROVIDERS

if __name__ == "__main__":
    PROVIDERS["places"] = PlaceProvider()  # type: ignore[index]
    for task in TASKS:
        with TemporaryDirectory() as folder:
            run = make_run(task, Path(folder), epochs=20)
            shutil.rmtree(Path(sys.argv[1]) / f"v1-{task}", ignore_errors=True)
            shutil.copytree(run, Path(sys.argv[1]) / f"v1-{task}")
