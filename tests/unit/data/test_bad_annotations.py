"""Every kind of bad annotation file is answered as it should be, and spoils no neighbour."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[3] / "benchmarks" / "annotation_kinds.py"


def load():
    """The kinds are those of the benchmark; a dataclass looks its module up by name."""
    spec = importlib.util.spec_from_file_location("annotation_kinds_of_tests", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


KINDS = load()


def test_there_are_at_least_thirty_kinds_of_each_answer_one():
    names = [kind.name for kind in KINDS.KINDS]
    assert len(set(names)) == len(names) >= 30
    assert {kind.way for kind in KINDS.KINDS} == {"message", "set aside", "note"}


@pytest.mark.parametrize("kind", KINDS.KINDS, ids=lambda kind: kind.name)
def test_is_answered(kind, tmp_path):
    found = KINDS.answer(kind, tmp_path)
    said = [line for line in found.lines[kind.way] if re.search(kind.says, line)]
    assert len(said) == 1, found.lines
    assert found.left == kind.left
    assert not re.search(r"Traceback|\bobject at 0x", said[0])
