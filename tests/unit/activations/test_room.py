"""States are stored where they fit, computed again where they do not, or refused."""

from __future__ import annotations

import shutil
from typing import NamedTuple

import pytest

from headstart.activations import room
from headstart.activations.room import RESERVE, Room, room_for
from headstart.activations.store import ActivationStore
from headstart.errors import CacheError


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def disk(monkeypatch):
    """A disk with so many bytes left; it tells which folder it was asked about."""
    asked = []

    def leaving(free):
        def usage(folder):
            asked.append(folder)
            return Usage(0, 0, free)

        monkeypatch.setattr(shutil, "disk_usage", usage)
        return asked

    return leaving


@pytest.mark.parametrize(
    ("choice", "needed", "stored"),
    [
        ("auto", 10, True),
        ("auto", 11, False),
        ("store", 10, True),
        ("recompute", 1, False),
        ("recompute", 11, False),
        ("auto", 0, True),
    ],
)
def test_whether_states_are_stored(choice, needed, stored):
    assert Room(needed, 10).stored(choice) == stored


def test_states_that_must_be_stored_and_cannot():
    with pytest.raises(
        CacheError,
        match=r"cut need 2\.0 GiB, and 3 MiB are allowed\. Accepted: .*--states recompute.*"
        r"a later cut, fewer views, or more room \(HEADSTART_CACHE_LIMIT, HEADSTART_CACHE\)",
    ):
        Room(2 * 2**30, 3 * 2**20).stored("store")


def test_the_limit_of_the_cache_counts(tmp_path, disk):
    disk(100 * 2**30)
    assert room_for(7, 1000, ActivationStore(tmp_path, limit=6999)) == Room(7000, 6999)
    assert not room_for(7, 1000, ActivationStore(tmp_path, limit=6999)).fits
    assert room_for(7, 1000, ActivationStore(tmp_path, limit=7000)).fits


def test_the_disk_is_never_filled(tmp_path, disk):
    disk(RESERVE + 500)
    assert room_for(1, 500, ActivationStore(tmp_path, limit=10**12)) == Room(500, 500)
    disk(RESERVE - 1)
    assert room_for(1, 500, ActivationStore(tmp_path, limit=10**12)) == Room(500, 0)


def test_a_folder_that_is_not_there_yet_is_on_the_disk_of_those_above_it(tmp_path, disk):
    asked = disk(10 * 2**30)
    room_for(1, 1, ActivationStore(tmp_path / "not" / "yet", limit=10))
    assert asked == [tmp_path]


def test_a_folder_named_from_here(tmp_path, monkeypatch):
    from pathlib import Path

    monkeypatch.chdir(tmp_path)
    assert room_for(1, 1, ActivationStore(Path("not/yet"), limit=10)).needed == 1


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (2**10, "1 KiB"), (2**20, "1 MiB"), (2**30, "1.0 GiB")],
)
def test_bytes_for_people(size, words):
    assert room.shown(size) == words
