"""The linear head: standardise, multiply, soften."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load, save

from headstart.training.linear_head import LinearHead, softmax

HEAD = LinearHead(
    mean=np.array([1.0, 2.0]),
    scale=np.array([2.0, 1.0]),
    weights=np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]]),
    bias=np.array([0.0, 0.0, 0.5]),
)


def test_scores_by_hand():
    # (3 - 1) / 2 = 1 and (1 - 2) / 1 = -1
    assert HEAD.scores(np.array([[3.0, 1.0]])).tolist() == [[1.0, -2.0, -0.5]]


def test_probabilities_are_the_softmax_of_the_scores():
    exponentials = np.exp([1.0, -2.0, -0.5])
    given = HEAD.probabilities(np.array([[3.0, 1.0]]))
    assert given == pytest.approx((exponentials / exponentials.sum())[None])


def test_a_high_temperature_softens_and_keeps_the_order():
    vectors = np.array([[3.0, 1.0], [0.0, 5.0]])
    usual, soft = HEAD.probabilities(vectors), HEAD.with_temperature(5.0).probabilities(vectors)
    assert (soft.max(axis=1) < usual.max(axis=1)).all()
    assert soft.argmax(axis=1).tolist() == usual.argmax(axis=1).tolist()


def test_float32_vectors_give_float64_probabilities():
    assert HEAD.probabilities(np.zeros((1, 2), dtype=np.float32)).dtype == np.float64


def test_arrays_and_back():
    warm = HEAD.with_temperature(0.7)
    again = LinearHead.from_arrays(warm.to_arrays())
    vectors = np.random.default_rng(0).normal(size=(5, 2))
    assert np.array_equal(again.probabilities(vectors), warm.probabilities(vectors))
    assert again.temperature == 0.7


def test_weights_that_lie_otherwise_in_memory_reach_a_file_as_they_are():
    turned = replace(HEAD, weights=np.ascontiguousarray(HEAD.weights.T).T)
    assert not turned.weights.flags.c_contiguous
    again = LinearHead.from_arrays(load(save(turned.to_arrays())))
    assert np.array_equal(again.weights, HEAD.weights)


def test_huge_scores_do_not_overflow():
    assert softmax(np.array([[1e4, -1e4], [-1e308, 0.0]])).tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_numbers_survive_a_file_however_they_lie_in_memory():
    from safetensors.numpy import load, save

    weights = np.arange(6.0).reshape(2, 3).T  # as training gives them: columns first
    head = LinearHead(np.zeros(6)[::2], np.ones(3), weights, np.arange(2.0), 0.5)
    again = LinearHead.from_arrays(load(save(head.to_arrays())))
    vectors = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_array_equal(again.probabilities(vectors), head.probabilities(vectors))
