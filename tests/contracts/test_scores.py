"""What every score and every similarity keeps; the cases come from the registries."""

from __future__ import annotations

import numpy as np
import pytest

import headstart.scores
from headstart.scores.registry import SCORES, SIMILARITIES

#: Odd data that small and real data sets hold: features and labels.
ODD = {
    "more features than samples": lambda random: (random.normal(size=(12, 60)), np.arange(12) % 3),
    "a constant column": lambda random: (
        np.column_stack([random.normal(size=(20, 3)), np.full(20, 1 / 3)]),
        np.arange(20) % 2,
    ),
    "only constant columns": lambda random: (np.full((20, 3), 1 / 3), np.arange(20) % 2),
    "equal samples": lambda random: (
        np.repeat(random.normal(size=(4, 5)), 5, axis=0),
        np.arange(20) // 10,
    ),
    "equal samples of different classes": lambda random: (
        np.tile(random.normal(size=(5, 5)), (4, 1)),
        np.arange(20) // 10,
    ),
    "a class with one sample": lambda random: (random.normal(size=(15, 4)), [0] * 14 + [1]),
    "classes of one sample each": lambda random: (random.normal(size=(9, 4)), np.arange(9)),
    "two samples": lambda random: (random.normal(size=(2, 4)), [0, 1]),
    "one feature": lambda random: (random.normal(size=(20, 1)), np.arange(20) % 2),
    "a feature that is the label": lambda random: (
        (np.arange(20)[:, None] % 2) * 1.0,
        np.arange(20) % 2,
    ),
    "far from zero": lambda random: (random.normal(1e6, 1, size=(20, 4)), np.arange(20) % 2),
    "large numbers": lambda random: (random.normal(0, 1e30, size=(20, 4)), np.arange(20) % 2),
    "small numbers": lambda random: (random.normal(0, 1e-30, size=(20, 4)), np.arange(20) % 2),
    "float32": lambda random: (
        random.normal(size=(20, 4)).astype(np.float32),
        np.arange(20) % 2,
    ),
}


def separable(n_samples=90, n_classes=3, seed=0):
    """Features of classes that lie well apart, and their labels."""
    random = np.random.default_rng(seed)
    labels = np.arange(n_samples) % n_classes
    features = 0.5 * random.normal(size=(n_samples, 8))
    features[np.arange(n_samples), labels] += 4
    return features, labels


def distributions(features):
    """Probabilities that a source could have said, one source class a feature and one more."""
    scores = np.column_stack([np.asarray(features, dtype=np.float64), np.zeros(len(features))])
    scores = np.clip(scores, -50, 50)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


#: A coding rate of a class counts the class's distance from the mean of all, so that TransRate
#: compares labels of the same features and not, where features outnumber samples, features.
COMPARES_LABELS_ONLY = {"transrate"}


def from_features(name):
    """A score by name that takes features, whatever its inputs are."""
    entry = SCORES[name]
    if entry.inputs == "features":
        return entry.function
    return lambda features, labels: entry.function(distributions(features), labels)


@pytest.fixture(params=SCORES)
def score(request):
    return from_features(request.param)


@pytest.fixture(params=SIMILARITIES)
def similarity(request):
    """A similarity by name, from two data sets whatever its inputs are."""
    entry = SIMILARITIES[request.param]
    takes = {
        "features": lambda source, target: entry.function(source[0], target[0]),
        "labelled features": lambda source, target: entry.function(*source, *target),
        "batch norm statistics": lambda source, target: entry.function(
            [statistics(source[0])], [statistics(target[0])]
        ),
    }
    return takes[entry.inputs]


def statistics(features):
    values = np.asarray(features, dtype=np.float64)
    return values.mean(axis=0), values.var(axis=0)


def test_cases_were_collected():
    assert len(SCORES) >= 9
    assert len(SIMILARITIES) >= 6
    assert {entry.inputs for entry in SCORES.values()} == {"features", "source probabilities"}
    assert len({entry.inputs for entry in SIMILARITIES.values()}) == 3


def test_entries_are_public_functions_with_a_citation():
    for name, entry in {**SCORES, **SIMILARITIES}.items():
        assert name == entry.name == entry.function.__name__
        assert getattr(headstart.scores, name) is entry.function
        assert name in headstart.scores.__all__
        assert entry.citation[-4:].isdigit()
        assert "References" in entry.function.__doc__


def test_row_order_does_not_matter(score):
    features, labels = separable(40)
    order = np.random.default_rng(1).permutation(40)
    assert score(features[order], labels[order]) == score(features, labels)


def test_names_of_the_classes_do_not_matter(score):
    features, labels = separable(40)
    names = np.array(["z", "m", "a"])[labels]
    assert score(features, names) == score(features, labels)
    assert score(features, (2 - labels).tolist()) == score(features, labels)


@pytest.mark.parametrize("seed", range(5))
def test_separate_classes_beat_shuffled_labels(score, seed):
    features, labels = separable(seed=seed)
    shuffled = np.random.default_rng(seed).permutation(labels)
    assert score(features, labels) > score(features, shuffled)


@pytest.mark.parametrize("name", sorted(set(SCORES) - COMPARES_LABELS_ONLY))
@pytest.mark.parametrize("seed", range(5))
def test_features_that_tell_classes_apart_beat_noise(name, seed):
    """With more features than samples, a score that overfits would find both perfect."""
    score, random = from_features(name), np.random.default_rng(seed)
    features, labels = random.normal(size=(60, 200)), np.arange(60) % 2
    apart = features.copy()
    apart[:, :20] += 3 * labels[:, None]
    assert score(apart, labels) > score(features, labels)


@pytest.mark.parametrize("name", ODD)
def test_odd_data_gets_a_finite_score(score, name):
    features, labels = ODD[name](np.random.default_rng(0))
    value = score(features, labels)
    assert isinstance(value, float)
    assert np.isfinite(value)


def test_input_is_not_changed(score):
    features, labels = separable(30)
    kept = features.copy(), labels.copy()
    score(features, labels)
    np.testing.assert_array_equal(features, kept[0])
    np.testing.assert_array_equal(labels, kept[1])


def test_nearer_data_is_closer(similarity):
    source, near, far = (separable(60, seed=seed) for seed in range(3))
    away = (far[0] * 1.5 + 3, far[1])
    assert abs(similarity(source, near)) < similarity(source, away)


def test_data_is_closest_to_itself(similarity):
    source = separable(60)
    assert similarity(source, source) == pytest.approx(0, abs=0.05)


def test_either_may_be_the_source(similarity):
    source, target = separable(40), separable(30, seed=1)
    assert similarity(source, target) == pytest.approx(similarity(target, source), abs=1e-6)


def test_row_order_does_not_matter_to_similarity(similarity):
    source, target = separable(40), separable(30, seed=1)
    order = np.random.default_rng(1).permutation(40)
    turned = (source[0][order], source[1][order])
    assert similarity(turned, target) == pytest.approx(similarity(source, target))


@pytest.mark.parametrize("name", ODD)
def test_odd_data_gets_a_finite_similarity(similarity, name):
    data = ODD[name](np.random.default_rng(0))
    moved = (np.asarray(data[0]) * 2, data[1])
    for target in (data, moved):
        value = similarity(data, target)
        assert isinstance(value, float)
        assert np.isfinite(value)
