"""What tests share, beyond the guards in the root's conftest.py."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium, for playwright's ``launch(executable_path=...)``."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("Chromium is not installed (apt-get install chromium)")


@pytest.fixture(scope="module")
def place_sources() -> Iterator[tuple[str, ...]]:
    """Sources whose states are maps, small enough for tests; trained by one thread.

    Threads that wait for each other on a busy machine cost more than a second one brings.
    """
    from tests.tiny_places import SOURCES, PlaceProvider

    from headstart.backbones import catalogue
    from headstart.training import job

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalogue.PROVIDERS, "places", PlaceProvider())
        patch.setattr(job, "available_cores", lambda: 1)
        yield SOURCES


@pytest.fixture(scope="session")
def place_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of each task of places, made once; nobody changes them."""
    from tests.place_runs import TASKS, make_run
    from tests.tiny_places import PlaceProvider

    from headstart.backbones import catalogue
    from headstart.training import job

    folder = tmp_path_factory.mktemp("places")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalogue.PROVIDERS, "places", PlaceProvider())
        patch.setattr(job, "available_cores", lambda: 1)
        return {task: make_run(task, folder) for task in TASKS}
