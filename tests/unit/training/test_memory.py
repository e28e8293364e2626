"""malloc is set up while training and restored at the end; elsewhere nothing happens."""

from __future__ import annotations

import sys

import pytest

from headstart.training import memory
from headstart.training.memory import kept_memory


class Libc:
    """Notes what it is asked."""

    def __init__(self):
        self.calls = []

    def mallopt(self, option, value):
        self.calls.append((option, value))

    def malloc_trim(self, padding):
        self.calls.append("trim")


@pytest.fixture
def libc(monkeypatch):
    libc = Libc()
    monkeypatch.setattr(memory, "_glibc", lambda: libc)
    return libc


SET_UP = [(-4, 0), (-1, 2**31 - 1)]
RESTORED = [(-4, 65536), (-3, 2**25), (-1, 2**26), "trim"]


def test_malloc_keeps_memory_and_is_restored(libc):
    with kept_memory() as kept:
        assert kept
        assert libc.calls == SET_UP
    assert libc.calls == SET_UP + RESTORED


def test_restored_after_an_error(libc):
    with pytest.raises(ZeroDivisionError), kept_memory():
        raise ZeroDivisionError
    assert libc.calls == SET_UP + RESTORED


def test_within_another_only_the_outer_one_counts(libc):
    with kept_memory(), kept_memory():
        pass
    assert libc.calls == SET_UP + RESTORED


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_are_left_alone(monkeypatch, system):
    monkeypatch.setattr(sys, "platform", system)
    with kept_memory() as kept:
        assert not kept


@pytest.mark.parametrize("error", [OSError, AttributeError])
def test_other_libraries_are_left_alone(monkeypatch, error):
    def missing(name):
        raise error

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(memory.ctypes, "CDLL", missing)
    with kept_memory() as kept:
        assert not kept


@pytest.mark.parametrize(
    ("name", "value"),
    [("MALLOC_MMAP_MAX_", "0"), ("GLIBC_TUNABLES", "glibc.malloc.trim_threshold=1")],
)
def test_a_choice_of_the_users_stands(monkeypatch, name, value):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv(name, value)
    with kept_memory() as kept:
        assert not kept
