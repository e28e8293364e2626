from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headstart.data.splits import stratified_folds, stratified_split
from headstart.errors import InputError

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def samples(draw, pure: bool = False):
    """Labels and groups; pure: no group has two labels."""
    rows = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), min_size=1, max_size=60))
    labels = np.array([label for label, _ in rows])
    groups = [bytes([label, group]) if pure else bytes([group]) for label, group in rows]
    return labels, groups


def check_sides(train, held_out, groups):
    assert sorted([*train, *held_out]) == list(range(len(groups)))
    assert not {groups[row] for row in train} & {groups[row] for row in held_out}


def groups_by_class(labels, groups):
    return {label: {groups[row] for row in np.flatnonzero(labels == label)} for label in labels}


@given(samples(), st.floats(0.01, 0.99), SEEDS)
def test_no_group_stands_on_both_sides(drawn, fraction, seed):
    labels, groups = drawn
    train, test = stratified_split(labels, groups, fraction, seed)
    check_sides(train, test, groups)
    again = stratified_split(labels, groups, fraction, seed)
    assert train.tolist() == again[0].tolist()


@given(samples(pure=True), st.floats(0.01, 0.99), SEEDS)
def test_every_class_that_can_be_is_on_both_sides(drawn, fraction, seed):
    labels, groups = drawn
    train, test = stratified_split(labels, groups, fraction, seed)
    for label, members in groups_by_class(labels, groups).items():
        assert label in labels[train]
        assert (label in labels[test]) == (len(members) > 1)


@given(st.integers(2, 200), st.floats(0.05, 0.95), SEEDS)
def test_the_share_is_met_when_no_content_is_repeated(count, fraction, seed):
    _, test = stratified_split(np.zeros(count), range(count), fraction, seed)
    wanted = min(max(1, round(fraction * count)), count - 1)
    assert len(test) == wanted


@settings(deadline=None)
@given(samples(), st.integers(2, 8), SEEDS)
def test_folds_keep_groups_together_and_validate_each_row_once(drawn, n_folds, seed):
    labels, groups = drawn
    try:
        folds = stratified_folds(labels, groups, n_folds, seed)
    except InputError:
        assert len(set(groups)) <= len(set(labels))  # otherwise some class owns two groups
        return
    assert 2 <= len(folds) <= n_folds
    validated = [row for _, valid in folds for row in valid]
    assert len(validated) == len(set(validated))
    for train, valid in folds:
        check_sides(train, valid, groups)


@settings(deadline=None)
@given(samples(pure=True), st.integers(2, 8), SEEDS)
def test_every_class_that_can_be_is_in_every_fold(drawn, n_folds, seed):
    labels, groups = drawn
    by_class = groups_by_class(labels, groups)
    if all(len(members) == 1 for members in by_class.values()):
        return
    for train, valid in stratified_folds(labels, groups, n_folds, seed):
        for label, members in by_class.items():
            assert label in labels[train]
            assert (label in labels[valid]) == (len(members) > 1)
