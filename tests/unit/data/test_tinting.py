"""A small picture under the colours of its classes."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from headstart.data.palette import colour_of
from headstart.data.thumbnails import thumbnail
from headstart.data.tinting import tinted

HALF = np.repeat([[0, 1]], 2, axis=0).astype(np.uint8)


def pixels(content):
    return np.asarray(Image.open(BytesIO(content)).convert("RGB"), dtype=int)


def test_without_a_picture_the_colours_stand_on_paper():
    shown = pixels(tinted(None, HALF, ["background", "cat"], side=64))
    assert shown.shape == (64, 64, 3)
    assert abs(shown[30, 10] - 235).max() < 8
    wanted = 0.4 * 235 + 0.6 * np.array(colour_of(1))
    assert abs(shown[30, 50] - wanted).max() < 12


def test_the_picture_shows_through():
    picture = thumbnail(Image.new("RGB", (40, 20), (0, 0, 0)))
    shown = pixels(tinted(picture, HALF, ["sky", "cat"], side=80))
    assert shown.shape == (40, 80, 3)
    assert abs(shown[20, 10] - 0.6 * np.array(colour_of(0))).max() < 12
    assert abs(shown[20, 70] - 0.6 * np.array(colour_of(1))).max() < 12


@pytest.mark.parametrize("code", [255, 7])
def test_what_is_ignored_or_unknown_has_no_colour(code):
    codes = np.full((4, 4), code, dtype=np.uint8)
    assert abs(pixels(tinted(None, codes, ["a", "b"], side=16)) - 235).max() < 4
