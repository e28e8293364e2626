"""The training side and the test side of a fit."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data.dataset import Dataset, Quarantined
from headstart.errors import InputError
from headstart.fitting import Settings
from headstart.fitting.sides import boundary_after, labels_of, split, together
from headstart.fitting.vectors import EMBEDDINGS, Vectors


def dataset(labels, seed=0, n_features=2, **more):
    vectors = np.random.default_rng(seed).normal(size=(len(labels), n_features))
    return Dataset("embedding", vectors=vectors, labels=np.asarray(labels), **more)


def test_labels_are_needed():
    with pytest.raises(InputError, match=r"The samples have no labels\. Give a folder of class"):
        labels_of(Dataset("embedding", vectors=np.zeros((1, 1))))


def test_together_is_one_after_the_other():
    train = dataset(["a", "b"], quarantined=(Quarantined("x", "bad"),), notes=("one", "both"))
    test = dataset(["a"], 1, quarantined=(Quarantined("y", "bad"),), notes=("both", "two"))
    whole = together(train, test)
    assert np.array_equal(whole.vectors, np.concatenate([train.vectors, test.vectors]))
    assert whole.labels.tolist() == ["a", "b", "a"]
    assert [aside.input for aside in whole.quarantined] == ["x", "y"]
    assert whole.notes == ("one", "both", "two")


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (Dataset("image", labels=np.array(["a"])), "of kind 'embedding' and the test .* 'image'"),
        (dataset(["a"], n_features=3), "embeddings have 2 features and the test embeddings 3"),
        (dataset([1]), "labels are of type <U1 and the test labels of type int64"),
    ],
)
def test_sides_that_do_not_belong_together(test, message):
    with pytest.raises(InputError, match=message):
        together(dataset(["a", "b"]), test)


@pytest.mark.parametrize(
    ("boundary", "aside", "after"),
    [(None, [0, 1], None), (3, [], 3), (3, [0, 2], 1), (3, [3, 4], 3), (3, [0, 1, 2, 3], 0)],
)
def test_the_boundary_moves_with_the_rows_before_it(boundary, aside, after):
    assert boundary_after(boundary, aside) == after


def test_a_given_boundary_is_kept():
    whole = dataset(["a", "b"] * 6 + ["a", "c"])
    halves = split(whole, 12, Vectors(), Settings())
    assert (len(halves.learner), len(halves.tester)) == (12, 1)
    assert halves.task.classes.tolist() == ["a", "b"]
    assert halves.learner.targets.tolist() == [0, 1] * 6
    assert np.array_equal(halves.tester.features["source"][EMBEDDINGS], whole.vectors[12:13])
    (aside,) = halves.tester.dataset.quarantined
    assert aside == Quarantined("row 13", "its class c does not occur in training")


def test_without_a_boundary_each_class_is_on_both_sides():
    halves = split(dataset(["a"] * 20 + ["b"] * 10), None, Vectors(), Settings(test_fraction=0.3))
    assert np.bincount(halves.learner.targets).tolist() == [14, 7]
    assert np.bincount(halves.tester.targets).tolist() == [6, 3]
    validated = np.concatenate([valid for _, valid in halves.folds])
    assert sorted(validated) == list(range(21))


def test_the_seed_chooses_the_split():
    whole = dataset(["a", "b"] * 20)
    sides = [
        split(whole, None, Vectors(), Settings(seed=seed)).tester.dataset.vectors.tolist()
        for seed in (1, 1, 2)
    ]
    assert sides[0] == sides[1]
    assert sides[0] != sides[2]


def test_no_class_with_two_samples_gives_no_folds_and_no_test():
    halves = split(dataset(["a", "b", "c"]), None, Vectors(), Settings())
    assert (len(halves.learner), len(halves.tester), list(halves.folds)) == (3, 0, [])


def test_a_fold_that_would_learn_from_one_class_is_left_out():
    labels = np.array([0, 0, 1, 0])
    whole = Dataset("embedding", vectors=np.array([[0.0], [0.0], [0.0], [1.0]]), labels=labels)
    halves = split(whole, 4, Vectors(), Settings())
    assert all(len(set(halves.learner.targets[train])) == 2 for train, _ in halves.folds)
    assert len(halves.folds) == 1
