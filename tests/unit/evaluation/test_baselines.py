"""What can be had without transfer."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data import stratified_folds
from headstart.evaluation.baselines import Baseline, majority_baseline, probe_baseline, reference
from headstart.training.probe import Samples


def test_the_majority_gives_everybody_the_shares_of_training():
    baseline = majority_baseline(np.array([0, 2, 2, 2]), 4, n_test=2)
    assert baseline.probabilities.tolist() == [[0.25, 0.0, 0.75, 0.0]] * 2
    assert baseline.cv_accuracy == 0.75


def test_no_test_sample_gives_no_row():
    assert majority_baseline(np.array([0, 1]), 2, 0).probabilities.shape == (0, 2)


def test_a_probe_reads_the_test_vectors_of_the_stages_that_it_chose():
    codes = np.arange(40) % 2
    signal = np.random.default_rng(0).normal(size=(40, 2)) + codes[:, None] * 6.0
    folds = stratified_folds(codes, range(40), 5, 0)
    features = {"useless": np.zeros((40, 3)), "useful": signal}
    samples = Samples(features, codes, 2, folds)
    test = [np.zeros((2, 3)), np.array([[0.0, 0.0], [6.0, 6.0]])]
    baseline = probe_baseline("a model", samples, test)
    assert baseline.name == "a model"
    assert baseline.probabilities.argmax(axis=1).tolist() == [0, 1]
    assert baseline.cv_accuracy > 0.9


def test_without_folds_a_probe_is_no_reference():
    codes = np.array([0, 1])
    baseline = probe_baseline("a", Samples({"x": np.eye(2)}, codes, 2, ()), [np.eye(2)])
    assert baseline.cv_accuracy == 0.0


@pytest.mark.parametrize(("accuracies", "best"), [([0.5, 0.9, 0.7], 1), ([0.5, 0.5], 0)])
def test_the_reference_did_best_in_training(accuracies, best):
    baselines = [Baseline(str(n), np.zeros((1, 2)), value) for n, value in enumerate(accuracies)]
    assert reference(baselines).name == str(best)
