"""What can be seen of a picture."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from headstart.activations.views import ORIGINAL, VIEWS, check_views
from headstart.backbones.preprocessing import Preprocessing
from headstart.errors import PlanError

FACTS = Preprocessing((12, 16), 0.9, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


@pytest.fixture(params=[(40, 50), (12, 16), (5, 90), (1, 1)], ids=str)
def image(request):
    pixels = np.random.default_rng(0).integers(0, 256, (*request.param, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_is_what_a_network_reads(name, image):
    pixels = VIEWS[name](FACTS, image)
    assert (pixels.shape, pixels.dtype) == ((12, 16, 3), np.uint8)
    assert pixels.flags.c_contiguous
    np.testing.assert_array_equal(VIEWS[name](FACTS, image), pixels)


def test_the_original_is_what_prediction_sees(image):
    np.testing.assert_array_equal(VIEWS[ORIGINAL](FACTS, image), FACTS.pixels(image))


@pytest.mark.parametrize(
    ("name", "mirrored"), [(ORIGINAL, "mirrored"), ("closer", "closer mirrored")]
)
def test_mirrored_twice_is_the_original(name, mirrored, image):
    once = VIEWS[mirrored](FACTS, image)
    np.testing.assert_array_equal(once[:, ::-1], VIEWS[name](FACTS, image))


def test_left_and_right_are_exchanged_and_nothing_else():
    pixels = np.zeros((40, 50, 3), np.uint8)
    pixels[:20, :25] = 250  # top left
    seen = VIEWS["mirrored"](FACTS, Image.fromarray(pixels))
    assert (seen[2, 2].max(), seen[2, -2].min(), seen[-2, -2].max()) == (0, 250, 0)


def test_closer_shows_the_middle_larger():
    pixels = np.zeros((60, 80, 3), np.uint8)
    pixels[20:40, 25:55] = 250
    image = Image.fromarray(pixels)
    shares = [(VIEWS[name](FACTS, image) > 125).mean() for name in (ORIGINAL, "closer")]
    assert shares[1] > 1.3 * shares[0]


def test_views_differ_from_each_other():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    seen = {VIEWS[name](FACTS, Image.fromarray(pixels)).tobytes() for name in VIEWS}
    assert len(seen) == len(VIEWS) >= 4


def test_a_view_that_nobody_knows():
    check_views(tuple(VIEWS))
    with pytest.raises(
        PlanError, match=r"view 'rotated'; accepted: original, mirrored, closer.* Correct it in the"
    ):
        check_views(("original", "rotated"))
