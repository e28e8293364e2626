"""Successive halving: poor sources see few samples, and no sample is seen twice."""

from __future__ import annotations

import pytest

from headstart.advice.halving import FIRST_SAMPLE, Round, halve, passes

NAMES = [f"source {number}" for number in range(10)]


def judge_by_name(asked):
    def judge(names, n_samples):
        asked.append((tuple(names), n_samples))
        return {name: -NAMES.index(name) for name in names}

    return judge


def test_few_sources_get_their_whole_pass_at_once():
    asked = []
    rounds = halve(NAMES[:4], 1000, judge_by_name(asked))
    assert asked == [(tuple(NAMES[:4]), 1000)]
    assert passes(rounds) == (4.0, 4)


def test_many_sources_are_halved_on_samples_twice_as_large_each_time():
    asked = []
    rounds = halve(NAMES, 1000, judge_by_name(asked))
    assert [n_samples for _, n_samples in asked] == [FIRST_SAMPLE, 2 * FIRST_SAMPLE, 1000]
    assert [len(names) for names, _ in asked] == [10, 5, 3]
    assert rounds[-1].kept[0] == NAMES[0]


def test_the_better_half_goes_on():
    rounds = halve(NAMES, 1000, judge_by_name([]))
    assert rounds[0].kept == tuple(NAMES[:5])


def test_a_small_data_set_is_seen_whole_in_the_first_round():
    asked = []
    halve(NAMES, 60, judge_by_name(asked))
    assert [n_samples for _, n_samples in asked] == [60]


def test_a_source_without_a_standing_is_out():
    def judge(names, n_samples):
        return {name: 0.0 for name in names if name != NAMES[0]}

    assert NAMES[0] not in halve(NAMES[:3], 100, judge)[-1].kept


def test_passes_count_each_source_once_with_the_most_that_it_has_seen():
    rounds = [Round(100, ("a", "b", "c", "d"), ("a", "b")), Round(200, ("a", "b"), ("a",))]
    assert passes(rounds) == (3.0, 4)


@pytest.mark.parametrize("count", [5, 6, 9, 17])
def test_halving_never_makes_more_passes_than_there_are_sources(count):
    names = [str(number) for number in range(count)]
    made, whole = passes(halve(names, 2000, lambda names, _: {n: -int(n) for n in names}))
    assert made < whole == count
