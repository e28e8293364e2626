"""Near-duplicates stand out from what is usual in the data."""

import numpy as np
import pytest

from headstart.errors import InputError
from headstart.evaluation.near_duplicates import near_duplicates


@pytest.fixture
def train():
    # All far from the origin on the same side, as pooled activations are.
    return np.random.default_rng(0).normal(size=(60, 32)) + 5.0


def test_copies_are_found_with_their_rows(train):
    random = np.random.default_rng(1)
    strangers = random.normal(size=(20, 32)) + 5.0
    copies = train[[7, 41]] + 0.1 * random.normal(size=(2, 32))
    found = near_duplicates(np.concatenate([strangers, copies]), train)
    assert {(test, row) for test, row, _ in found} == {(20, 7), (21, 41)}
    similarities = [similarity for _, _, similarity in found]
    assert similarities == sorted(similarities, reverse=True)
    assert min(similarities) > 0.95


def test_strangers_are_not_reported_although_all_vectors_point_one_way(train):
    strangers = np.random.default_rng(1).normal(size=(20, 32)) + 5.0
    assert near_duplicates(strangers, train) == []


def test_tight_clusters_are_not_taken_for_copies():
    random = np.random.default_rng(0)
    centres = random.normal(size=(3, 32)) * 10
    train = np.repeat(centres, 20, axis=0) + random.normal(size=(60, 32))
    test = np.repeat(centres, 10, axis=0) + random.normal(size=(30, 32))
    assert near_duplicates(test, train) == []
    assert [pair[:2] for pair in near_duplicates(train[[5]], train)] == [(0, 5)]


def test_each_test_row_is_reported_once_with_its_best_match(train):
    doubled = np.concatenate([train, train[[3]] + 0.2])
    assert [pair[:2] for pair in near_duplicates(train[[3]], doubled)] == [(0, 3)]


def test_the_threshold_decides(train):
    copy = train[[7]] + 0.3 * np.random.default_rng(1).normal(size=(1, 32))
    assert near_duplicates(copy, train, threshold=0.999) == []
    assert len(near_duplicates(copy, train, threshold=0.8)) == 1


def test_blocks_do_not_change_the_answer(train, monkeypatch):
    test = np.concatenate([train[::3], train[::3] * 0.5])
    whole = near_duplicates(test, train)
    monkeypatch.setattr("headstart.evaluation.near_duplicates.BLOCK", 100)
    parts = near_duplicates(test, train)
    # Exact copies differ by rounding alone, so their order is free.
    assert {pair[:2] for pair in parts} == {pair[:2] for pair in whole}
    assert {(row, 3 * row) for row in range(20)} <= {pair[:2] for pair in whole}


def test_nothing_to_compare(train):
    assert near_duplicates(np.empty((0, 32)), train) == []
    assert near_duplicates(train, train[:1]) == []
    assert near_duplicates(np.ones((2, 3)), np.ones((4, 3))) == []


@pytest.mark.parametrize(
    ("test_shape", "train_shape", "message"),
    [
        ((3,), (3, 2), r"test_vectors have shape \(3,\)"),
        ((3, 2), (3,), r"train_vectors have shape \(3,\)"),
        ((3, 2), (3, 4), "2 features and the training vectors 4"),
    ],
)
def test_wrong_shapes_are_refused(test_shape, train_shape, message):
    with pytest.raises(InputError, match=message):
        near_duplicates(np.ones(test_shape), np.ones(train_shape))
