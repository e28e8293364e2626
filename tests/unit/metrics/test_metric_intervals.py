"""Intervals are wide enough for small, perfect and lopsided test sets."""

import numpy as np
import pytest

from headstart.metrics import (
    accuracy,
    auroc,
    calibration_error,
    classification_figures,
    log_loss,
    macro_f1,
    wilson_interval,
)
from headstart.metrics.intervals import bounded_figure, mean_interval


def draw(random, n_samples, strength=3.0, n_classes=2):
    """Well calibrated predictions of a model with a known error."""
    targets = random.integers(0, n_classes, n_samples)
    scores = random.normal(size=(n_samples, n_classes))
    scores[np.arange(n_samples), targets] += strength
    scores = np.exp(strength * scores)
    return targets, scores / scores.sum(axis=1, keepdims=True)


def test_wilson_by_hand():
    # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
    low, high = wilson_interval([81, 15, 0, 1], [263, 148, 20, 29])
    np.testing.assert_allclose(low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    np.testing.assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


def test_mean_of_independent_estimates_is_narrower():
    values, distance = np.full(4, 0.5), np.full(4, 0.2)
    low, high = mean_interval(values, values - distance, values + distance, np.eye(4))
    assert (low, high) == pytest.approx((0.4, 0.6))


def test_figures_stay_in_bounds():
    figure = bounded_figure(1.0 + 1e-12, 1.2, -1.0)
    assert (figure.value, figure.low, figure.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_ten_perfect_samples_prove_little(n_classes):
    targets = np.arange(12) % n_classes
    probabilities = np.full((12, n_classes), 0.01 / (n_classes - 1))
    probabilities[np.arange(12), targets] = 0.99
    figures = classification_figures(targets, probabilities)
    assert figures["accuracy"].low < 0.8
    assert figures["macro_f1"].low < 0.9
    assert figures["auroc"].low < 0.9
    assert figures["log_loss"].high > 0.5
    assert figures["calibration_error"].low == 0
    assert figures["calibration_error"].high > 0.15


@pytest.mark.parametrize("right", [True, False])
def test_one_sample(right):
    figures = classification_figures([0 if right else 1], [[0.9, 0.1]])
    assert figures["accuracy"].high - figures["accuracy"].low > 0.5
    for figure in figures.values():
        assert figure.high - figure.low > 0.3
        assert np.isfinite([figure.low, figure.value, figure.high]).all()


@pytest.mark.parametrize(
    ("metric", "least"), [("accuracy", 0.9), ("macro_f1", 0.92), ("auroc", 0.9), ("log_loss", 0.9)]
)
@pytest.mark.parametrize(("n_samples", "n_classes"), [(30, 2), (60, 4)])
def test_intervals_cover_the_truth(metric, least, n_samples, n_classes):
    measure = {
        "accuracy": lambda targets, table: accuracy(targets, table.argmax(axis=1)),
        "macro_f1": lambda targets, table: macro_f1(targets, table.argmax(axis=1)),
        "auroc": auroc,
        "log_loss": log_loss,
    }[metric]
    random = np.random.default_rng(0)
    truth = measure(*draw(random, 20_000, 2.0, n_classes)).value
    figures = [measure(*draw(random, n_samples, 2.0, n_classes)) for _ in range(100)]
    covered = np.mean([figure.low <= truth <= figure.high for figure in figures])
    assert covered >= least
    assert np.mean([figure.high - figure.low for figure in figures]) < 1.0


def test_calibration_interval_covers_perfect_calibration():
    random = np.random.default_rng(0)
    lows = []
    for _ in range(60):
        confidence = random.uniform(0.5, 1.0, 80)
        targets = (random.random(80) > confidence).astype(int)
        table = np.column_stack([confidence, 1 - confidence])
        lows.append(calibration_error(targets, table).low)
    assert np.mean(np.array(lows) == 0) >= 0.9


def test_calibration_interval_sees_overconfidence():
    targets = (np.arange(300) % 10 >= 7).astype(int)
    figure = calibration_error(targets, np.tile([0.99, 0.01], (300, 1)))
    assert 0.15 < figure.low < 0.29 < figure.high < 0.4


def test_more_samples_narrow_every_interval():
    random = np.random.default_rng(0)
    few = classification_figures(*draw(random, 50, 1.5))
    many = classification_figures(*draw(random, 2000, 1.5))
    for name, figure in few.items():
        assert many[name].high - many[name].low < figure.high - figure.low
