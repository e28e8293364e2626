"""Where the seconds go."""

from __future__ import annotations

import pytest

from headstart.fitting import Watch
from headstart.fitting import watch as watch_module


@pytest.fixture
def clock(monkeypatch):
    ticks = iter([1.0, 3.0, 10.0, 10.5, 20.0, 21.0])
    monkeypatch.setattr(watch_module.time, "perf_counter", lambda: next(ticks))


def test_times_of_the_same_step_add_up(clock):
    watch = Watch()
    for step in ("read", "fit", "read"):
        with watch.step(step):
            pass
    assert watch.seconds == {"read": 3.0, "fit": 0.5}


def test_a_step_that_fails_is_timed_too(clock):
    watch = Watch()
    with pytest.raises(RuntimeError, match="no"), watch.step("read"):
        raise RuntimeError("no")
    assert watch.seconds == {"read": 2.0}
