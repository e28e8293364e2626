"""Comparing sources takes a share of the time limit, by what the rounds before took."""

from __future__ import annotations

import time

import pytest

from headstart.fitting.ranking_time import PREPARING, RANKING, RankingTime
from headstart.fitting.watch import Watch
from headstart.plan import Budget

FLOPS = {"small": 1e9, "large": 3e9}


def clock(limit, spent):
    return RankingTime(Budget(limit), Watch(began=time.perf_counter() - spent), FLOPS)


def test_without_a_limit_there_is_time_for_everything():
    free = clock(None, 1e6)
    assert free.reach(["small"], 0, False) > 10**9
    assert free.left_for_preparing == float("inf")


def test_after_its_share_nothing_more_can_be_seen():
    assert clock(100, 100 * RANKING + 1).reach(["small"], 40, True) == 40


def test_preparing_ends_before_ranking_does():
    late = clock(100, 100 * PREPARING + 1)
    assert late.left_for_preparing < 0
    assert late.reach(["small"], 0, True) > 0
    assert clock(100, 100 * PREPARING - 5).left_for_preparing == pytest.approx(5, abs=1)
    assert "The time limit of 100 s left no time to convert it" in late.reason


def test_a_round_that_is_not_the_last_leaves_half():
    half, whole = (clock(100, 0).reach(["small"], 0, is_last) for is_last in (False, True))
    assert half == pytest.approx(whole / 2, rel=0.02)


def test_more_and_larger_networks_see_fewer_samples():
    small, both = (clock(100, 0).reach(names, 0, True) for names in (["small"], [*FLOPS]))
    assert both < small


@pytest.fixture
def compiled(monkeypatch):
    """Networks that are ready at once."""
    monkeypatch.setattr("headstart.fitting.ranking_time._COMPILING", 0.0)


@pytest.mark.usefixtures("compiled")
def test_what_a_round_took_is_learned():
    slow, quick = clock(100, 0), clock(100, 0)
    for one, samples in ((slow, 1), (quick, 1000)):
        with one.learning([*FLOPS], samples):
            time.sleep(0.2)
    assert slow.reach([*FLOPS], 0, True) == pytest.approx(50 / 0.2, rel=0.3)
    assert quick.reach([*FLOPS], 0, True) > 5 * slow.reach([*FLOPS], 0, True)


@pytest.mark.usefixtures("compiled")
def test_samples_that_were_seen_before_are_not_counted_twice():
    twice = clock(100, 0)
    for samples in (10, 20):
        with twice.learning(["small"], samples):
            time.sleep(0.1)
    assert twice.reach(["small"], 0, True) == pytest.approx(50 / 0.01, rel=0.3)


def test_what_compiling_takes_is_not_taken_for_the_pace_of_pictures():
    """Two networks, a quarter of a second each: the one picture itself took next to nothing."""
    both = clock(100, 0)
    with both.learning([*FLOPS], 1):
        time.sleep(0.5)
    assert both.reach([*FLOPS], 0, True) == pytest.approx(50 / both._row_seconds([*FLOPS]), rel=0.3)


@pytest.mark.parametrize(("limit", "free"), [(10, 5), (20, 6), (26, 6), (40, 20)])
def test_where_no_plan_could_be_tried_only_the_finish_is_kept_free(limit, free):
    before, after = clock(limit, limit - free - 1), clock(limit, limit - free + 0.1)
    for one in (before, after):
        one._seen = dict.fromkeys(FLOPS, 5)
    assert before.reach([*FLOPS], 5, True) > 5
    assert after.reach([*FLOPS], 5, True) == 5
