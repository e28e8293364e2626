from __future__ import annotations

import shutil

import numpy as np
import pytest

from headstart.data.dataset import Dataset
from headstart.data.folders import read_folder
from headstart.data.splits import (
    conflicting_labels,
    remove_shared,
    stratified_folds,
    stratified_split,
)
from headstart.errors import InputError


def test_shares_are_kept_class_by_class():
    labels = np.repeat(["a", "b", "c"], [100, 50, 10])
    train, test = stratified_split(labels, range(160), 0.2, seed=3)
    assert {name: (labels[test] == name).sum() for name in "abc"} == {"a": 20, "b": 10, "c": 2}
    assert sorted([*train, *test]) == list(range(160))


def test_another_seed_gives_another_split():
    labels = np.repeat([0, 1], 50)
    first, again, other = (stratified_split(labels, range(100), 0.2, seed) for seed in (0, 0, 1))
    assert first[1].tolist() == again[1].tolist() != other[1].tolist()


def test_a_class_of_one_is_trained_on():
    train, test = stratified_split(np.array(["a", "a", "b"]), range(3), 0.5, seed=0)
    assert 2 in train
    assert len(test) == 1


def test_copies_of_a_class_of_one_content_are_trained_on():
    labels = np.array(["a"] * 4 + ["b"] * 4)
    for _, test in [
        stratified_split(labels, [0, 0, 0, 0, 1, 2, 3, 4], 0.4, seed=0),
        *stratified_folds(labels, [0, 0, 0, 0, 1, 2, 3, 4], 4, seed=0),
    ]:
        assert (labels[test] == "b").all()
        assert len(test)


def test_a_giant_group_does_not_swallow_the_test_set():
    groups = [0] * 90 + list(range(1, 11))
    for seed in range(10):
        _, test = stratified_split(np.zeros(100), groups, 0.1, seed)
        assert len(test) == 9 or len(test) == 10


@pytest.mark.parametrize("fraction", [0, 1, -0.5, 2, float("nan")])
def test_fractions_out_of_range(fraction):
    with pytest.raises(InputError, match=r"test fraction is .*above 0 and below 1"):
        stratified_split(np.array([0, 1]), range(2), fraction, seed=0)


def test_labels_and_groups_must_match():
    with pytest.raises(InputError, match="2 labels and 3 groups"):
        stratified_split(np.array([0, 1]), range(3), 0.5, seed=0)


def test_folds_are_fewer_when_a_class_is_small():
    labels = np.repeat(["a", "b", "c"], [30, 3, 1])
    folds = stratified_folds(labels, range(34), 5, seed=0)
    assert len(folds) == 3
    assert [(labels[valid] == "b").sum() for _, valid in folds] == [1, 1, 1]
    assert all(33 in train for train, _ in folds)


def test_folds_are_equally_large():
    labels = np.repeat(np.arange(7), 11)
    folds = stratified_folds(labels, range(77), 5, seed=0)
    sizes = [len(valid) for _, valid in folds]
    assert max(sizes) - min(sizes) <= 1


def test_folds_that_cannot_be():
    with pytest.raises(InputError, match="number of folds is 1"):
        stratified_folds(np.array([0, 0]), range(2), 1, seed=0)
    with pytest.raises(InputError, match="No class has two different samples"):
        stratified_folds(np.array([0, 1]), range(2), 2, seed=0)


def test_shared_content_is_taken_out_of_the_training_set(pets, tmp_path):
    held_out = tmp_path / "held out"
    shutil.copytree(pets, held_out)
    for place in (0, 1):
        (held_out / "cat" / f"{place}.jpg").unlink()
        (held_out / "dog" / f"{place}.jpg").unlink()
    (held_out / "dog" / "2.jpg").rename(held_out / "dog" / "renamed.jpg")
    train, test = read_folder(pets), read_folder(held_out)
    kept, names = remove_shared(train, test)
    assert kept.labels.tolist() == ["cat", "cat", "dog", "dog"]
    assert names == (train.names[2], train.names[5])
    assert not set(kept.fingerprints) & set(test.fingerprints)


def test_nothing_shared_leaves_the_training_set_as_it_is():
    train = Dataset("embedding", vectors=np.zeros((2, 3)))
    test = Dataset("embedding", vectors=np.ones((2, 3)))
    assert remove_shared(train, test) == (train, ())


def test_conflicting_labels_are_named(pets):
    shutil.copy(pets / "cat" / "1.jpg", pets / "dog" / "copy.jpg")
    shutil.copy(pets / "cat" / "2.jpg", pets / "cat" / "harmless.jpg")
    (sentence,) = conflicting_labels(read_folder(pets))
    assert "1.jpg ('cat')" in sentence
    assert "copy.jpg ('dog')" in sentence


def test_many_conflicts_are_counted():
    vectors = np.repeat(np.arange(15.0), 8).reshape(-1, 1)
    labels = np.tile([0, 1], 60)
    sentences = conflicting_labels(Dataset("embedding", vectors=vectors, labels=labels))
    assert len(sentences) == 11
    assert "and 3 more" in sentences[0]
    assert sentences[-1].startswith("5 more contents")


def test_without_labels_nothing_conflicts():
    assert conflicting_labels(Dataset("embedding", vectors=np.zeros((2, 2)))) == []
