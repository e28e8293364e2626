"""How large pictures are shown."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headstart.fitting.canvas import canvas_for

SIDES = st.integers(1, 6000)
SIZES = st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=7)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1, 1), (64, 64)),
        ((64, 64), (64, 64)),
        ((96, 64), (64, 64)),
        ((192, 96), (96, 192)),
        ((640, 640), (384, 384)),
        ((480, 640), (448, 320)),
        ((10_000, 100), (256, 544)),  # no longer than twice its height
        ((100, 10_000), (544, 256)),
    ],
)
def test_the_canvas_has_the_shape_of_the_pictures(size, expected):
    assert canvas_for([size]) == expected


@given(SIZES)
def test_a_canvas_is_one_that_networks_take(sizes):
    height, width = canvas_for(sizes)
    assert height % 32 == width % 32 == 0
    assert min(height, width) >= 64
    assert height * width <= (384 + 32) ** 2
    assert 0.4 <= width / height <= 2.5
    assert canvas_for(sizes[::-1]) == (height, width)


@given(SIZES, st.sampled_from([128, 256]))
def test_it_can_be_limited(sizes, most):
    height, width = canvas_for(sizes, most=most)
    assert height * width <= (most + 32) ** 2


@given(SIZES, st.sampled_from([96, 224, 448]))
def test_small_pictures_are_enlarged_to_what_the_source_learned_on(sizes, least):
    height, width = canvas_for(sizes, least)
    assert height * width >= (least - 32) ** 2
    assert 0.4 <= width / height <= 2.5


@given(st.floats(0.5, 2.0), st.integers(100, 4000))
def test_turned_pictures_have_a_turned_canvas(aspect, side):
    width, height = round(side * math.sqrt(aspect)), round(side / math.sqrt(aspect))
    assert canvas_for([(width, height)]) == canvas_for([(height, width)])[::-1]
