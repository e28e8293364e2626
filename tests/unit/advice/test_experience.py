"""Outcomes are kept, replaced, and never in the way."""

from __future__ import annotations

import json
import math
import re

import pytest

from headstart.advice.experience import (
    MOST_TARGETS,
    Experience,
    Outcome,
    experience_file,
    latest_targets,
    recall,
    remember,
)

ONE = Outcome("cats", "bundled/a", 0.9, {"logme": 0.2})
OTHER = Outcome("cats", "timm/b", None, {"logme": 0.1})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "deep" / "experience.json"


def test_no_file_is_no_experience_and_no_complaint(file):
    assert recall(file) == Experience((), None)


def test_what_is_remembered_is_recalled(file):
    remember([ONE], file)
    remember([OTHER], file)
    assert recall(file) == Experience((ONE, OTHER), None)


def test_the_default_lies_in_the_cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "own"))
    remember([ONE])
    assert experience_file() == tmp_path / "own" / "experience.json"
    assert recall().outcomes == (ONE,)


def test_a_known_pair_is_replaced(file):
    better = Outcome("cats", "bundled/a", 0.95, {"probe": 0.9})
    remember([ONE, OTHER], file)
    remember([better], file)
    assert recall(file).outcomes == (better, OTHER)


def test_what_is_not_finite_is_left_out(file):
    remember([Outcome("cats", "bundled/a", math.nan, {"logme": math.inf, "probe": 0.5})], file)
    assert recall(file).outcomes == (Outcome("cats", "bundled/a", None, {"probe": 0.5}),)


def test_the_oldest_targets_are_forgotten(file):
    remember([Outcome(f"t{number}", "a", 0.5) for number in range(MOST_TARGETS + 3)], file)
    kept = [one.target for one in recall(file).outcomes]
    assert kept == [f"t{number}" for number in range(3, MOST_TARGETS + 3)]


def test_a_target_that_is_added_to_becomes_the_latest():
    rows = [Outcome("a", "x", 1.0), Outcome("b", "x", 1.0), Outcome("a", "y", 2.0)]
    assert [(one.target, one.source) for one in latest_targets(rows)] == [
        ("b", "x"),
        ("a", "x"),
        ("a", "y"),
    ]
    assert [one.target for one in latest_targets(rows, most=1)] == ["a", "a"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", r"cannot be read \(JSONDecodeError\)"),
        (b"\xff\xfe", r"cannot be read \(UnicodeDecodeError\)"),
        (b"[" * 100_000, r"cannot be read \(RecursionError\)"),
        (b"[1]", "does not hold a list of outcomes"),
        (b'{"format": 1, "outcomes": {}}', "does not hold a list of outcomes"),
        (b'{"format": 99, "outcomes": []}', "has the format 99; accepted: 1"),
    ],
    ids=["cut short", "binary", "deep", "list", "no outcomes", "newer"],
)
def test_a_bad_file_gives_a_note_and_is_kept_aside(file, content, reason):
    file.parent.mkdir()
    file.write_bytes(content)
    found = recall(file)
    assert found.outcomes == ()
    assert str(file) in found.note
    assert re.search(reason, found.note)
    assert found.note.endswith("Delete the file to begin anew.")
    remember([ONE], file)
    assert recall(file) == Experience((ONE,), None)
    assert file.with_name("experience-not-readable.json").read_bytes() == content


@pytest.mark.parametrize(
    "row",
    [
        3,
        {"target": "a"},
        {"target": 1, "source": "b", "outcome": 1},
        {"target": "a", "source": "b", "outcome": "good"},
        {"target": "a", "source": "b", "outcome": True},
        {"target": "a", "source": "b", "outcome": 10**400},
        {"target": "a", "source": "b", "outcome": 1, "measures": [1]},
    ],
    ids=str,
)
def test_a_row_that_is_no_outcome_is_passed_over(file, row):
    file.parent.mkdir()
    good = {"target": "cats", "source": "a", "outcome": 1, "measures": {"x": 2, "y": "no"}}
    file.write_text(json.dumps({"format": 1, "outcomes": [row, good]}))
    assert recall(file).outcomes == (Outcome("cats", "a", 1.0, {"x": 2.0}),)


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path):
    (tmp_path / "taken").write_text("a file")
    remember([ONE], tmp_path / "taken" / "experience.json")
    assert (tmp_path / "taken").read_text() == "a file"
