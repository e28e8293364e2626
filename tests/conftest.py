"""What tests share, beyond the guards in the root's conftest.py."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium, for playwright's ``launch(executable_path=...)``."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("Chromium is not installed (apt-get install chromium)")
