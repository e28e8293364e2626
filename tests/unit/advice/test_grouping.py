"""Which targets should share a network."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.advice.grouping import Groups, best_partition, merit_of, partitions


def test_every_partition_is_there_once():
    found = [tuple(sorted(map(tuple, one))) for one in partitions(4)]
    assert len(found) == len(set(found)) == 15
    for one in found:
        assert sorted(place for group in one for place in group) == [0, 1, 2, 3]


def test_one_group_where_all_help_all_alike():
    assert best_partition(np.full((3, 3), 0.2)) == ((0, 1, 2),)


def test_who_is_hurt_by_all_stays_alone():
    affinity = np.array([[0.0, 0.3, -0.4], [0.3, 0.0, -0.4], [-0.1, -0.1, 0.0]])
    assert best_partition(affinity) == ((0, 1), (2,))
    assert merit_of([(0, 1), (2,)], affinity) == pytest.approx(0.6)


def test_the_order_of_the_targets_does_not_matter():
    random = np.random.default_rng(3)
    affinity = random.normal(size=(5, 5))
    order = random.permutation(5)
    plain = {frozenset(group) for group in best_partition(affinity)}
    moved = best_partition(affinity[np.ix_(order, order)])
    assert {frozenset(int(order[place]) for place in group) for group in moved} == plain


def test_too_many_targets_are_refused():
    with pytest.raises(ValueError, match="9 targets; at most 8 can be put into groups"):
        best_partition(np.zeros((9, 9)))


def test_what_is_trained_anyway_is_no_group_to_train():
    groups = Groups.by(["a", "b", "c"], np.full((3, 3), 0.2), 1.5)
    assert groups.groups == (("a", "b", "c"),)
    assert groups.to_train == ()
    assert groups.affinity["a"]["b"] == pytest.approx(0.2)
