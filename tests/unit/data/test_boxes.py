from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from headstart.data.boxes import Boxes, clip_corners
from headstart.data.images import turned
from headstart.data.placed_boxes import place_boxes
from headstart.data.placement import Placement
from headstart.data.sized_pictures import turn_corners
from headstart.errors import InputError


def test_no_boxes_have_the_shape_of_some():
    none = Boxes.of([], [], (10, 8), scores=[])
    assert (len(none), none.corners.shape, none.areas.shape) == (0, (0, 4), (0,))
    assert none.labels.dtype == object
    assert none.scores.shape == (0,)


def test_take_keeps_order_and_scores():
    boxes = Boxes.of(
        [(0, 0, 1, 1), (0, 0, 2, 2), (0, 0, 3, 3)], list("abc"), (9, 9), [0.1, 0.2, 0.3]
    )
    some = boxes.take([2, 0])
    assert some.areas.tolist() == [9, 1]
    assert (some.labels.tolist(), some.scores.tolist()) == (["c", "a"], [0.3, 0.1])
    assert (some.size, len(boxes)) == ((9, 9), 3)


@pytest.mark.parametrize(
    ("corners", "labels", "scores"),
    [
        ([(0, 0, 1, 1)], ["a", "b"], None),
        ([(0, 0, 1)], ["a"], None),
        ([(0, 0, 1, 1)], ["a"], [0.5, 0.5]),
    ],
)
def test_numbers_have_to_agree(corners, labels, scores):
    with pytest.raises(InputError, match=r"accepted are corners of shape \(n, 4\), n labels"):
        Boxes.of(corners, labels, (9, 9), scores)


def test_what_lies_outside_has_no_area_once_clipped():
    clipped = clip_corners(np.array([[-5.0, -5, -1, 3], [8, 2, 30, 4]]), (10, 8))
    assert clipped.tolist() == [[0, 0, 0, 3], [8, 2, 10, 4]]


@pytest.mark.parametrize("turn", range(1, 9))
def test_boxes_are_turned_as_the_picture_is(turn):
    pixels = np.zeros((5, 7), dtype=np.uint8)
    pixels[1:3, 2:6] = 1
    upright = np.asarray(turned(Image.fromarray(pixels), turn))
    ((x0, y0, x1, y1),) = turn_corners(np.array([[2.0, 1, 6, 3]]), (7, 5), turn).astype(int)
    expected = np.zeros_like(upright)
    expected[y0:y1, x0:x1] = 1
    assert np.array_equal(upright, expected)


def test_boxes_that_are_hardly_seen_are_left_out():
    boxes = Boxes.of([(0, 0, 10, 10), (18, 0, 28, 10), (50, 0, 60, 10)], list("abc"), (60, 20))
    place = Placement((60, 20), (40, 40), (0, 0, 20, 20))
    assert place_boxes(boxes, place).labels.tolist() == ["a"]
    some = place_boxes(boxes, place, least_visible=0.2)
    assert some.labels.tolist() == ["a", "b"]
    assert some.corners.tolist() == [[0, 0, 20, 20], [36, 0, 40, 20]]
    assert some.size == (40, 40)
