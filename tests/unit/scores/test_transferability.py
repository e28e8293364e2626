"""Transferability scores: by hand, and against the formulae written out the slow way."""

import sys

import numpy as np
import pytest
from scipy.linalg import eigh
from scipy.optimize import minimize
from scipy.stats import multivariate_normal
from sklearn.covariance import LedoitWolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import KNeighborsClassifier

from headstart.errors import InputError
from headstart.scores import (
    gbc,
    h_score,
    knn,
    leep,
    logme,
    ncti,
    ncti_of_pool,
    ncti_parts,
    nleep,
    probe,
    probe_figures,
    transrate,
)
from headstart.scores.shrinkage import ledoit_wolf


def draw(n_samples=60, n_features=5, n_classes=3, strength=1.0, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(n_samples) % n_classes
    middles = strength * random.normal(size=(n_classes, n_features))
    return random.normal(size=(n_samples, n_features)) + middles[labels] + 0.5, labels


SHAPES = [(60, 5), (12, 40)]


def best_evidence(features, target):
    """Maximum of log N(target; 0, I / beta + F F' / alpha) over both precisions."""

    def cost(logs):
        alpha, beta = np.exp(np.clip(logs, -15, 15))
        spread = np.eye(len(target)) / beta + features @ features.T / alpha
        return -multivariate_normal(np.zeros(len(target)), spread).logpdf(target)

    starts = [(a, b) for a in (-4.0, 0.0, 4.0) for b in (0.0, 3.0)]
    return max(-minimize(cost, start, method="Nelder-Mead").fun for start in starts)


@pytest.mark.parametrize("shape", SHAPES)
def test_logme_is_the_maximum_evidence(shape):
    features, labels = draw(*shape)
    expected = [best_evidence(features, (labels == code) * 1.0) / len(labels) for code in range(3)]
    assert logme(features, labels) == pytest.approx(np.mean(expected), abs=1e-4)


def test_logme_of_numbers_is_the_maximum_evidence():
    features, _ = draw(40, 4)
    random = np.random.default_rng(1)
    targets = features @ random.normal(size=(4, 2)) + random.normal(size=(40, 2))
    expected = [best_evidence(features, column) / 40 for column in targets.T]
    assert logme(features, targets) == pytest.approx(np.mean(expected), abs=1e-4)


def test_logme_of_labels_is_that_of_indicators():
    features, labels = draw()
    assert logme(features, labels) == pytest.approx(logme(features, np.eye(3)[labels]))


def test_logme_of_features_that_are_zero():
    # Targets are noise alone: its variance is their mean square, here 1/2 for both classes.
    expected = -0.5 * (np.log(2 * np.pi * 0.5) + 1)
    assert logme(np.zeros((4, 2)), [0, 0, 1, 1]) == pytest.approx(expected)


def test_logme_of_a_perfect_fit_is_finite():
    features = np.repeat(np.eye(2), 10, axis=0)
    assert 5 < logme(features, features.argmax(axis=1)) < 20


def test_logme_prefers_the_features_that_numbers_depend_on():
    random = np.random.default_rng(0)
    features = random.normal(size=(50, 3))
    targets = features[:, [0]]
    assert logme(features, targets) > logme(random.normal(size=(50, 3)), targets) + 1


@pytest.mark.parametrize("shape", SHAPES)
def test_h_score_is_a_trace(shape):
    features, labels = draw(*shape)
    estimate = LedoitWolf().fit(features)
    means = np.stack([features[labels == code].mean(axis=0) for code in labels])
    between = np.cov(means, rowvar=False, bias=True)
    share = 1 - estimate.shrinkage_
    expected = np.trace(np.linalg.inv(estimate.covariance_) @ (share * between))
    assert h_score(features, labels) == pytest.approx(expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_shrinkage_is_that_of_scikit_learn(shape):
    features, _ = draw(*shape)
    estimate = LedoitWolf().fit(features)
    share, variance = ledoit_wolf(features - features.mean(axis=0), features.shape[1])
    assert share == pytest.approx(estimate.shrinkage_)
    assert variance == pytest.approx(np.trace(estimate.covariance_) / features.shape[1])


def test_h_score_of_features_that_are_all_the_same():
    assert h_score(np.ones((4, 2)) / 3, [0, 0, 1, 1]) == 0


def test_leep_by_loops():
    random = np.random.default_rng(0)
    table, labels = random.dirichlet(np.ones(4), 30), random.integers(0, 3, 30)
    total = 0.0
    for row in range(30):
        chance = 0.0
        for z in range(4):
            joint = sum(table[i, z] for i in range(30) if labels[i] == labels[row]) / 30
            chance += table[row, z] * joint / (sum(table[i, z] for i in range(30)) / 30)
        total += np.log(chance)
    assert leep(table, labels) == pytest.approx(total / 30)


def test_leep_by_hand():
    # The first source class goes with a, a, b; the second, never drawn, with nothing.
    table = [[1.0, 0.0]] * 3
    assert leep(table, ["a", "a", "b"]) == pytest.approx((2 * np.log(2 / 3) + np.log(1 / 3)) / 3)


def test_nleep_of_features_that_tell_nothing_is_minus_the_entropy():
    labels = [0, 0, 0, 1]
    expected = (3 * np.log(3 / 4) + np.log(1 / 4)) / 4
    assert nleep(np.ones((4, 3)), labels) == pytest.approx(expected)


def test_nleep_of_well_separated_classes_is_nothing_lost():
    features, labels = draw(60, 5, strength=20.0)
    assert nleep(features, labels) == pytest.approx(0, abs=0.01)


def test_nleep_depends_on_the_seed_alone():
    features, labels = draw(60, 5, strength=0.5)
    assert nleep(features, labels, seed=1) == nleep(features, labels, seed=1)
    assert len({nleep(features, labels, seed=seed) for seed in range(4)}) > 1


def test_gbc_of_two_gaussians():
    random = np.random.default_rng(0)
    features = np.concatenate([random.normal(0, 1, 20_000), random.normal(2, 3, 20_000)])
    distance = 2**2 / (4 * (1 + 9)) + 0.5 * np.log((1 + 9) / (2 * 3))
    labels = np.repeat([0, 1], 20_000)
    assert gbc(features[:, None], labels) == pytest.approx(-2 * np.exp(-distance), rel=0.01)


def test_gbc_by_loops():
    features, labels = draw(30, 4)
    centred = features - features.mean(axis=0)
    turned = centred @ np.linalg.svd(centred)[2].T
    means = [turned[labels == code].mean(axis=0) for code in range(3)]
    common = np.mean([(turned[row] - means[labels[row]]) ** 2 for row in range(30)], axis=0)
    spreads = [(10 * turned[labels == code].var(axis=0) + common) / 11 for code in range(3)]
    total = 0.0
    for one in range(3):
        for other in range(3):
            if one != other:
                middle = (spreads[one] + spreads[other]) / 2
                apart = ((means[one] - means[other]) ** 2 / middle).sum() / 8
                shape = np.log(middle.prod() / np.sqrt(spreads[one].prod() * spreads[other].prod()))
                total += np.exp(-apart - shape / 2)
    assert gbc(features, labels) == pytest.approx(-total)


def test_gbc_does_not_take_a_single_sample_for_a_point():
    features, _ = draw(21, 3, strength=0.0)
    assert gbc(features, [0] * 20 + [1]) < -0.5


def test_ncti_parts_are_those_of_discriminant_analysis():
    features, labels = draw(90, 4, strength=0.7)
    means = np.stack([features[labels == code].mean(axis=0) for code in labels])
    share = LedoitWolf(assume_centered=True).fit(features - means).shrinkage_
    reference = LinearDiscriminantAnalysis(solver="eigen", shrinkage=share).fit(features, labels)
    predictions = reference.predict_proba(features)
    parts = ncti_parts(features, labels)
    assert parts.nearest_centre == pytest.approx(
        predictions[np.arange(90), labels].mean(), rel=1e-4
    )
    norms = [np.linalg.norm(predictions[labels == code], "nuc") for code in range(3)]
    assert parts.variability == pytest.approx(np.log(np.sum(norms)), rel=1e-4)
    within = reference.covariance_
    between = np.cov(means, rowvar=False, bias=True)
    discriminants = (features - features.mean(axis=0)) @ eigh(between, within)[1][:, -2:]
    geometry = np.linalg.norm(discriminants, "nuc")
    assert parts.geometry == pytest.approx(geometry, rel=1e-4)


def test_ncti_at_full_collapse_and_at_none():
    labels = np.arange(40) % 4
    collapsed = np.eye(4)[labels]
    assert ncti(collapsed, labels) == pytest.approx(2, abs=0.01)
    # No geometry, the share of a class, no variability.
    assert ncti(np.ones((40, 2)), labels) == pytest.approx(1 / 4)


def test_ncti_of_a_pool_is_scaled_over_the_pool():
    draws = [draw(60, 5, strength=strength) for strength in (0.0, 0.5, 3.0)]
    parts = [ncti_parts(*sample) for sample in draws]
    columns = np.array([[p.geometry, p.nearest_centre, p.variability] for p in parts])
    low, high = columns.min(axis=0), columns.max(axis=0)
    scaled = (columns - low) / (high - low)
    np.testing.assert_allclose(ncti_of_pool(parts), scaled @ [1, 1, -1])
    assert ncti_of_pool(parts[:1]).tolist() == [0.0]


def test_ncti_of_a_pool_needs_one_data_set():
    parts = [ncti_parts(*draw(60)), ncti_parts(*draw(30))]
    with pytest.raises(InputError, match="The 2 sources of the pool do not share one data set"):
        ncti_of_pool(parts)
    with pytest.raises(InputError, match="The 0 sources"):
        ncti_of_pool([])


@pytest.mark.parametrize("shape", SHAPES)
def test_transrate_is_a_difference_of_coding_rates(shape):
    features, labels = draw(*shape)
    scaled = features - features.mean(axis=0)
    scaled /= np.sqrt(scaled.var(axis=0).sum())

    def rate(rows):
        products = rows.T @ rows / (len(rows) * 1e-4)
        return np.linalg.slogdet(np.eye(rows.shape[1]) + products)[1] / 2

    within = sum((labels == code).mean() * rate(scaled[labels == code]) for code in range(3))
    assert transrate(features, labels) == pytest.approx(rate(scaled) - within)


def test_knn_is_leave_one_out_of_scikit_learn():
    features, labels = draw(80, 6, n_classes=2, strength=0.4)
    right = 0
    for row in range(80):
        rest = np.arange(80) != row
        model = KNeighborsClassifier(5, metric="cosine").fit(features[rest], labels[rest])
        right += model.predict(features[[row]])[0] == labels[row]
    assert knn(features, labels) == right / 80
    assert 0.5 < right / 80 < 1


def test_knn_shares_a_tie():
    # To each, one neighbour of its own class and one of the other are equally near.
    square = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]
    assert knn(square, [0, 0, 1, 1], k=1) == 0.5


def test_knn_of_equal_features_names_the_larger_class():
    assert knn(np.ones((10, 2)), [0] * 7 + [1] * 3) == 0.7


def test_knn_takes_all_others_if_there_are_fewer_than_k():
    assert knn([[1.0], [1.0], [1.0]], ["a", "a", "b"], k=50) == pytest.approx((0.5 + 0.5 + 0) / 3)


def test_knn_is_the_same_in_blocks(monkeypatch):
    features, labels = draw(50, 4, strength=0.3)
    whole = knn(features, labels)
    monkeypatch.setattr(sys.modules["headstart.scores.knn"], "BLOCK", 7)
    assert knn(features, labels) == whole


def test_probe_of_one_sample_a_class_by_hand():
    # Each fold is fitted to the other class alone; one imagined sample gives the true one 1/4.
    assert probe([[0.0], [1.0]], ["a", "b"]) == pytest.approx(np.log(1 / 4))


def test_probe_of_features_that_tell_nothing_is_minus_the_entropy():
    labels = [0] * 15 + [1] * 5
    expected = 0.75 * np.log(0.75) + 0.25 * np.log(0.25)
    assert probe(np.ones((20, 3)), labels) == pytest.approx(expected, abs=0.01)


def test_probe_does_not_see_the_labels_out_of_fold():
    random = np.random.default_rng(0)
    figures = [
        probe_figures(random.normal(size=(60, 200)), random.permutation(np.arange(60) % 2))
        for _ in range(10)
    ]
    assert np.mean([figure.accuracy for figure in figures]) == pytest.approx(0.5, abs=0.08)
    assert np.mean([figure.log_likelihood for figure in figures]) < np.log(0.5) + 0.02


def test_probe_figures_of_separate_classes():
    features, labels = draw(60, 5, strength=10.0)
    figures = probe_figures(features, labels)
    assert figures.accuracy == 1
    assert figures.log_likelihood == probe(features, labels) > -0.1


def test_probe_thins_large_samples(monkeypatch):
    module = sys.modules["headstart.scores.probe"]
    monkeypatch.setattr(module, "MOST_SAMPLES", 100)
    seen = []
    monkeypatch.setattr(
        module,
        "out_of_fold",
        lambda sample, n_folds, seed: seen.append(sample) or np.full((100, 2), 0.5),
    )
    features, _ = draw(1000, 3)
    assert probe(features, [0] * 900 + [1] * 100) == pytest.approx(np.log(0.5))
    assert seen[0].counts.max() == pytest.approx(90, abs=1)
