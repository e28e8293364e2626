"""Whatever the window, all ways of a depthwise convolution agree."""

from __future__ import annotations

import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headstart.training.depthwise_ways import WAYS, Window

pairs = st.tuples(st.integers(0, 3), st.integers(0, 3))
windows = st.builds(
    Window,
    kernel=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(pairs, pairs),
)
sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))


@settings(max_examples=100)
@given(windows, sizes)
def test_all_ways_agree(window, size):
    padded = [length + sum(sides) for length, sides in zip(size, window.padding, strict=True)]
    assume(padded[0] >= window.kernel[0] and padded[1] >= window.kernel[1])
    x, filters = torch.randn(2, 3, *size).double(), torch.randn(3, 1, *window.kernel).double()
    y = WAYS["forward"]["native"].compute(x, filters, None, window)
    gradient = torch.randn_like(y)
    arguments = {
        "input_gradient": (gradient, filters, size, window),
        "filter_gradient": (gradient, x, window),
    }
    for computation, given_to in arguments.items():
        ways = WAYS[computation].values()
        expected, *others = (way.compute(*given_to).double() for way in ways)
        for found in others:
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
