"""The temperature has the lowest log loss and repairs wrong confidence."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.training.linear_head import softmax
from headstart.training.temperature import fit_temperature


def sampled(temperature, n_samples=4000):
    """Scores, and classes drawn with the probabilities of these scores at a temperature."""
    generator = np.random.default_rng(0)
    scores = generator.normal(size=(n_samples, 3)) * 2.0
    shares = softmax(scores / temperature)
    codes = (shares.cumsum(axis=1) < generator.random((n_samples, 1))).sum(axis=1)
    return scores, codes


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_made_the_data_is_found(temperature):
    assert fit_temperature(*sampled(temperature)) == pytest.approx(temperature, rel=0.08)


def test_no_temperature_nearby_is_better():
    scores, codes = sampled(2.0, 200)
    targets = np.full((200, 3), 1 / 203)  # one imagined sample a class
    targets[np.arange(200), codes] = 201 / 203

    def loss(temperature):
        return -(targets * np.log(softmax(scores / temperature))).sum(axis=1).mean()

    best = fit_temperature(scores, codes)
    assert loss(best) <= min(loss(best * factor) for factor in (0.9, 0.99, 1.01, 1.1))


@pytest.mark.parametrize("times", [1, 10])
def test_always_right_is_no_reason_to_be_certain(times):
    scores, codes = np.tile(np.eye(3), (times, 1)), np.tile(np.arange(3), times)
    shares = softmax(scores / fit_temperature(scores, codes))
    assert shares.max(axis=1) == pytest.approx((3 * times + 1) / (3 * times + 3), abs=1e-4)


def test_a_class_that_a_fold_did_not_hold_does_not_decide():
    scores, codes = sampled(2.0, 400)
    absent = np.concatenate([scores, np.full((400, 1), -1000.0)], axis=1)
    assert fit_temperature(absent, codes) == pytest.approx(fit_temperature(scores, codes), rel=0.02)


def test_scores_that_are_always_wrong_end_at_the_soft_side_of_the_range():
    soft = fit_temperature(np.eye(3) * 100, np.array([1, 2, 0]))
    assert 19 < soft < 21


def test_scores_that_say_nothing_give_a_finite_temperature():
    assert np.isfinite(fit_temperature(np.zeros((4, 2)), np.array([0, 1, 0, 1])))
