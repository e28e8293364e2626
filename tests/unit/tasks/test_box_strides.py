"""On how fine maps boxes are looked for."""

from __future__ import annotations

from headstart.data.boxes import Boxes
from headstart.tasks.box_strides import strides_for_boxes


def boxes_of(*sides, size=(384, 384)):
    return [Boxes.of([(0, 0, side, side)], ["ant"], size) for side in sides]


def test_small_boxes_are_looked_for_on_a_finer_map():
    canvas = (384, 384)
    assert strides_for_boxes(boxes_of(100, 200), canvas) == (16, 32)
    assert strides_for_boxes(boxes_of(79, 79), canvas) == (8, 16, 32)
    assert strides_for_boxes(boxes_of(80, 80), canvas) == (16, 32)
    assert strides_for_boxes(boxes_of(160, 160, size=(768, 768)), canvas) == (16, 32)
    assert strides_for_boxes(boxes_of(150, 150, size=(768, 768)), canvas) == (8, 16, 32)


def test_one_small_box_among_many_does_not_decide():
    assert strides_for_boxes(boxes_of(10, *[200] * 19), (384, 384)) == (16, 32)


def test_without_boxes_the_finest_map_is_safe():
    assert strides_for_boxes([Boxes.of([], [], (10, 10))], (64, 64)) == (8, 16, 32)
