"""What holds for every score, whatever the features: order, names, turns, shifts and units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headstart.scores import (
    SCORES,
    SIMILARITIES,
    batch_norm_gap,
    coral,
    frechet_distance,
    gbc,
    h_score,
    knn,
    leep,
    logme,
    mmd,
    ncti,
    nleep,
    optimal_transport_dataset_distance,
    probe_figures,
    transrate,
)

ON_FEATURES = {name: score.function for name, score in SCORES.items() if score.inputs == "features"}
ON_PAIRS = {
    name: entry.function for name, entry in SIMILARITIES.items() if entry.inputs == "features"
}


@st.composite
def samples(draw, coarse=True):
    """Features and labels; rows and columns that are equal are among them if ``coarse``."""
    n_samples, n_features = draw(st.integers(4, 30)), draw(st.integers(1, 40))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    features = random.normal(size=(n_samples, n_features))
    if coarse and draw(st.booleans()):
        features = np.round(features)
    labels = random.integers(0, draw(st.integers(2, 4)), n_samples)
    labels[:2] = [0, 1]
    features[labels == 0] += draw(st.sampled_from([0.0, 1.0, 5.0]))
    return features, labels


def turned(features, seed):
    """The features in other axes."""
    n_features = features.shape[1]
    random = np.random.default_rng(seed)
    return features @ np.linalg.qr(random.normal(size=(n_features, n_features)))[0]


@pytest.mark.parametrize("name", ON_FEATURES)
@settings(max_examples=25)
@given(sample=samples(), seed=st.integers(0, 1000))
def test_neither_order_nor_names_matter(name, sample, seed):
    features, labels = sample
    random = np.random.default_rng(seed)
    order = random.permutation(len(labels))
    names = random.permutation(["a", "b", "c", "d"])
    score = ON_FEATURES[name]
    assert score(features[order], names[labels[order]]) == score(features, labels)


@pytest.mark.parametrize("score", [logme, h_score, gbc, ncti, transrate, knn])
@settings(max_examples=25)
@given(sample=samples(coarse=False), seed=st.integers(0, 1000))
def test_a_rotation_does_not_matter(score, sample, seed):
    features, labels = sample
    before = score(features, labels)
    assert score(turned(features, seed), labels) == pytest.approx(before, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("score", [logme, h_score, gbc, ncti, transrate, knn])
@settings(max_examples=25)
@given(sample=samples(coarse=False), unit=st.sampled_from([1e-6, 0.1, 3.0, 1e6]))
def test_the_unit_of_the_features_does_not_matter(score, sample, unit):
    features, labels = sample
    before = score(features, labels)
    assert score(unit * features, labels) == pytest.approx(before, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("score", [h_score, gbc, ncti, transrate])
@settings(max_examples=25)
@given(sample=samples(coarse=False), shift=st.sampled_from([-100.0, 0.5, 3.0]))
def test_a_shift_does_not_matter(score, sample, shift):
    features, labels = sample
    before = score(features, labels)
    assert score(features + shift, labels) == pytest.approx(before, rel=1e-5, abs=1e-6)


@settings(max_examples=25)
@given(samples())
def test_scores_stay_in_their_bounds(sample):
    features, labels = sample
    n_classes = len(np.unique(labels))
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    entropy = -float(shares @ np.log(shares))
    assert 0 <= h_score(features, labels) <= n_classes - 1 + 1e-9
    assert -n_classes * (n_classes - 1) - 1e-9 <= gbc(features, labels) <= 0
    assert -1 <= ncti(features, labels) <= 2
    assert transrate(features, labels) >= 0
    assert 0 <= knn(features, labels) <= 1
    assert -entropy - 1e-9 <= nleep(features, labels) <= 0
    figures = probe_figures(features, labels)
    assert 0 <= figures.accuracy <= 1
    assert figures.log_likelihood < 0


@settings(max_examples=40)
@given(samples(), st.integers(0, 1000))
def test_leep_lies_between_nothing_learned_and_nothing_lost(sample, seed):
    _, labels = sample
    table = np.random.default_rng(seed).dirichlet(np.full(5, 0.3), len(labels))
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    assert float(shares @ np.log(shares)) - 1e-9 <= leep(table, labels) <= 0
    # Which source class is which does not matter.
    assert leep(table[:, ::-1], labels) == pytest.approx(leep(table, labels))


@settings(max_examples=40)
@given(samples(), st.floats(0.01, 100))
def test_logme_of_numbers_follows_their_unit(sample, unit):
    features, _ = sample
    targets = np.random.default_rng(0).normal(size=(len(features), 2))
    expected = logme(features, targets) - np.log(unit)
    assert logme(features, unit * targets) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("name", ON_PAIRS)
@settings(max_examples=25)
@given(sample=samples(), other=st.integers(0, 1000))
def test_similarity_is_symmetric_and_ignores_order(name, sample, other):
    source, _ = sample
    random = np.random.default_rng(other)
    target = random.normal(0.5, 2, size=(random.integers(2, 20), source.shape[1]))
    value = ON_PAIRS[name](source, target)
    assert ON_PAIRS[name](target, source) == pytest.approx(value, rel=1e-6, abs=1e-8)
    order = random.permutation(len(source))
    assert ON_PAIRS[name](source[order], target) == pytest.approx(value, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(("distance", "power"), [(frechet_distance, 2), (coral, 4), (mmd, 0)])
@settings(max_examples=25)
@given(sample=samples(), unit=st.floats(0.1, 10), seed=st.integers(0, 1000))
def test_similarity_follows_the_unit_and_not_the_axes(distance, power, sample, unit, seed):
    source, labels = sample
    target = source[labels == 0] if (labels == 0).sum() > 1 else source + 1
    value = distance(source, target)
    assert distance(unit * source, unit * target) == pytest.approx(
        unit**power * value, rel=1e-5, abs=1e-6
    )
    assert distance(turned(source, seed), turned(target, seed)) == pytest.approx(
        value, rel=1e-5, abs=1e-6
    )


@settings(max_examples=25)
@given(samples(coarse=False), st.floats(-5, 5))
def test_the_distance_to_a_shifted_copy_is_the_shift(sample, shift):
    features, labels = sample
    moved = features + shift
    length = abs(shift) * np.sqrt(features.shape[1])
    assert frechet_distance(features, moved) == pytest.approx(length**2, rel=1e-6, abs=1e-6)
    assert coral(features, moved) == pytest.approx(0, abs=1e-9)
    # To move each sample and its class by the same way is one way of doing it.
    work = optimal_transport_dataset_distance(features, labels, moved, labels)
    assert length - 1e-6 <= work <= np.sqrt(2) * length + 1e-6


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_batch_norm_gap_is_zero_only_for_equal_statistics(seed, n_layers):
    random = np.random.default_rng(seed)
    source = [(random.normal(size=4), random.uniform(0, 2, 4)) for _ in range(n_layers)]
    target = [(mean + 0.1, variance) for mean, variance in source]
    assert batch_norm_gap(source, source) == 0
    assert batch_norm_gap(source, target) > 0
    assert batch_norm_gap(source, target) == batch_norm_gap(target, source)
