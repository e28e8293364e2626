"""Sparse features: the arithmetic is scikit-learn's, and nothing is made dense."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression, Ridge

import headstart.training.standardised as standardised
from headstart.activations.ngrams import ngram_features
from headstart.data import stratified_folds
from headstart.training.features import is_sparse, joined
from headstart.training.linear_head import LinearHead, zero_head
from headstart.training.logistic import PenaltyPath
from headstart.training.objective import LogisticObjective, RidgeObjective
from headstart.training.probe import Samples, fit_probe
from headstart.training.ridge import RidgePath
from headstart.training.standardised import Standardised, times_idf


def frequencies(n_samples=30, n_features=50, seed=0):
    """Few of many features a sample; the last two features never occur."""
    generator = np.random.default_rng(seed)
    dense = generator.random((n_samples, n_features)) * (generator.random((1, n_features)) ** 2)
    dense *= generator.random((n_samples, n_features)) < 0.3
    dense[:, -2:] = 0.0
    return csr_matrix(dense.astype(np.float32))


@pytest.fixture(params=["turned", "as they are"])
def either_way(request, monkeypatch):
    """Both ways of fitting, whatever the number of samples."""
    monkeypatch.setattr(standardised, "_MOST_TURNED", 10**9 if request.param == "turned" else 0)


def test_the_idf_is_scikit_learns():
    vectors = frequencies()
    plain = TfidfTransformer(norm=None, smooth_idf=True).fit(vectors)
    weighted, idf = times_idf(vectors)
    assert idf[:-2] == pytest.approx(plain.idf_[:-2])
    assert idf[-2:].tolist() == [1.0, 1.0]
    assert weighted.toarray() == pytest.approx(plain.transform(vectors).toarray(), rel=1e-6)
    assert Standardised.of(vectors).scale == pytest.approx(1.0 / idf)
    assert not Standardised.of(vectors).mean.any()


def test_the_rows_that_it_is_made_from_stay_as_they_are():
    vectors = frequencies()
    before = vectors.copy()
    Standardised.of(vectors)
    assert (vectors != before).nnz == 0


def test_turned_samples_are_as_far_apart_as_they_were():
    vectors = frequencies()
    weighted = times_idf(vectors)[0].toarray()
    turned = Standardised.of(vectors).vectors
    assert turned.shape == (30, 30)
    assert turned @ turned.T == pytest.approx(weighted @ weighted.T, abs=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.usefixtures("either_way")
def test_logistic_regression_is_scikit_learns(n_classes):
    vectors = frequencies()
    codes = np.arange(30) % n_classes
    weighted, _ = times_idf(vectors)
    head = PenaltyPath(vectors, codes, n_classes).fit(10.0)
    size = weighted.multiply(weighted).sum() / weighted.shape[0]
    plain = LogisticRegression(C=10.0 / size, tol=1e-10, max_iter=10_000).fit(weighted, codes)
    expected = plain.predict_proba(weighted)
    assert head.probabilities(vectors) == pytest.approx(expected, abs=2e-3)
    assert not head.weights[-2:].any()


@pytest.mark.usefixtures("either_way")
def test_ridge_regression_is_scikit_learns():
    vectors = frequencies()
    targets = np.random.default_rng(1).normal(size=30)
    weighted, _ = times_idf(vectors)
    head = RidgePath(vectors, targets).fit(10.0)
    size = weighted.multiply(weighted).sum() / weighted.shape[0]
    plain = Ridge(alpha=size / 10.0).fit(weighted.toarray(), targets)
    assert head.scores(vectors)[:, 0] == pytest.approx(plain.predict(weighted), abs=1e-3)


@pytest.mark.usefixtures("either_way")
def test_equal_samples_with_different_labels():
    vectors = csr_matrix(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]))
    head = PenaltyPath(vectors, np.array([0, 1, 1, 1]), 2).fit(1e4)
    first, _, third, _ = head.probabilities(vectors)[:, 1]
    assert first == pytest.approx(0.5, abs=0.01)
    assert third > 0.9


@pytest.mark.usefixtures("either_way")
def test_empty_rows_alone_leave_the_shares():
    head = PenaltyPath(csr_matrix((4, 9)), np.array([0, 0, 0, 1]), 2).fit(10.0)
    shares = head.probabilities(csr_matrix((1, 9)))
    assert shares == pytest.approx(np.array([[0.75, 0.25]]), abs=1e-3)


@given(st.integers(0, 2**32 - 1))
def test_scores_of_sparse_vectors_are_those_of_dense_ones(seed):
    generator = np.random.default_rng(seed)
    vectors = frequencies(4, 7, seed)
    head = LinearHead(
        generator.normal(size=7),
        generator.random(7) + 0.1,
        generator.normal(size=(7, 3)),
        generator.normal(size=3),
    )
    scores = head.scores(vectors)
    assert isinstance(scores, np.ndarray)
    assert np.allclose(scores, head.scores(vectors.toarray()))


def test_dense_numbers_are_those_of_ever():
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(40, 6)).astype(np.float32)
    codes = np.arange(40) % 2
    exact = vectors.astype(np.float64)
    mean, scale = exact.mean(axis=0), exact.std(axis=0)
    plain = LogisticRegression(C=10.0 / 6, max_iter=200, warm_start=True)
    plain.fit((exact - mean) / scale, codes)
    head = PenaltyPath(vectors, codes, 2).fit(10.0)
    both = np.concatenate([-plain.coef_, plain.coef_]).T / 2.0
    assert np.array_equal(head.weights, both)
    bias = np.concatenate([-plain.intercept_, plain.intercept_]) / 2.0
    expected = ((exact - mean) / scale) @ both + bias
    assert np.array_equal(head.scores(vectors), expected)
    ridge = Ridge(alpha=6 / 10.0).fit((exact - mean) / scale, codes)
    assert np.array_equal(RidgePath(vectors, codes).fit(10.0).weights[:, 0], ridge.coef_)


def test_a_large_head_leaves_out_of_its_file_what_never_occurred():
    vectors = ngram_features(["good film", "bad film"] * 3)["words"]
    head = PenaltyPath(vectors, np.array([0, 1] * 3), 2).fit(10.0).with_temperature(2.0)
    arrays = head.to_arrays()
    assert arrays["head.weights"].shape == (5, 2)
    again = LinearHead.from_arrays(load(save(arrays)))
    for name in ("mean", "scale", "weights", "bias"):
        assert np.array_equal(getattr(again, name), getattr(head, name))
    assert again.temperature == 2.0


def test_a_large_head_of_zeros_survives_its_file():
    head = zero_head(2**16, np.array([0.25, 0.75]), is_shares=True)
    again = LinearHead.from_arrays(load(save(head.to_arrays())))
    assert again.weights.shape == (2**16, 2)
    shares = again.probabilities(csr_matrix((1, 2**16)))
    assert shares == pytest.approx(np.array([[0.25, 0.75]]))


def test_joining_keeps_the_kind():
    sparse = joined([frequencies(3, 4), frequencies(3, 5)])
    assert is_sparse(sparse)
    assert sparse.format == "csr"
    assert sparse.shape == (3, 9)
    assert not is_sparse(joined([np.zeros((3, 4))]))


CHINESE = [
    f"{who}{what}" for who in ("我觉得", "这电影", "真的", "朋友说") for what in "一二三四五"
]


def chinese_samples(objective):
    texts = [text + ("非常好看" if row % 2 else "太难看了") for row, text in enumerate(CHINESE)]
    targets = np.arange(len(texts)) % 2
    folds = stratified_folds(targets, [text.encode() for text in texts], 5, 0)
    return Samples(ngram_features(texts), targets, objective, folds)


def test_chinese_is_told_apart_by_its_characters_alone():
    probe = fit_probe(chinese_samples(LogisticObjective(2)))
    assert probe.cv_score == 1.0
    assert "characters" in probe.plan.stages
    new = ngram_features(["我妹妹说非常好看", "隔壁老王说太难看了"])
    read = joined([new[stage] for stage in probe.plan.stages])
    assert probe.head.probabilities(read).argmax(axis=1).tolist() == [1, 0]


def test_all_are_read_unless_one_is_clearly_better():
    samples = chinese_samples(LogisticObjective(2))
    assert samples.usual == ("words", "characters")
    few = Samples(samples.features, samples.targets, samples.objective, ())
    assert fit_probe(few).plan.stages == ("words", "characters")
    (decision, _) = fit_probe(samples).decisions
    assert "all of them" in decision.reason


def test_numbers_are_learned_from_texts():
    probe = fit_probe(chinese_samples(RidgeObjective()))
    assert probe.cv_score is not None
    assert probe.cv_score > -0.3
