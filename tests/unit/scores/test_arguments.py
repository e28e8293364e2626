"""What the scores refuse, and what they say."""

import numpy as np
import pytest

from headstart.errors import InputError
from headstart.scores import SCORES, SIMILARITIES, knn, leep, logme, probe, proxy_a_distance
from headstart.scores.sample import dealt, labelled_sample, thinned

SOUND = [[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]]
LABELS = ["a", "b", "a"]
FUNCTIONS = {name: score.function for name, score in SCORES.items()}
PAIRS = {
    name: similarity.function
    for name, similarity in SIMILARITIES.items()
    if similarity.inputs == "features"
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        ([0.2, 0.8, 0.5], LABELS, r"have shape \(3,\) and type float64; accepted are numbers of"),
        ([["x", "y"]] * 3, LABELS, "accepted are numbers of shape"),
        ([[0.2, 0.8], [0.5]], LABELS, "have rows of different lengths"),
        ([[0.2, 0.8]], ["a"], "with at least 2 samples and 1 feature"),
        (np.zeros((3, 0)), LABELS, "with at least 2 samples and 1 feature"),
        ([[0.2, 0.8], [0.5, np.nan], [0.9, 0.1]], LABELS, "hold nan at row 1"),
        ([[0.2, 0.8], [0.5, 0.5], [np.inf, 0.1]], LABELS, "hold inf at row 2"),
        ([[0.2, 0.8], [0.5, 1e200], [0.9, 0.1]], LABELS, r"hold 1e\+200 at row 1"),
        (SOUND, ["a", "b"], "There are 2 labels and 3 samples"),
        (SOUND, ["a", "a", "a"], "All labels are 'a'; a score needs samples of at least two"),
        (SOUND, ["a", "b", None], "The label of row 2 is None"),
        (SOUND, [1.0, 2.0, float("nan")], "The label of row 2 is nan"),
        (SOUND, [["a"], ["a", "b"], ["a"]], "The labels hold something unhashable"),
    ],
)
def test_scores_refuse(name, features, labels, message):
    with pytest.raises(InputError, match=message):
        FUNCTIONS[name](features, labels)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"logme"}))
def test_labels_are_one_column(name):
    with pytest.raises(InputError, match=r"The labels have shape \(3, 1\)"):
        FUNCTIONS[name](SOUND, np.array([[0], [1], [0]]))


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([[1.0], [2.0]], r"The targets have shape \(2, 1\) and there are 3 samples"),
        ([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]], "Column 1 of the targets is 5.0 everywhere"),
        ([[1.0], [np.nan], [3.0]], "The targets hold nan at row 1"),
    ],
)
def test_numeric_targets_are_checked(targets, message):
    with pytest.raises(InputError, match=message):
        logme(SOUND, targets)


def test_source_probabilities_sum_to_one():
    with pytest.raises(InputError, match="Row 1 of the probabilities"):
        leep([[0.2, 0.8], [0.2, 0.2], [1.0, 0.0]], LABELS)


@pytest.mark.parametrize("value", [0, -1, 1.5, True])
def test_counts_are_checked(value):
    with pytest.raises(InputError, match=r"k is .*; accepted are whole numbers from 1"):
        knn(SOUND, LABELS, k=value)
    with pytest.raises(InputError, match=r"n_folds is .*; accepted are whole numbers from 2"):
        probe(SOUND, LABELS, n_folds=value)
    with pytest.raises(InputError, match=r"n_folds is .*; accepted are whole numbers from 2"):
        proxy_a_distance(SOUND, SOUND, n_folds=value)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (SOUND, [[1.0], [2.0]], "The source has 2 features and the target 1"),
        ([[0.2, 0.8]], SOUND, "The source features have shape"),
        (SOUND, [[np.nan, 1.0], [1.0, 1.0]], "The target features hold nan at row 0"),
    ],
)
def test_similarities_refuse(name, source, target, message):
    with pytest.raises(InputError, match=message):
        PAIRS[name](source, target)


def test_labels_of_any_kind_are_taken():
    kinds = [
        ["a", "b", "a"],
        [("x", 1), ("y", 2), ("x", 1)],
        [1, "1", 1],
        np.array([5, -3, 5]),
        np.array(["a", "b", "a"], dtype=object),
        (True, False, True),
    ]
    assert len({knn(SOUND, labels) for labels in kinds}) == 1


def test_features_of_other_types_are_taken():
    whole = [[0, 1], [1, 0], [1, 1]]
    kinds = ("int64", "float32", "bool")
    assert len({knn(np.array(whole, dtype=kind), LABELS) for kind in kinds}) == 1


def test_a_sample_forgets_order_and_names():
    random = np.random.default_rng(0)
    features = random.integers(0, 2, (30, 2)) * 1.0
    codes = random.integers(0, 3, 30)
    order = random.permutation(30)
    one = labelled_sample(features, codes)
    other = labelled_sample(features[order], np.array(["z", "m", "a"])[codes[order]])
    np.testing.assert_array_equal(one.features, other.features)
    np.testing.assert_array_equal(one.codes, other.codes)


def test_both_zeros_are_one():
    one = labelled_sample([[0.0], [1.0], [-0.0]], [0, 0, 1])
    assert one.codes[one.features[:, 0] == 0].tolist() == [0, 1]
    assert not np.signbit(one.features).any()


def test_folds_have_the_classes_in_their_shares():
    codes = np.array([0] * 50 + [1] * 10)
    order = dealt(codes, seed=0)
    assert [int(codes[order[fold::5]].sum()) for fold in range(5)] == [2] * 5


def test_thinning_keeps_the_shares_and_drops_classes_that_are_gone():
    features = np.arange(1000.0)[:, None]
    sample = thinned(labelled_sample(features, [0] * 700 + [1] * 299 + [2]), 10, seed=0)
    assert len(sample.codes) == 10
    assert sorted(sample.counts.astype(int).tolist()) in ([3, 7], [1, 2, 7], [1, 3, 6])
    assert (np.bincount(sample.codes) > 0).all()
