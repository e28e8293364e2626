"""The engine for graphics cards, tried on the processor."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import pytest
import torch

from headstart.activations.encoding import encode, stream
from headstart.activations.segment import Segment
from headstart.activations.segment_encoders import OpenVinoSegmentEncoder
from headstart.activations.segment_facts import SegmentFacts
from headstart.activations.torch_engine import TorchSegmentEncoder


def make(backbone, segment, **options):
    return TorchSegmentEncoder(SegmentFacts(backbone, segment), "cpu", **options)


def rows_of(encoder, items):
    found = {}
    stream(items, [[encoder]] * len(items), lambda row, _, vector: found.update({row: vector}))
    return np.stack([found[row] for row in range(len(items))])


@pytest.mark.parametrize("segment", [Segment(0, 1), Segment(0, 2), Segment(0, 3, "pooled")])
def test_rows_are_those_of_openvino(deep_backbone, noise, segment):
    items = noise(range(5))
    other = OpenVinoSegmentEncoder(SegmentFacts(deep_backbone, segment), "f32")
    encoder = make(deep_backbone, segment)
    rows, expected = rows_of(encoder, items), rows_of(other, items)
    assert rows.dtype == expected.dtype
    assert rows.std(axis=0).max() > 1e-2
    np.testing.assert_allclose(rows, expected, atol=2e-3)
    assert encoder.sizes == other.sizes
    assert encoder.smallest_side == other.smallest_side


@pytest.mark.parametrize("batch_size", [1, 2, 3, 64])
def test_rows_do_not_depend_on_the_batch(deep_backbone, noise, batch_size):
    items = noise(range(5))
    rows = rows_of(make(deep_backbone, Segment(0, 2), batch_size=batch_size), items)
    expected = rows_of(make(deep_backbone, Segment(0, 2)), items)
    np.testing.assert_allclose(rows, expected, atol=2e-3)


def test_batches_are_computed_when_they_are_full_and_the_rest_at_the_end(conv_backbone, noise):
    encoder = make(conv_backbone, Segment(0, 1), batch_size=2)
    done = []
    for place, item in enumerate(noise(range(3))):
        encoder.start(encoder.prepare(item.image), lambda _, place=place: done.append(place))
        assert len(done) == {0: 0, 1: 2, 2: 2}[place]
    encoder.finish()
    assert done == [0, 1, 2]
    encoder.finish()
    assert done == [0, 1, 2]


def test_an_early_end_computes_nothing_twice(conv_backbone):
    encoder = make(conv_backbone, Segment(0, 1))
    encoder.finish()
    assert "network" not in encoder._copy.__dict__


def test_views_share_the_copy(conv_backbone, noise):
    encoder = make(conv_backbone, Segment(0, 1))
    mirrored, again = encoder.with_view("mirrored"), encoder.with_view("original")
    items = noise(range(2))
    rows, other, same = (rows_of(each, items) for each in (encoder, mirrored, again))
    assert mirrored._copy is again._copy is encoder._copy
    assert not np.array_equal(rows, other)
    np.testing.assert_array_equal(rows, same)
    assert mirrored.key.digest != encoder.key.digest == again.key.digest


def test_the_backbone_stays_where_and_as_it_is(make_backbone, noise):
    backbone = make_backbone("convolutions")
    before = {
        name: (one, one.stride()) for name, one in backbone.state_dict(keep_vars=True).items()
    }
    encoder = make(backbone, Segment(0, 3))
    rows_of(encoder, noise(range(2)))
    for name, one in backbone.state_dict(keep_vars=True).items():
        assert one is before[name][0]
        assert one.stride() == before[name][1]
    copies = {id(one) for one in encoder._copy.network.parameters()}
    assert copies
    assert not copies & {id(one) for one in backbone.parameters()}


def test_what_is_trained_later_does_not_change_the_copy(make_backbone, noise):
    backbone, items = make_backbone("convolutions"), noise(range(2))
    encoder = make(backbone, Segment(0, 2))
    before = rows_of(encoder, items)
    with torch.no_grad():
        for one in backbone.parameters():
            one.zero_()
    np.testing.assert_array_equal(rows_of(encoder, items), before)


def test_half_precision_by_autocast(conv_backbone, noise):
    items = noise(range(3))
    rows = rows_of(make(conv_backbone, Segment(0, 2), precision="bf16"), items)
    exact = rows_of(make(conv_backbone, Segment(0, 2)), items)
    assert 0 < np.abs(rows - exact).max() < 0.1


def test_the_key_names_device_and_precision(conv_backbone):
    encoders = [make(conv_backbone, Segment(0, 2), precision=one) for one in ("bf16", "f32")]
    assert [one.key.precision for one in encoders] == ["bf16", "f32"]
    assert encoders[0].key.engine == f"torch {version('torch')} cpu"


def test_states_are_stored_as_any_other_rows(conv_backbone, noise, store):
    items, encoder = noise(range(5)), make(conv_backbone, Segment(0, 2), batch_size=2)
    (table,), failures = encode([*items, items[0]], [encoder], store)
    stored = table.read([item.fingerprint for item in items], encoder.key.outputs[0])
    assert failures == {}
    assert stored.dtype == np.float16
    np.testing.assert_allclose(stored, rows_of(encoder, items), atol=2e-3)
