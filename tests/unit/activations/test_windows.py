"""Each view of a whole picture is a place: what is drawn on the picture is seen where it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from headstart.activations.tones import TONES, toned
from headstart.activations.views import WHOLE_VIEWS, check_views, see
from headstart.activations.windows import PLACED_VIEWS, placement_of
from headstart.backbones.preprocessing import Preprocessing
from headstart.errors import PlanError

CANVASES = [(64, 64), (64, 96), (96, 64)]
SIDES = st.integers(40, 140)


def facts_of(canvas):
    return Preprocessing(canvas, 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3, whole=True)


def test_every_view_and_its_mirror_image_have_a_place():
    assert len(PLACED_VIEWS) == len(set(PLACED_VIEWS)) == 14
    assert PLACED_VIEWS[:2] == ("original", "mirrored")
    lights = [toned(view, tone) for view in PLACED_VIEWS for tone in TONES]
    assert set(WHOLE_VIEWS) == {*PLACED_VIEWS, *lights}
    placements = {view: placement_of(view, (90, 70), (64, 64)) for view in PLACED_VIEWS}
    assert len({(one.window, one.mirrored) for one in placements.values()}) == 14
    assert [view for view, one in placements.items() if one.mirrored] == [*PLACED_VIEWS[1::2]]


@pytest.mark.parametrize("view", PLACED_VIEWS)
@given(st.data())
def test_a_box_on_the_picture_is_seen_where_the_placement_says(view, data):
    canvas = data.draw(st.sampled_from(CANVASES))
    width, height = data.draw(SIDES), data.draw(SIDES)
    left, top = data.draw(st.integers(0, width - 20)), data.draw(st.integers(0, height - 20))
    right = data.draw(st.integers(left + 18, width))
    bottom = data.draw(st.integers(top + 18, height))
    image = Image.new("RGB", (width, height), (0, 0, 0))
    ImageDraw.Draw(image).rectangle((left, top, right - 1, bottom - 1), fill=(250, 0, 0))

    seen = see(view, facts_of(canvas), image)[..., 0].astype(int)
    place = placement_of(view, image.size, canvas)
    x, y, x2, y2 = place.boxes(np.array([[left, top, right, bottom]], dtype=float))[0]
    rows, columns = np.mgrid[: canvas[0], : canvas[1]] + 0.5
    away = np.maximum.reduce([x - columns, columns - x2, y - rows, rows - y2])
    margin = 1.0 + max(place.scale)  # what interpolation mixes
    assert (seen[away < -margin] >= 240).all()
    outside = place.mask(np.zeros((height, width), dtype=np.uint8)) == 255
    assert (seen[(away > margin) & ~outside] <= 140).all()
    mask = np.zeros((height, width), dtype=np.uint8)
    mask[top:bottom, left:right] = 1
    assert (place.mask(mask)[away < -0.5 - max(place.scale)] == 1).all()
    assert (place.mask(mask)[away > 0.5 + max(place.scale)] != 1).all()


@pytest.mark.parametrize("view", PLACED_VIEWS)
def test_a_picture_that_was_decoded_smaller_is_seen_at_the_same_place(view):
    large, small = (
        placement_of(view, (1200, 900), (64, 96)),
        placement_of(view, (150, 113), (64, 96)),
    )
    box = np.array([[0.2, 0.1, 0.7, 0.9]])
    on_large = large.boxes(box * [1200, 900, 1200, 900])
    on_small = small.boxes(box * [150, 113, 150, 113])
    assert on_large == pytest.approx(on_small, abs=0.6)


@pytest.mark.parametrize("view", ["original", "lower left mirrored"])
def test_another_light_changes_the_colours_and_no_place(view):
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(20, 230, (48, 64, 3), dtype=np.uint8))
    means = {}
    for tone in ("darker", None, "brighter"):
        name = view if tone is None else toned(view, tone)
        means[tone] = see(name, facts_of((64, 64)), image).astype(float).mean()
        assert placement_of(name, image.size, (64, 64)) == placement_of(view, image.size, (64, 64))
    assert means["darker"] < means[None] - 10
    assert means["brighter"] > means[None] + 10


def test_an_unknown_view_of_whole_pictures_is_refused():
    check_views(PLACED_VIEWS, whole=True)
    with pytest.raises(PlanError, match=r"the view 'sideways'; accepted: original, original, dar"):
        check_views(("original", "sideways"), whole=True)
    with pytest.raises(PlanError, match=r"the view 'upper left'; accepted: original, mirrored"):
        check_views(("upper left",))
