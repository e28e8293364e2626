from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from headstart.data.boxes import Boxes
from headstart.data.drawing import draw_boxes, draw_mask
from headstart.data.palette import colour_of
from headstart.errors import InputError

GREY = (120, 120, 120)


def colours_in(image):
    red, green, blue = np.moveaxis(np.asarray(image).astype(int), 2, 0)
    packed = np.unique(red << 16 | green << 8 | blue).tolist()
    return {(one >> 16, one >> 8 & 255, one & 255) for one in packed}


@pytest.mark.parametrize("size", [(320, 240), (1, 1), (8, 600), (1500, 1000)])
@pytest.mark.parametrize("scores", [None, [0.9, 0.2]])
def test_boxes_of_any_picture(size, scores):
    width, height = size
    corners = [(0, 0, width / 2, height / 2), (width / 4, height / 4, width, height)]
    boxes = Boxes.of(corners, ["cat", "猫 with a very long name" * 9], size, scores)
    image = Image.new("RGB", size, GREY)
    drawn = draw_boxes(image, boxes)
    assert drawn.size[0] % width == drawn.size[1] % height == 0
    assert min(drawn.size) >= 240 or max(drawn.size) > 2000
    assert {colour_of(0), colour_of(1)} & colours_in(drawn)
    assert colours_in(image) == {GREY}


def test_a_box_is_drawn_where_it_is():
    boxes = Boxes.of([(100, 120, 200, 220)], ["cat"], (400, 300))
    drawn = np.asarray(draw_boxes(Image.new("RGB", (400, 300), GREY), boxes))
    rows, columns = np.nonzero((drawn != GREY).any(axis=2))
    assert (columns.min(), columns.max(), rows.max()) == (100, 199, 219)
    assert 95 < rows.min() < 120, "the label stands above the box"
    assert (drawn[150:200, 120:180] == GREY).all()


def test_a_class_has_one_colour_in_all_pictures():
    boxes = Boxes.of([(100, 120, 200, 220)], ["dog"], (400, 300))
    image = Image.new("RGB", (400, 300), GREY)
    assert colour_of(1) in colours_in(draw_boxes(image, boxes, ["cat", "dog"]))
    assert colour_of(1) not in colours_in(draw_boxes(image, boxes))


def test_no_boxes_leave_the_picture_alone():
    image = Image.new("RGB", (400, 300), GREY)
    assert colours_in(draw_boxes(image, Boxes.of([], [], (400, 300), []))) == {GREY}


def test_a_mask_colours_its_classes_and_names_them_below():
    codes = np.zeros((300, 400), np.uint8)
    codes[:, 100:200], codes[:, 200:300], codes[:, 300:] = 1, 2, 255
    drawn = np.asarray(
        draw_mask(Image.new("RGB", (400, 300), GREY), codes, ["background", "a", "b"])
    )
    assert drawn.shape[0] > 300
    assert (drawn[:300, :100] == GREY).all()
    assert (drawn[:300, 300:] == GREY).all()
    assert drawn[150, 150].tolist() == [(120 + one) // 2 for one in colour_of(1)]
    assert drawn[150, 199].tolist() == list(colour_of(1)), "an edge is drawn"
    assert {colour_of(1), colour_of(2)} <= colours_in(drawn[300:])


def test_a_small_picture_is_enlarged_with_its_mask():
    codes = np.array([[0, 1], [0, 0]], np.uint8)
    drawn = np.asarray(draw_mask(Image.new("RGB", (2, 2), GREY), codes, ["background", "a"]))
    assert drawn.shape[1] == 240
    assert (drawn[:120, :120] == GREY).all()
    assert (drawn[:120, 120:] != GREY).any(axis=2).all()


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(InputError, match=r"the shape \(2, 3\), the picture has 4 x 2 pixels"):
        draw_mask(Image.new("RGB", (4, 2)), np.zeros((2, 3), np.uint8), ["a"])
