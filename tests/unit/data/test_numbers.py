"""Labels that are to be numbers, and the strata in which a split takes them."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data import check_regression, stratified_folds, stratified_split
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.numbers import as_numbers, have_fractions
from headstart.data.strata import strata
from headstart.errors import InputError


@pytest.mark.parametrize(
    "labels",
    [
        np.array([1, 2]),
        np.array([1.0, 2.0], dtype=np.float32),
        np.array(["1", " 2.0 "]),
        np.array(["1e0", 2], dtype=object),
        np.array([], dtype=np.str_),
    ],
)
def test_what_is_a_number(labels):
    assert as_numbers(labels).tolist() == [1.0, 2.0][: len(labels)]
    assert as_numbers(labels).dtype == np.float64


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["1", "1,5"], r"target of sample 1 is '1,5' \(1 of 2 targets are no finite number\)"),
        (["1", "inf"], "target of sample 1 is 'inf'"),
        (np.array([1.0, True], dtype=object), "target of sample 1 is True"),
        (np.array([1.0, None], dtype=object), "target of sample 1 is None"),
        (np.array([1.0, 10**400], dtype=object), "target of sample 1 is 1000"),
        ([True, False], "targets are of type bool; a regression predicts numbers. .* use Transfer"),
        (np.array([1j]), "targets are of type complex128"),
    ],
)
def test_what_is_none(labels, message):
    with pytest.raises(InputError, match=message):
        as_numbers(np.asarray(labels))


@pytest.mark.parametrize(
    ("labels", "answer"),
    [
        (["1", "2.5"], True),
        (["1e-3", "2"], True),
        ([0.5, 1.0], True),
        (["1", "2"], False),
        (["1.0", "2.0"], False),
        (["cat", "2.5"], False),
        (["inf", "2.5"], False),
        ([True, False], False),
    ],
)
def test_fractions(labels, answer):
    assert have_fractions(np.asarray(labels)) == answer


@pytest.mark.parametrize(
    ("count", "n_strata"), [(0, 0), (1, 1), (4, 4), (5, 1), (19, 1), (20, 2), (95, 9), (1000, 10)]
)
def test_strata_are_of_one_size_and_rise_with_the_targets(count, n_strata):
    targets = np.random.default_rng(0).normal(size=count)
    found = strata(targets)
    sizes = np.bincount(found)
    assert len(sizes) == n_strata
    assert sizes.max(initial=0) - sizes.min(initial=count) <= 1
    assert (np.diff(found[np.argsort(targets)]) >= 0).all()


def test_equal_targets_do_not_empty_a_stratum():
    assert np.bincount(strata(np.zeros(40))).tolist() == [10, 10, 10, 10]


def test_both_sides_and_all_folds_get_small_and_large_targets():
    targets = np.random.default_rng(1).permutation(100.0 ** np.linspace(0, 1, 50))
    bins, groups = strata(targets), range(50)
    parts = [stratified_split(bins, groups, 0.2, seed=0)[1]]
    parts += [valid for _, valid in stratified_folds(bins, groups, 5, seed=0)]
    assert len(parts) == 6
    for rows in parts:
        assert len(rows) == 10
        assert abs(np.median(targets[rows]) - 10.0) < 5.0


def test_what_no_number_can_be_learnt_from():
    vectors = np.zeros((2, 1))
    with pytest.raises(InputError, match="The 2 samples have no labels"):
        check_regression(Dataset("embedding", vectors=vectors))
    aside = (Quarantined("a.jpg", "an empty file"),)
    with pytest.raises(InputError, match=r"0 could be read; at least 2 samples are needed\. 1 inp"):
        check_regression(Dataset("image", labels=np.array([]), quarantined=aside))
    with pytest.raises(InputError, match="There is 1 sample; a regression needs at least 2"):
        check_regression(Dataset("embedding", vectors=vectors[:1], labels=np.array([1.0])))
