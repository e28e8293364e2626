"""The documentation becomes a site: every link leads somewhere, and no page asks for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(place)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return place


def test_each_page_of_the_docs_is_in_the_site(site):
    pages = [path.stem for path in (ROOT / "docs").glob("*.md") if path.stem != "index"]
    assert len(pages) > 5
    assert [name for name in pages if not (site / name / "index.html").is_file()] == []


def test_each_page_of_the_docs_is_in_the_menu():
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [one.name for one in (ROOT / "docs").glob("*.md") if f": {one.name}" not in menu] == []


def test_no_page_loads_anything_from_elsewhere(site):
    loaded = re.compile(r'<(?:script|img|iframe)[^>]*\ssrc="(?:https?:)?//|<link[^>]*href="//')
    styles = re.compile(r'<link[^>]*rel="(?:stylesheet|preload|preconnect)"[^>]*href="https?://')
    pages = list(site.rglob("*.html"))
    assert len(pages) > 5
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not loaded.search(text), page
        assert not styles.search(text), page
