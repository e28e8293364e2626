"""Cross-validation in closed form, against fitting each fold by itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from headstart.advice.quick_probe import (
    StageFigures,
    held_out_scores,
    prefer_last,
    probe_stages,
)
from headstart.training.objective import LogisticObjective, RidgeObjective
from headstart.training.standardised import times_idf

N = 40


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def five_folds(rng):
    parts = np.array_split(rng.permutation(N), 5)
    return [(np.setdiff1d(np.arange(N), rows), rows) for rows in parts]


@pytest.mark.parametrize("n_features", [1, 5, 39, 100])
@pytest.mark.parametrize("penalty", [1e-3, 0.1, 10.0])
def test_held_out_scores_are_those_of_ridge_without_the_fold(rng, n_features, penalty):
    x = rng.normal(size=(N, n_features))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    goals, folds = rng.normal(size=(N, 2)), five_folds(rng)
    strength = penalty * (x**2).sum() / N
    ones = np.ones((N, 1))
    expected = []
    for train, rows in folds:
        known = np.hstack([x, ones])[train]
        free = strength * np.diag([1.0] * n_features + [0.0])  # the intercept is not shrunk
        weights = np.linalg.solve(known.T @ known + free, known.T @ goals[train])
        expected.append(np.hstack([x, ones])[rows] @ weights)
    found = held_out_scores(x, goals, folds, penalty)
    assert found == pytest.approx(np.concatenate(expected), abs=1e-8)


def test_constant_and_repeated_columns_do_no_harm(rng):
    x = rng.normal(size=(N, 3))
    wide = np.hstack([x, np.ones((N, 2)), x])
    folds, goals = five_folds(rng), rng.normal(size=(N, 1))
    assert np.isfinite(held_out_scores(wide, goals, folds, 0.1)).all()


def test_the_stage_with_the_signal_has_the_lower_loss(rng):
    targets = np.arange(N) % 2
    features = {"noise": rng.normal(size=(N, 4)), "signal": rng.normal(size=(N, 4))}
    features["signal"][:, 0] += 4.0 * targets
    noise, signal = probe_stages(features, targets, LogisticObjective(2), five_folds(rng))
    assert signal.loss < noise.loss
    assert signal.merit > 0.9 > noise.merit


def test_numbers_are_predicted_too(rng):
    x = rng.normal(size=(N, 3))
    (figures,) = probe_stages({"x": x}, x @ [1.0, 2.0, 3.0], RidgeObjective(), five_folds(rng))
    assert figures.loss < 0.01


def test_a_clearly_better_stage_is_preferred_to_the_last(rng):
    noise = rng.normal(size=N) * 0.1
    early = StageFigures("early", 0.2 + noise, np.ones(N))
    last = StageFigures("last", 0.5 - noise, np.ones(N))
    assert prefer_last([early, last]).stage == "early"
    assert prefer_last([last, early]).stage == "early"


def test_a_tie_goes_to_the_last(rng):
    losses = rng.normal(size=N)
    early = StageFigures("early", losses, np.ones(N))
    last = StageFigures("last", losses[::-1] + 0.001, np.ones(N))
    assert prefer_last([early, last]).stage == "last"


def test_sparse_vectors_count_times_their_idf(rng):
    sparse = csr_matrix(rng.random((N, 70)) * (rng.random((N, 70)) < 0.2))
    goals, folds = rng.normal(size=(N, 2)), five_folds(rng)
    x = times_idf(sparse)[0].toarray()
    x -= x.mean(axis=0)
    strength = 0.1 * (x**2).sum() / N
    expected = []
    for train, rows in folds:
        known = np.hstack([x, np.ones((N, 1))])[train]
        free = strength * np.diag([1.0] * 70 + [0.0])  # the intercept is not shrunk
        weights = np.linalg.solve(known.T @ known + free, known.T @ goals[train])
        expected.append(np.hstack([x, np.ones((N, 1))])[rows] @ weights)
    found = held_out_scores(sparse, goals, folds, 0.1)
    assert found == pytest.approx(np.concatenate(expected))
