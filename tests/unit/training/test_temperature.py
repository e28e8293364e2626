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

    def loss(temperature):
        return -np.log(softmax(scores / temperature)[np.arange(200), codes]).mean()

    best = fit_temperature(scores, codes)
    assert loss(best) <= min(loss(best * factor) for factor in (0.9, 0.99, 1.01, 1.1))


def test_scores_that_are_always_right_end_at_the_sharp_side_of_the_range():
    sharp = fit_temperature(np.eye(3), np.arange(3))
    assert 0.04 < sharp < 0.06


def test_scores_that_are_always_wrong_end_at_the_soft_side_of_the_range():
    soft = fit_temperature(np.eye(3) * 100, np.array([1, 2, 0]))
    assert 19 < soft < 21


def test_scores_that_say_nothing_give_a_finite_temperature():
    assert np.isfinite(fit_temperature(np.zeros((4, 2)), np.array([0, 1, 0, 1])))
