"""Near or far from what the source was trained on."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.activations.norm_statistics import NormStatistics
from headstart.advice.similarity import FAR_FROM, Similarity, read_similarity


def layer(shift):
    ones = np.ones(4)
    return NormStatistics("bn", (0 * ones, ones), (shift * ones, ones))


def test_the_same_moments_are_near():
    similarity = read_similarity([layer(0.0)] * 3, 32)
    assert similarity.gap == pytest.approx(0.0, abs=1e-6)
    assert similarity.level == "near"
    assert "3 BatchNorm layers" in similarity.decision().reason


def test_moments_far_apart_are_far():
    similarity = read_similarity([layer(3.0)], 32)
    assert similarity.gap > FAR_FROM
    assert similarity.level == "far"


def test_a_network_without_batchnorm_says_nothing():
    similarity = read_similarity([], 32)
    assert similarity.level is None
    assert similarity.decision().answer == "not known"


def test_the_threshold_itself_is_near():
    assert Similarity(FAR_FROM, 1, 32).level == "near"
