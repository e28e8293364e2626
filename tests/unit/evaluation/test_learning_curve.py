"""Error and loss with few labels and with more, on samples held out."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data import stratified_folds
from headstart.errors import InputError
from headstart.evaluation.curve_noise import figures, resampled_means
from headstart.evaluation.curve_result import Curve
from headstart.evaluation.learning_curve import curve_sizes, measure_curve, nested_order
from headstart.training.objective import LogisticObjective, RidgeObjective
from headstart.training.probe import Samples


def samples(n_samples=120, n_features=30, apart=1.0, seed=0):
    rng = np.random.default_rng(seed)
    codes = np.arange(n_samples) % 2
    vectors = rng.normal(size=(n_samples, n_features))
    vectors[:, :3] += apart * (2 * codes[:, None] - 1)
    return Samples({"x": vectors}, codes, LogisticObjective(2), deal(codes)[0])


def deal(codes, repeats=2, seed=0):
    return [stratified_folds(codes, range(len(codes)), 5, seed + one) for one in range(repeats)]


def test_more_labels_do_better():
    some = samples()
    measured = measure_curve(some, some.targets, deal(some.targets))
    assert measured.sizes.tolist() == curve_sizes(96, 2)
    assert measured.errors.shape == measured.losses.shape == (2, len(measured.sizes), 120)
    errors, losses = measured.mean_errors(), measured.losses.mean(axis=(0, 2))
    assert errors[-1] < errors[0] - 0.05
    assert losses[-1] < losses[0]
    assert set(np.unique(measured.errors)) <= {0.0, 1.0}


def test_no_model_judges_what_it_learned_from():
    """Labels drawn by lot can be learned by heart and by nothing else."""
    rng = np.random.default_rng(3)
    codes = rng.permutation(np.arange(200) % 2)
    some = Samples({"x": rng.normal(size=(200, 300))}, codes, LogisticObjective(2), deal(codes)[0])
    measured = measure_curve(some, codes, deal(codes, repeats=4))
    assert np.abs(measured.mean_errors() - 0.5).max() < 0.12


def test_each_fold_has_models_of_its_own():
    some = samples()
    dealt = deal(some.targets)
    measured = measure_curve(some, some.targets, dealt, sizes=[20])
    for number, (_, valid) in enumerate(dealt[1]):
        assert set(measured.models[1][valid]) == {number}


def test_numbers_have_a_curve_of_absolute_errors():
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(100, 20))
    targets = vectors[:, :3].sum(axis=1) + rng.normal(size=100) / 10
    strata = np.argsort(np.argsort(targets)) // 10
    folds = deal(strata)
    some = Samples({"x": vectors}, targets, RidgeObjective(), folds[0])
    measured = measure_curve(some, strata, folds)
    assert (measured.errors >= 0).all()
    assert measured.mean_errors()[-1] < measured.mean_errors()[0] / 2


def test_too_few_samples_are_refused():
    some = samples(n_samples=4)
    with pytest.raises(InputError, match="too few samples for a learning curve"):
        measure_curve(some, some.targets, [()])


def test_beginnings_of_the_order_are_stratified():
    strata = np.repeat([0, 1, 2], [60, 30, 3])
    order = nested_order(np.arange(93), strata, seed=1)
    assert sorted(order.tolist()) == list(range(93))
    assert set(strata[order[:3]]) == {0, 1, 2}
    for size in range(6, 93, 7):
        counts = np.bincount(strata[order[:size]], minlength=3)
        assert abs(counts[0] - size * 60 / 93) <= 2.5


def test_the_order_depends_on_the_seed():
    strata = np.arange(30) % 3
    one, same, other = (nested_order(np.arange(30), strata, seed).tolist() for seed in (0, 0, 1))
    assert one == same != other


def test_small_sets_have_few_sizes():
    assert curve_sizes(10, 2) == [8, 10]
    assert curve_sizes(4, 2) == [4]
    assert curve_sizes(100, 40)[0] == 40


def test_uncertainty_shrinks_with_the_samples():
    rng = np.random.default_rng(0)
    spreads = []
    for count in (50, 800):
        wrong = (rng.random((1, 2, count)) < 0.3).astype(float)
        drawn = resampled_means(wrong, np.zeros((1, count), dtype=int) + np.arange(count) % 5, 0.5)
        spreads.append(drawn.std(axis=0).mean())
    assert spreads[1] < spreads[0] / 2
    # That of 50 samples alone would be 0.065; the models add to it.
    assert 0.05 < spreads[0] < 0.25


def test_figures_hold_their_values():
    drawn = np.random.default_rng(0).normal(0.3, 0.02, (200, 3))
    found = figures(np.array([0.0, 0.3, 0.99]), drawn, most=1.0)
    assert all(0 <= one.low <= one.value <= one.high <= 1 for one in found)
    assert found[1].high - found[1].low == pytest.approx(0.08, abs=0.02)


def test_a_curve_brings_points_and_law_together():
    some = samples(apart=3.0)
    measured = measure_curve(some, some.targets, deal(some.targets))
    curve = Curve.of("with transfer", measured, guess=0.5)
    assert [point.labels for point in curve.points] == measured.sizes.tolist()
    assert curve.law.largest == measured.sizes[-1]
    last = curve.points[-1].error
    assert last.low <= last.value <= last.high
    assert curve.law.predict(96).value == pytest.approx(last.value, abs=0.03)
