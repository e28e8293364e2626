from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from headstart.data.thumbnails import thumbnail


def _open(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=["JPEG"])


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16", "HSV"]
)
def test_every_mode_becomes_a_small_rgb_jpeg(mode):
    small = _open(thumbnail(Image.new(mode, (640, 320)), 160))
    assert (small.size, small.mode) == ((160, 80), "RGB")


def test_small_pictures_are_not_enlarged_and_the_given_one_not_changed():
    image = Image.new("RGB", (400, 400))
    thumbnail(image, 100)
    assert image.size == (400, 400)
    assert _open(thumbnail(Image.new("RGB", (1, 1)))).size == (1, 1)


def test_transparent_places_become_white():
    small = _open(thumbnail(Image.new("RGBA", (50, 50), (255, 0, 0, 0))))
    assert np.asarray(small).min() > 250


def test_sixteen_bits_keep_their_shades():
    grey = Image.fromarray(np.full((40, 40), 0x8000, dtype=np.uint16))
    assert 120 < np.asarray(_open(thumbnail(grey))).mean() < 136
