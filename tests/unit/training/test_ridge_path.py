"""The path of ridge regressions is scikit-learn's, however it is computed."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from headstart.training.ridge import RidgePath


def problem(n_samples, n_features, seed=0):
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(n_samples, n_features)) * 3.0 + 7.0
    return vectors, vectors @ generator.normal(size=n_features) + generator.normal(size=n_samples)


@pytest.mark.parametrize(("n_samples", "n_features"), [(60, 5), (18, 40), (20, 20)])
@pytest.mark.parametrize("value", [0.1, 30.0, 1e4])
def test_equal_to_plain_scikit_learn(n_samples, n_features, value):
    vectors, targets = problem(n_samples, n_features)
    head = RidgePath(vectors, targets).fit(value)
    plain = make_pipeline(StandardScaler(), Ridge(alpha=n_features / value))
    others = np.random.default_rng(1).normal(size=(9, n_features))
    expected = plain.fit(vectors, targets).predict(others)
    assert head.weights.shape == (n_features, 1)
    assert head.scores(others)[:, 0] == pytest.approx(expected, rel=1e-6)


def test_a_head_does_not_change_when_the_path_goes_on():
    vectors, targets = problem(40, 4)
    path = RidgePath(vectors, targets)
    head = path.fit(1.0)
    before = head.scores(vectors)
    path.fit(100.0)
    assert np.array_equal(head.scores(vectors), before)


@pytest.mark.parametrize("value", [0.0, 5.0, 1e8])
def test_features_that_never_change_leave_the_mean(value):
    head = RidgePath(np.full((3, 5), value), np.array([1.0, 2.0, 6.0])).fit(10.0)
    assert head.scores(np.full((1, 5), value)).tolist() == [[pytest.approx(3.0)]]


def test_the_unit_of_the_targets_scales_the_head():
    vectors, targets = problem(40, 4)
    small, large = (RidgePath(vectors, unit * targets).fit(10.0) for unit in (1.0, 1e6))
    assert large.scores(vectors) == pytest.approx(1e6 * small.scores(vectors))
