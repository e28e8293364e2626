"""Intervals from resamples."""

import numpy as np
import pytest

from headstart.metrics.drawn_interval import drawn_difference, drawn_share, usual_pull
from headstart.metrics.resamples import resample


def mean_draws(values, seed=0):
    drawn = resample(np.asarray(values, dtype=float)[:, None], seed)
    return drawn.sums[:, 0] / drawn.totals


def test_a_mean_is_covered_as_often_as_is_said():
    random = np.random.default_rng(0)
    held = 0
    for seed in range(300):
        values = random.beta(4, 2, 12)
        figure = drawn_share(float(values.mean()), mean_draws(values, seed), 12)
        held += figure.low <= 2 / 3 <= figure.high
    assert 0.93 <= held / 300 <= 0.99


@pytest.mark.parametrize("count", [1, 2, 50])
def test_samples_that_agree_leave_room_for_others(count):
    figure = drawn_share(0.5, np.full(1000, 0.5), count)
    assert figure.low == pytest.approx(0.5 * 0.025 ** (1 / count))
    assert figure.high == pytest.approx(1 - 0.5 * 0.025 ** (1 / count))


def test_resamples_on_one_side_of_the_value_do_not_move_it_out():
    figure = drawn_share(0.2, np.linspace(0.25, 0.3, 1000), 50)
    assert figure.low < 0.2 < figure.high
    assert 0.2 - figure.low == pytest.approx(figure.high - 0.2)


@pytest.mark.parametrize(("count", "excludes"), [(5, False), (6, True)])
def test_it_takes_six_samples_to_exclude_no_difference(count, excludes):
    gains = np.full(count, 0.1)
    figure = drawn_difference(
        0.1, mean_draws(gains), count, lambda weights: weights @ gains / weights.sum(axis=1)
    )
    assert (figure.low > 0) == excludes


def test_the_usual_pull_of_many_samples_is_found_from_some():
    gains = np.sort(np.random.default_rng(0).normal(size=3000))
    pull = usual_pull(gains.mean(), lambda weights: weights @ gains / weights.sum(axis=1), 3000)
    assert pull == pytest.approx(np.abs(gains).mean(), rel=0.05)
