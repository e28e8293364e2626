"""What large pictures took goes back to the system, where that can be asked for."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from headstart.serve.memory import give_back_large_blocks


def test_glibc_is_told(monkeypatch):
    told = {}

    def mallopt(what, value):
        told[what] = value
        return 1

    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(mallopt=mallopt))
    assert give_back_large_blocks()
    assert told == {-3: 2**20, -1: 16 * 2**20}  # M_MMAP_THRESHOLD and M_TRIM_THRESHOLD


@pytest.mark.parametrize("fault", [OSError, TypeError, None])
def test_elsewhere_nothing_happens(monkeypatch, fault):
    def library(_):
        if fault is not None:
            raise fault
        return SimpleNamespace()

    monkeypatch.setattr(ctypes, "CDLL", library)
    assert not give_back_large_blocks()
