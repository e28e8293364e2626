"""Probabilities are probabilities, whatever the numbers; a head survives its file."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load, save

from headstart.training.linear_head import LinearHead, softmax

SIZES = st.integers(1, 5)
NUMBERS = st.floats(-1e6, 1e6)


@st.composite
def heads(draw):
    n_features, n_classes = draw(SIZES), draw(SIZES)
    return LinearHead(
        mean=draw(arrays(np.float64, n_features, elements=NUMBERS)),
        scale=draw(arrays(np.float64, n_features, elements=st.floats(1e-3, 1e6))),
        weights=draw(arrays(np.float64, (n_features, n_classes), elements=NUMBERS)),
        bias=draw(arrays(np.float64, n_classes, elements=NUMBERS)),
        temperature=draw(st.floats(0.05, 20.0)),
    )


@given(arrays(np.float64, st.tuples(SIZES, SIZES), elements=st.floats(-1e300, 1e300)))
def test_softmax_gives_shares_in_the_order_of_the_scores(scores):
    shares = softmax(scores)
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert (shares >= 0).all()
    places = np.arange(len(scores))
    assert (shares[places, scores.argmax(axis=1)] == shares.max(axis=1)).all()


@given(heads(), st.integers(0, 2**32 - 1))
def test_a_head_survives_its_file_to_the_last_bit(head, seed):
    vectors = np.random.default_rng(seed).normal(size=(3, len(head.mean)))
    again = LinearHead.from_arrays(load(save(head.to_arrays())))
    assert np.array_equal(again.probabilities(vectors), head.probabilities(vectors))


@given(heads(), st.integers(0, 2**32 - 1))
def test_rows_do_not_depend_on_each_other(head, seed):
    vectors = np.random.default_rng(seed).normal(size=(4, len(head.mean)))
    together = head.scores(vectors)
    alone = np.concatenate([head.scores(row[None]) for row in vectors])
    size = np.abs((vectors - head.mean) / head.scale).max() * np.abs(head.weights).max()
    assert np.allclose(together, alone, atol=1e-12 * size)
