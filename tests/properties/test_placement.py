"""Pixels, boxes and masks go through a placement together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from headstart.data.placement import Placement
from headstart.data.regions import Polygons

SIDES = st.integers(8, 60)
SHARES = st.floats(-0.6, 0.9)


@st.composite
def placements(draw, inside: bool = False):
    """A window of a picture, beyond its edges too unless ``inside``."""
    width, height = draw(SIDES), draw(SIDES)
    left = draw(SHARES if not inside else st.floats(0, 0.5)) * width
    top = draw(SHARES if not inside else st.floats(0, 0.5)) * height
    most = 0.5 if inside else 2.0
    right = left + draw(st.floats(0.2, most)) * width
    bottom = top + draw(st.floats(0.2, most)) * height
    canvas = draw(SIDES), draw(SIDES)
    return Placement((width, height), canvas, (left, top, right, bottom), draw(st.booleans()))


@st.composite
def corners(draw):
    """Up to four boxes anywhere."""
    values = st.floats(-100, 100)
    found = [
        (x, y, x + draw(st.floats(0.1, 80)), y + draw(st.floats(0.1, 80)))
        for x, y in draw(st.lists(st.tuples(values, values), max_size=4))
    ]
    return np.array(found, dtype=np.float64).reshape(-1, 4)


@given(placements(), corners())
def test_boxes_come_back(place, boxes):
    there = place.boxes(boxes)
    assert there.shape == boxes.shape
    assert (there[:, :2] < there[:, 2:]).all()
    assert place.boxes_back(there) == pytest.approx(boxes, abs=1e-6)


@given(SIDES, SIDES, corners())
def test_mirrored_twice_is_as_it_was(width, height, boxes):
    whole = Placement((width, height), (height, width), (0, 0, width, height), mirrored=True)
    codes = np.arange(height * width, dtype=np.uint8).reshape(height, width)
    assert whole.boxes(whole.boxes(boxes)) == pytest.approx(boxes)
    assert np.array_equal(whole.mask(whole.mask(codes)), codes)
    assert np.array_equal(whole.mask(codes), codes[:, ::-1])


@given(SIDES, SIDES, st.integers(1, 60), st.integers(1, 60))
def test_the_whole_picture_fits_in_the_middle(width, height, rows, columns):
    place = Placement.fit((width, height), (rows, columns))
    (box,) = place.boxes(np.array([[0.0, 0, width, height]]))
    assert box[0] == pytest.approx(columns - box[2], abs=1e-6)
    assert box[1] == pytest.approx(rows - box[3], abs=1e-6)
    assert min(box[0], box[1]) == pytest.approx(0, abs=1e-6)
    assert place.scale[0] == pytest.approx(place.scale[1])


@given(placements())
def test_a_box_drawn_as_a_mask_goes_where_the_box_goes(place):
    width, height = place.size
    box = np.array([[width // 4, height // 4, width // 4 + 3, height // 4 + 4]], dtype=np.float64)
    codes = np.zeros((height, width), dtype=np.uint8)
    x0, y0, x1, y1 = box[0].astype(int)
    codes[y0:y1, x0:x1] = 1
    rows, columns = np.nonzero(place.mask(codes) == 1)
    expected = place.boxes(box)[0]
    for found, low, high in ((columns, *expected[::2]), (rows, *expected[1::2])):
        if len(found):
            assert low - 1 <= found.min() <= found.max() + 1 <= high + 1


@given(placements())
def test_a_bright_rectangle_is_seen_where_its_mask_is(place):
    width, height = place.size
    codes = np.zeros((height, width), dtype=np.uint8)
    codes[height // 4 : height // 2, width // 4 : width // 2] = 1
    image = Image.fromarray(np.repeat(codes[:, :, np.newaxis] * 255, 3, axis=2))
    seen = place.pixels(image, "nearest", fill=(0, 0, 0))
    assert seen.shape == (*place.canvas, 3)
    apart = (seen[:, :, 0] == 255) != (place.mask(codes) == 1)
    # A rounding error decides a pixel whose centre lies on an edge: no more than the outline.
    assert apart.sum() <= 2 * sum(place.canvas)


@given(placements(inside=True))
def test_what_is_enlarged_comes_back_whole(place):
    width, height = place.size
    left, top, right, bottom = place.window
    place = Placement(
        place.size, (2 * height, 2 * width), (left, top, right, bottom), place.mirrored
    )
    codes = np.random.default_rng(0).integers(0, 9, (height, width)).astype(np.uint8)
    back = place.mask_back(place.mask(codes))
    inside = np.zeros_like(codes, dtype=bool)
    inside[int(top) + 1 : int(bottom), int(left) + 1 : int(right)] = True
    assert np.array_equal(back[inside], codes[inside])
    beyond = np.ones_like(inside)
    beyond[int(top) : int(bottom) + 1, int(left) : int(right) + 1] = False
    assert (back[beyond] == 255).all()


@given(placements(), st.sampled_from(["bilinear", "box"]))
def test_an_even_picture_is_even_away_from_its_edges(place, way):
    grey = place.pixels(Image.new("RGB", place.size, (200, 200, 200)), way, (10, 20, 30))
    seen = np.pad(place.mask(np.zeros(place.size[::-1], dtype=np.uint8)) == 0, 1)
    # These filters reach one pixel far, of the picture or of the canvas, whichever is larger.
    reach = 2 * int(np.ceil(max(1.0, *place.scale)))
    for axis in (0, 1):
        seen = np.logical_and.reduce([np.roll(seen, n, axis) for n in range(-reach, reach + 1)])
    assert (grey[seen[1:-1, 1:-1]] == 200).all()


def test_outside_of_the_picture_is_the_fill():
    place = Placement.fit((40, 20), (32, 32))
    drawn = place.pixels(Image.new("RGB", (40, 20), (255, 255, 255)), "bilinear", (1, 2, 3))
    assert drawn[:8].reshape(-1, 3).tolist() == [[1, 2, 3]] * 8 * 32
    assert (drawn[8:24] == 255).all()
    assert (drawn[24:] == [1, 2, 3]).all()
    assert (place.mask(np.zeros((20, 40), dtype=np.uint8))[:8] == 255).all()


def test_a_picture_that_was_decoded_smaller_lies_at_the_same_place():
    image = Image.new("RGB", (80, 40), (0, 0, 0))
    image.paste((255, 255, 255), (40, 0, 80, 40))
    place = Placement((80, 40), (16, 16), (20, 0, 60, 40), mirrored=True)
    whole, half = (place.pixels(one, "box").astype(int) for one in (image, image.reduce(2)))
    assert np.array_equal(whole, half)
    assert (whole[:, :8] == 255).all()
    assert (whole[:, 8:] == 0).all()


@given(st.lists(st.tuples(st.floats(-5, 25), st.floats(-5, 25)), min_size=3, max_size=8))
def test_polygons_hold_the_pixels_whose_centres_lie_inside(points):
    outline = np.array(points)
    inside = Polygons((outline,)).inside((20, 15))
    assert inside.shape == (15, 20)
    y, x = np.mgrid[:15, :20] + 0.5
    sides = [
        (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
        for (x0, y0), (x1, y1) in zip(outline[:3], np.roll(outline[:3], -1, axis=0), strict=True)
    ]
    left, right = (np.logical_and.reduce([sign * side > 0 for side in sides]) for sign in (1, -1))
    on_edge = np.logical_or.reduce([np.abs(side) < 1e-9 for side in sides])
    triangle = Polygons((outline[:3],)).inside((20, 15))
    assert np.array_equal(triangle[~on_edge], (left | right)[~on_edge])
