"""Laws that agree with a learning curve: what they foretell, and how sure they are."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.evaluation.curve_comparison import crossing, labels_saved
from headstart.evaluation.power_law import LabelCount, PowerLaw, fit_power_law, label_count

SIZES = np.array([10, 20, 40, 80, 160])


def true_error(n_labels, floor=0.05, delay=20.0, rate=0.5):
    return floor + (0.5 - floor) * (1 + np.asarray(n_labels) / delay) ** -rate


def law_of(floor, delay, rate=1.0):
    return PowerLaw(0.5, np.full(9, floor), np.full(9, delay), np.full(9, rate), 100)


def test_a_known_curve_is_foretold_from_its_first_quarter():
    law = fit_power_law(SIZES, true_error(SIZES), 1e-6 * np.eye(5), guess=0.5)
    foretold = law.predict(640)
    assert foretold.value == pytest.approx(true_error(640), abs=0.02)
    assert foretold.low < true_error(640) < foretold.high
    needed = law.labels_needed(float(true_error(640)))
    assert 640 / 1.5 < needed.value < 640 * 1.5
    assert needed.low <= 640 <= needed.high


def test_further_away_is_less_certain():
    law = fit_power_law(SIZES, true_error(SIZES), 1e-5 * np.eye(5), guess=0.5)
    near, far = (law.predict(size) for size in (200, 20_000))
    assert (far.high - far.low) / far.value > (near.high - near.low) / near.value


def test_an_uncertain_level_leaves_the_gain_certain():
    """Held-out samples that all points share move the whole curve up or down."""
    shared = 1e-6 * np.eye(5) + 0.05**2
    law = fit_power_law(SIZES, true_error(SIZES), shared, guess=0.5)
    now = law.predict(160)
    gains = np.quantile(law.errors(160) - law.errors(320), [0.025, 0.975])
    assert now.high - now.low > 5 * (gains[1] - gains[0])


def test_intervals_cover_noisy_repetitions():
    rng = np.random.default_rng(0)
    noise = 0.01
    covered = 0
    for seed in range(60):
        floor, delay, rate = rng.uniform(0, 0.08), rng.uniform(10, 60), rng.uniform(0.25, 0.6)
        errors = true_error(SIZES, floor, delay, rate) + rng.normal(0, noise, 5)
        law = fit_power_law(SIZES, errors, noise**2 * np.eye(5), 0.5, seed)
        foretold = law.predict(640)
        covered += foretold.low <= true_error(640, floor, delay, rate) <= foretold.high
    assert covered >= 54


def test_no_mistake_at_all_is_a_curve_too():
    law = fit_power_law(SIZES, np.zeros(5), 1e-5 * np.eye(5), guess=0.5)
    assert law.predict(160).value < 0.02
    assert law.more_for(160, 0.01).low is None or law.more_for(160, 0.01).value is None
    assert law.labels_needed(0.5) == LabelCount(0, 0, 0)


def test_a_flat_curve_promises_nothing():
    law = fit_power_law(SIZES, np.full(5, 0.5), 1e-5 * np.eye(5), guess=0.5)
    assert law.predict(320).value > 0.45
    assert law.labels_needed(0.05).value is None


@pytest.mark.parametrize("sizes", [[40], [40, 80]])
def test_one_or_two_sizes_lean_on_what_is_usual(sizes):
    law = fit_power_law(sizes, true_error(sizes), 1e-4 * np.eye(len(sizes)), guess=0.5)
    assert law.predict(40).value == pytest.approx(true_error(40), abs=0.05)
    assert law.predict(400).value < law.predict(40).value
    wide = law.predict(400)
    assert wide.low < true_error(400) < wide.high


def test_an_error_above_the_guess_takes_its_place():
    law = fit_power_law(SIZES, true_error(SIZES) + 0.2, 1e-4 * np.eye(5), guess=0.1)
    assert law.guess == pytest.approx(true_error(10) + 0.2)
    assert np.isfinite(law.errors(100)).all()


def test_the_same_seed_gives_the_same_laws():
    one, other, third = (
        fit_power_law(SIZES, true_error(SIZES), 1e-4 * np.eye(5), 0.5, seed) for seed in (1, 1, 2)
    )
    assert one.floor.tolist() == other.floor.tolist() != third.floor.tolist()


def test_below_the_floor_is_out_of_reach():
    law = law_of(floor=0.1, delay=10.0)
    assert law.labels_needed(0.1) == LabelCount(None, None, None)
    assert law.labels_needed(0.3) == LabelCount(10, 10, 10)


def test_what_takes_a_hundred_times_the_labels_is_out_of_reach():
    law = law_of(floor=0.0, delay=1.0)
    assert law.labels_needed(0.5 / 9_999) == LabelCount(9_998, 9_998, 9_998)
    assert law.labels_needed(0.5 / 10_003).value is None


def test_more_for_a_gain_starts_from_the_labels_at_hand():
    law = law_of(floor=0.0, delay=10.0)
    # 0.5 / (1 + 90 / 10) = 0.05; 0.04 needs 115 in all.
    assert law.more_for(90, 0.01) == LabelCount(25, 25, 25)


def test_infinite_numbers_are_none():
    assert label_count([np.inf, np.inf, 5.0]) == LabelCount(None, 5, None)


def test_labels_saved_are_those_that_the_other_needs_more():
    assert labels_saved(law_of(0.0, 5.0), law_of(0.0, 10.0), 50) == LabelCount(50, 50, 50)
    assert labels_saved(law_of(0.0, 10.0), law_of(0.0, 5.0), 50) == LabelCount(-25, -25, -25)
    assert labels_saved(law_of(0.0, 5.0), law_of(0.3, 5.0), 50).value is None


def test_curves_cross_where_the_other_is_ahead():
    quick, thorough = law_of(0.2, 2.0), law_of(0.0, 20.0)
    place = crossing(quick, thorough)
    assert quick.predict(place // 2).value < thorough.predict(place // 2).value
    assert quick.predict(place * 2).value > thorough.predict(place * 2).value
    assert crossing(law_of(0.0, 5.0), law_of(0.0, 10.0)) is None
