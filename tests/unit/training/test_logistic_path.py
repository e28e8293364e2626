"""The path of penalised logistic regressions is scikit-learn's, however it is computed."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from headstart.training.logistic import PenaltyPath

VALUES = (1.0, 30.0)


def problem(n_samples, n_features, n_classes, seed=0):
    generator = np.random.default_rng(seed)
    codes = np.arange(n_samples) % n_classes
    centres = generator.normal(size=(n_classes, n_features)) * 0.5
    vectors = generator.normal(size=(n_samples, n_features)) * 3.0 + centres[codes] + 7.0
    return vectors, codes


def fit_path(vectors, codes, n_classes, values, class_weight=None):
    path = PenaltyPath(vectors, codes, n_classes, class_weight)
    return [path.fit(value) for value in values]


def plain(vectors, codes, value, class_weight=None):
    """scikit-learn alone, without a path and without turning anything."""
    model = LogisticRegression(
        C=value / vectors.shape[1], tol=1e-10, max_iter=10_000, class_weight=class_weight
    )
    scaler = StandardScaler().fit(vectors)
    return model.fit(scaler.transform(vectors), codes), scaler


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(("n_samples", "n_features"), [(60, 5), (18, 40), (20, 20)])
@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_equal_to_plain_scikit_learn(n_samples, n_features, n_classes, class_weight):
    vectors, codes = problem(n_samples, n_features, n_classes)
    codes[:4] = 0  # uneven, so that the weights say something
    heads = fit_path(vectors, codes, n_classes, VALUES, class_weight)
    for head, value in zip(heads, VALUES, strict=True):
        model, scaler = plain(vectors, codes, value, class_weight)
        expected = model.predict_proba(scaler.transform(vectors))
        assert head.probabilities(vectors) == pytest.approx(expected, abs=2e-3)
        assert head.weights.shape == (n_features, n_classes)


def test_where_the_path_came_from_does_not_matter():
    vectors, codes = problem(40, 4, 2)
    strong, weak = fit_path(vectors, codes, 2, VALUES)
    (alone,) = fit_path(vectors, codes, 2, VALUES[1:])
    assert weak.probabilities(vectors) == pytest.approx(alone.probabilities(vectors), abs=2e-3)
    assert np.abs(strong.weights).sum() < np.abs(weak.weights).sum()


def test_a_head_does_not_change_when_the_path_goes_on():
    vectors, codes = problem(40, 4, 3)
    path = PenaltyPath(vectors, codes, 3)
    head = path.fit(1.0)
    before = head.probabilities(vectors)
    path.fit(100.0)
    assert np.array_equal(head.probabilities(vectors), before)


def test_a_class_that_does_not_occur_never_wins():
    vectors, codes = problem(30, 4, 2)
    codes = np.where(codes == 1, 2, 0)
    (head,) = fit_path(vectors, codes, 4, [10.0])
    probabilities = head.probabilities(vectors)
    assert probabilities.shape == (30, 4)
    assert probabilities[:, [1, 3]].max() < 1e-100
    assert set(probabilities.argmax(axis=1)) <= {0, 2}


@pytest.mark.parametrize("value", [0.0, 5.0, 1e8, 1e-300])
def test_a_feature_that_never_changes_is_harmless(value):
    vectors, codes = problem(30, 3, 2)
    constant = np.column_stack([vectors, np.full(30, value)])
    (head,) = fit_path(constant, codes, 2, [10.0])
    assert np.isfinite(head.probabilities(constant)).all()
    assert head.weights[3].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_as_many_classes_as_samples_make_no_warning():
    (head,) = fit_path(np.eye(6), np.array([0, 1, 2, 3, 4, 4]), 5, [10.0])
    assert head.probabilities(np.eye(6)).argmax(axis=1).tolist() == [0, 1, 2, 3, 4, 4]


def test_no_feature_ever_changes():
    codes = np.array([0, 0, 0, 1])
    (head,) = fit_path(np.ones((4, 9)), codes, 2, [10.0])
    assert head.probabilities(np.ones((1, 9))) == pytest.approx(np.array([[0.75, 0.25]]), abs=1e-3)


def test_the_scale_of_a_feature_does_not_matter():
    vectors, codes = problem(40, 4, 3)
    (small,) = fit_path(vectors, codes, 3, [10.0])
    (large,) = fit_path(vectors * 1000.0, codes, 3, [10.0])
    assert large.probabilities(vectors * 1000.0) == pytest.approx(small.probabilities(vectors))
