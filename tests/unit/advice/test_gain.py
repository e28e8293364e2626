"""What transfer is worth in cross-validation, with an interval."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.advice.gain import mean_with_interval, measure_gain
from headstart.advice.quick_probe import StageFigures


def probe(merits):
    return StageFigures("stage", np.zeros(len(merits)), np.array(merits))


def test_a_source_that_is_right_wherever_the_rival_is_wrong_is_worth_it():
    gain = measure_gain("net", probe([1] * 40), "HOG", probe([1, 0] * 20))
    assert gain.answer == "yes"
    assert gain.difference.value == 0.5
    assert "net reaches 1.000 and HOG 0.500" in gain.decision().reason


def test_the_other_way_round_it_is_not():
    assert measure_gain("net", probe([1, 0] * 20), "HOG", probe([1] * 40)).answer == "no"


def test_equal_models_cannot_be_told_apart():
    gain = measure_gain("net", probe([1, 0] * 20), "HOG", probe([0, 1] * 20))
    assert gain.answer == "no measurable difference"
    assert gain.difference.low < 0 < gain.difference.high


def test_the_interval_is_that_of_students_paired_test():
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(0).normal(0.3, 1.0, 25)
    low, high = ttest_1samp(values, 0.0).confidence_interval(0.95)
    found = mean_with_interval(values)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_one_sample_says_nothing():
    assert mean_with_interval(np.array([1.0])).low == -np.inf
