"""What can be had without transfer."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.activations.ngrams import ngram_features
from headstart.data import stratified_folds
from headstart.evaluation.baselines import (
    Baseline,
    classical_features,
    guess_baseline,
    probe_baseline,
    reference,
)
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.regression import RegressionTask
from headstart.training.objective import LogisticObjective, RidgeObjective
from headstart.training.probe import Samples

TASK = ClassificationTask(np.array(["a", "b"]))


def test_the_majority_gives_everybody_the_shares_of_training():
    task = ClassificationTask(np.array(list("abcd")))
    baseline = guess_baseline(task, LogisticObjective(4), np.array([0, 2, 2, 2]), n_test=2)
    assert baseline.name == "majority class"
    assert baseline.outputs.tolist() == [[0.25, 0.0, 0.75, 0.0]] * 2
    assert baseline.cv_score == 0.75


def test_the_mean_is_the_guess_of_a_number():
    targets = np.array([1.0, 2.0, 6.0])
    baseline = guess_baseline(RegressionTask(), RidgeObjective(), targets, n_test=2)
    assert baseline.name == "mean of the training targets"
    assert baseline.outputs.tolist() == [[3.0], [3.0]]
    assert baseline.cv_score == -2.0


def test_no_test_sample_gives_no_row():
    baseline = guess_baseline(TASK, LogisticObjective(2), np.array([0, 1]), 0)
    assert baseline.outputs.shape == (0, 2)


def test_a_probe_reads_the_test_vectors_of_the_stages_that_it_chose():
    codes = np.arange(40) % 2
    signal = np.random.default_rng(0).normal(size=(40, 2)) + codes[:, None] * 6.0
    folds = stratified_folds(codes, range(40), 5, 0)
    features = {"useless": np.zeros((40, 3)), "useful": signal}
    samples = Samples(features, codes, LogisticObjective(2), folds)
    test = [np.zeros((2, 3)), np.array([[0.0, 0.0], [6.0, 6.0]])]
    baseline = probe_baseline(TASK, "a model", samples, test)
    assert baseline.name == "a model"
    assert baseline.outputs.argmax(axis=1).tolist() == [0, 1]
    assert baseline.cv_score > 0.9


def test_a_probe_of_numbers_gives_numbers():
    vectors = np.arange(20.0)[:, None]
    samples = Samples({"x": vectors}, 3.0 * vectors[:, 0], RidgeObjective(), ())
    baseline = probe_baseline(RegressionTask(), "a", samples, [np.array([[10.0]])])
    assert baseline.outputs == pytest.approx(np.array([[30.0]]), rel=0.1)


def test_without_folds_a_probe_is_no_reference():
    samples = Samples({"x": np.eye(2)}, np.array([0, 1]), LogisticObjective(2), ())
    assert probe_baseline(TASK, "a", samples, [np.eye(2)]).cv_score == -np.inf


@pytest.mark.parametrize(("accuracies", "best"), [([0.5, 0.9, 0.7], 1), ([0.5, 0.5], 0)])
def test_the_reference_did_best_in_training(accuracies, best):
    baselines = [Baseline(str(n), np.zeros((1, 2)), value) for n, value in enumerate(accuracies)]
    assert reference(baselines).name == str(best)


def test_a_linear_model_of_sparse_features():
    texts = [f"{word} number {row}" for row in range(10) for word in ("good", "bad")]
    codes = np.arange(20) % 2
    folds = stratified_folds(codes, [text.encode() for text in texts], 5, 0)
    samples = Samples(ngram_features(texts), codes, LogisticObjective(2), folds)
    test = list(ngram_features(["a bad one", "a good one", ""]).values())
    baseline = probe_baseline(TASK, "TF-IDF", samples, test, "classical")
    assert baseline.outputs.shape == (3, 2)
    assert baseline.outputs[:2].argmax(axis=1).tolist() == [1, 0]
    assert baseline.cv_score == 1.0
    assert probe_baseline(TASK, "TF-IDF", samples, []).outputs.shape == (0, 2)


@pytest.mark.parametrize(
    ("modality", "name"), [("image", "pixels and HOG"), ("text", "TF-IDF of words and characters")]
)
def test_features_are_called_by_what_the_samples_are(modality, name):
    assert classical_features(modality) == name
