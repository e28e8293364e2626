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
    assert passes(rounds, 1000) == (4.0, 4)


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
    assert passes(rounds, 200) == (3.0, 4)


@pytest.mark.parametrize("count", [5, 6, 9, 17])
def test_halving_never_makes_more_passes_than_there_are_sources(count):
    names = [str(number) for number in range(count)]
    made, whole = passes(halve(names, 2000, lambda names, _: {n: -int(n) for n in names}), 2000)
    assert made < whole == count


def test_where_time_is_short_rounds_get_smaller_and_all_of_it_is_used():
    """Time for 600 samples of one source, half of what is left a round."""
    asked, spent = [], []

    def reach(names, seen, is_last):
        left = 600 - sum(spent)
        return seen + int(left * (1.0 if is_last else 0.5) / len(names))

    def judge(names, n_samples):
        before = asked[-1][1] if asked else 0
        spent.append(len(names) * (n_samples - before))
        return judge_by_name(asked)(names, n_samples)

    rounds = halve(NAMES, 1000, judge, reach=reach)
    assert [n_samples for _, n_samples in asked] == [30, 60, 110]
    assert sum(spent) == 600
    assert rounds[-1].kept == tuple(NAMES[:3])


def test_without_any_time_everybody_is_judged_once_on_the_fewest_samples():
    asked = []
    halve(NAMES, 1000, judge_by_name(asked), fewest=12, reach=lambda names, seen, is_last: seen)
    assert asked == [(tuple(NAMES), 12)]


def test_a_last_round_that_was_cut_goes_on_when_there_is_time_after_all():
    asked, reached = [], iter([200, 1000])
    halve(NAMES[:3], 1000, judge_by_name(asked), reach=lambda *_: next(reached))
    assert asked == [(tuple(NAMES[:3]), 200), (tuple(NAMES[:3]), 1000)]


def test_a_little_more_time_is_not_worth_another_round():
    asked, reached = [], iter([200, 210])
    rounds = halve(NAMES[:3], 1000, judge_by_name(asked), reach=lambda *_: next(reached))
    assert [one.n_samples for one in rounds] == [200]
