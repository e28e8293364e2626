"""The states of several stages, stored or computed together, are those of the single stages."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from headstart.activations.pixels import PixelEncoder
from headstart.activations.segment import Segment
from headstart.activations.segment_encoders import segment_encoder
from headstart.activations.segment_network import SegmentNetwork
from headstart.activations.tap_states import TapEncoders, stored_stages
from headstart.backbones.preprocessing import Preprocessing


@pytest.mark.parametrize(
    ("taps", "cut", "expected"),
    [
        ([2, 5, 7], 9, (2, 5, 7)),
        ([2, 5, 7], 8, (2, 5, 7)),
        ([2, 5, 7], 7, (2, 5, 6)),
        ([2, 5, 7], 3, (2,)),
        ([2, 5, 7], 2, (1,)),
        ([7, 2, 2, 5], 6, (2, 5)),
        ([0], 1, (0,)),
        ([0, 3], 0, ()),
        ([3, 3, 3], 2, (1,)),
    ],
)
def test_what_is_kept_is_enough_and_no_more(taps, cut, expected):
    assert stored_stages(taps, cut) == expected


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), st.integers(0, 10))
def test_every_tap_is_kept_or_can_be_computed(taps, cut):
    kept = stored_stages(taps, cut)
    assert list(kept) == sorted(set(kept))
    assert all(stage < cut for stage in kept)
    for tap in taps:
        assert tap in kept or tap >= cut
    if cut and any(tap >= cut for tap in taps):
        assert kept[-1] == cut - 1
    needless = set(kept) - set(taps) - {cut - 1}
    assert not needless


@pytest.mark.parametrize("taps", [(0,), (0, 2), (1, 2), (0, 1, 2)])
def test_joined_states_are_those_of_the_single_stages(deep_backbone, taps):
    facts = deep_backbone.source.preprocessing
    random = np.random.default_rng(0)
    pixels = torch.from_numpy(random.integers(0, 256, (3, *facts.size, 3), dtype=np.uint8))
    joined = SegmentNetwork(deep_backbone, Segment(0, taps[-1] + 1, "taps", taps)).eval()
    singles = [SegmentNetwork(deep_backbone, Segment(0, tap + 1)).eval() for tap in taps]
    with torch.inference_mode():
        expected = torch.cat([one(pixels) for one in singles], dim=1)
        assert torch.equal(joined(pixels), expected)
    assert expected.std() > 0


def every(views, items):
    return {view: np.ones(len(items), dtype=bool) for view in views}


def test_views_that_nobody_reads_are_not_computed(deep_backbone, noise, store):
    items = [*noise(range(3)), *noise([1])]
    encoders = TapEncoders(deep_backbone, (0, 1), 3)
    mirrored = np.array([False, False, True, True])  # the last is a copy of the second
    wanted = {"original": np.ones(4, dtype=bool), "mirrored": mirrored}
    stored, _ = encoders.store(items, wanted, store)
    counts = [len(store.table(encoders.encoder(view).key)) for view in wanted]
    assert counts == [3, 2]
    rows, views = np.array([2, 1, 0, 3]), np.array([1, 1, 0, 1])
    expected = encoders.computed(items, list(wanted)).read(rows, views)
    assert np.array_equal(stored.read(rows, views), expected)
    with pytest.raises(KeyError):
        stored.read(np.array([0]), np.array([1]))


def test_rows_come_in_the_order_and_the_views_that_are_asked_for(deep_backbone, noise, store):
    items = noise(range(5))
    encoders = TapEncoders(deep_backbone, (0, 1), 3)
    views = ("original", "mirrored", "closer")
    stored, failures = encoders.store(items, every(views, items), store)
    assert failures == {}
    assert encoders.bytes_a_row == 2 * sum(
        deep_backbone.stages[place].state_size for place in (0, 1)
    )
    rows, seen = np.array([4, 0, 4, 2, 1, 0]), np.array([0, 2, 1, 0, 2, 2])
    read = stored.read(rows, seen)
    assert read.dtype == np.float16
    assert read.shape[1] * 2 == encoders.bytes_a_row
    for row, view, one in zip(rows, seen, read, strict=True):
        assert np.array_equal(one, stored.read(np.array([row]), np.array([view]))[0])
    assert not np.array_equal(read[0], read[2])
    assert np.array_equal(read[1], read[5])
    assert np.array_equal(read, encoders.computed(items, views).read(rows, seen))


def test_no_rows_are_no_rows(deep_backbone, noise, store):
    encoders = TapEncoders(deep_backbone, (0, 1), 3)
    stored, _ = encoders.store(noise([0]), every(["original"], [0]), store)
    none = np.empty(0, dtype=np.intp)
    assert len(stored.read(none, none)) == 0


def test_before_the_first_stage_they_are_the_pixels(deep_backbone, noise, store):
    items = noise(range(2))
    encoders = TapEncoders(deep_backbone, (1,), 0)
    stored, _ = encoders.store(items, every(["original"], items), store)
    read = stored.read(np.array([1, 0]), np.zeros(2, dtype=np.intp))
    facts = deep_backbone.source.preprocessing
    expected = [facts.pixels(items[row].open()).reshape(-1) for row in (1, 0)]
    assert read.dtype == np.uint8
    assert np.array_equal(read, expected)
    assert encoders.bytes_a_row == read.shape[1]


def test_each_set_of_stages_has_a_key_of_its_own(deep_backbone):
    segments = [Segment(0, 3, "taps", (0, 2)), Segment(0, 3, "taps", (1, 2)), Segment(0, 3)]
    keys = [segment_encoder(deep_backbone, one).key for one in segments]
    assert len({repr(key) for key in keys}) == 3


def test_pixels_of_whole_pictures_have_the_colour_of_their_source_around_them():
    """Sources of a size share central crops, of which nothing depends on their colours."""

    def key(whole, mean):
        facts = Preprocessing((64, 64), 1.0, "bilinear", (mean,) * 3, (0.5,) * 3, whole=whole)
        return PixelEncoder(facts).key

    assert key(False, 0.5) == key(False, 0.4)
    assert key(True, 0.5) != key(True, 0.4)
    assert key(True, 0.5) != key(False, 0.5)
