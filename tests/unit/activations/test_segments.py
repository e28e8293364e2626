"""A chain of segments computes what the whole does, whichever engine runs it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from headstart.activations.encoding import stream
from headstart.activations.pixels import PIXELS, PixelEncoder
from headstart.activations.segment import Segment
from headstart.activations.segment_encoders import OpenVinoSegmentEncoder, segment_encoder
from headstart.activations.segment_facts import SegmentFacts
from headstart.activations.segment_network import SegmentNetwork, example_input
from headstart.errors import CacheError, SourceError

STOPS = 3
PARTS = [(start, stop) for stop in range(1, STOPS + 1) for start in range(stop + 1)]


def states_of(backbone, pixels):
    """The state at every cut, in float32, and the pixels before them."""
    state = backbone.source.preprocessing.normalise(pixels)
    states = [state]
    with torch.inference_mode():
        for place in range(len(backbone.stages)):
            states.append(backbone.run({"x": states[-1]}, place, place + 1)["x"])
    return states


@pytest.fixture
def pixels(deep_backbone):
    facts = deep_backbone.source.preprocessing
    random = np.random.default_rng(0)
    return torch.from_numpy(random.integers(0, 256, (5, *facts.size, 3), dtype=np.uint8))


def rows_of(encoder, samples):
    """What an engine makes of prepared samples."""
    found = {}
    for place, sample in enumerate(samples):
        encoder.start(encoder.prepare(sample), lambda row, place=place: found.update({place: row}))
    encoder.finish()
    return np.stack([found[place] for place in range(len(samples))])


def test_the_network_has_the_stages_that_are_asked_for(deep_backbone):
    assert len(deep_backbone.stages) == STOPS


def test_no_stage_is_dead(deep_backbone, pixels):
    for state in states_of(deep_backbone, pixels):  # equal states would prove nothing
        assert state.flatten(1).std(dim=0).max() > 1e-2


@pytest.mark.parametrize(("start", "stop"), PARTS)
def test_a_chain_of_segments_is_the_whole(deep_backbone, pixels, start, stop):
    expected = states_of(deep_backbone, pixels)
    first = SegmentNetwork(deep_backbone, Segment(0, start)).eval()
    second = SegmentNetwork(deep_backbone, Segment(start, stop)).eval()
    with torch.inference_mode():
        between = first(pixels) if start else pixels.flatten(1)
        rows = second(between)
    assert rows.dtype == torch.float32
    torch.testing.assert_close(rows, expected[stop].flatten(1), atol=1e-5, rtol=1e-5)


def test_pixels_may_be_flat(deep_backbone, pixels):
    network = SegmentNetwork(deep_backbone, Segment(0, 2)).eval()
    with torch.inference_mode():
        assert torch.equal(network(pixels), network(pixels.flatten(1)))


@pytest.mark.parametrize("start", range(STOPS))
def test_pooled_vectors_are_those_of_the_stages(deep_backbone, pixels, start):
    states = states_of(deep_backbone, pixels)
    given = states[start].flatten(1) if start else pixels
    with torch.inference_mode():
        rows = SegmentNetwork(deep_backbone, Segment(start, STOPS, "pooled")).eval()(given)
        pooled = [
            stage.pool({"x": state})
            for stage, state in zip(deep_backbone.stages, states[1:], strict=True)
        ]
    torch.testing.assert_close(rows, torch.cat(pooled[start:], dim=1), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kept", ["state", "pooled"])
@pytest.mark.parametrize("start", range(STOPS))
def test_openvino_computes_what_torch_does(deep_backbone, pixels, start, kept):
    facts = SegmentFacts(deep_backbone, Segment(start, STOPS, kept))
    given = pixels if not start else states_of(deep_backbone, pixels)[start].flatten(1).half()
    with torch.inference_mode():
        expected = SegmentNetwork(deep_backbone, facts.segment).eval()(given).numpy()
    rows = rows_of(OpenVinoSegmentEncoder(facts, "f32"), given.flatten(1).numpy())
    assert rows.dtype == facts.dtype == {"state": np.float16, "pooled": np.float32}[kept]
    assert rows.shape[1] == sum(facts.sizes)
    np.testing.assert_allclose(rows, expected, atol=2e-3)


@pytest.mark.parametrize(("start", "stop"), PARTS)
@pytest.mark.parametrize("kept", ["state", "pooled"])
def test_facts_say_what_comes_out(deep_backbone, pixels, start, stop, kept):
    if kept == "pooled" and start == stop:
        return  # no stage, no vector
    facts = SegmentFacts(deep_backbone, Segment(start, stop, kept))
    example = example_input(deep_backbone, facts.segment)
    with torch.inference_mode():
        rows = SegmentNetwork(deep_backbone, facts.segment).eval()(example)
    assert rows.shape == (1, sum(facts.sizes))
    assert len(facts.outputs) == len(facts.sizes)
    assert facts.outputs[-1] == deep_backbone.stage_names[stop - 1]


def test_rows_of_a_state_do_not_depend_on_where_the_segment_starts(conv_backbone):
    keys = {SegmentFacts(conv_backbone, Segment(start, 3)).key("e", "f32") for start in range(4)}
    assert len(keys) == 1


def test_what_is_computed_in_another_way_is_stored_elsewhere(conv_backbone, make_backbone):
    facts = SegmentFacts(conv_backbone, Segment(0, 2))
    keys = [
        facts.key("e", "f32"),
        facts.key("e", "bf16"),
        facts.key("other", "f32"),
        facts.with_view("mirrored").key("e", "f32"),
        SegmentFacts(conv_backbone, Segment(0, 1)).key("e", "f32"),
        SegmentFacts(conv_backbone, Segment(0, 2, "pooled")).key("e", "f32"),
        SegmentFacts(make_backbone("convolutions", 1), Segment(0, 2)).key("e", "f32"),
    ]
    assert len({key.digest for key in keys}) == len(keys)


def test_another_view_need_not_hash_the_weights_again(conv_backbone, monkeypatch):
    facts = SegmentFacts(conv_backbone, Segment(0, 2))
    digest = facts.digest
    monkeypatch.setattr("headstart.activations.segment_facts.stages_digest", None)
    assert facts.with_view("mirrored").digest == digest


def test_segments_are_converted_once(conv_backbone, noise, monkeypatch, tmp_path):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    facts = SegmentFacts(conv_backbone, Segment(0, 2))
    rows_of(OpenVinoSegmentEncoder(facts, "f32"), [noise([1])[0].image])
    monkeypatch.setattr("headstart.activations.conversion.to_openvino", None)
    rows_of(OpenVinoSegmentEncoder(facts, "f32"), [noise([1])[0].image])
    assert len(list((tmp_path / "converted").iterdir())) == 1


def test_views_share_what_is_compiled(conv_backbone, noise):
    encoder = OpenVinoSegmentEncoder(SegmentFacts(conv_backbone, Segment(0, 2)), "f32")
    mirrored = encoder.with_view("mirrored")
    (item,) = noise([1])
    one, other = (rows_of(each, [item.image]) for each in (encoder, mirrored))
    assert mirrored._requests is encoder._requests
    assert mirrored.key.view == "mirrored"
    assert not np.array_equal(one, other)


def test_stages_that_openvino_cannot_take_are_told(conv_backbone, monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise RuntimeError("no such operation.")

    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    monkeypatch.setattr("headstart.activations.conversion.to_openvino", refuse)
    encoder = OpenVinoSegmentEncoder(SegmentFacts(conv_backbone, Segment(0, 2)), "f32")
    with pytest.raises(
        SourceError, match=r"'deep/conv.*cannot be converted .* no such operation\."
    ):
        rows_of(encoder, [np.zeros(16 * 16 * 3, np.uint8)])


def test_a_disk_that_is_full_is_told(conv_backbone, monkeypatch, tmp_path):
    def refuse(*_):
        raise RuntimeError("No space left")

    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    monkeypatch.setattr("headstart.activations.segment_encoders.write_model", refuse)
    encoder = OpenVinoSegmentEncoder(SegmentFacts(conv_backbone, Segment(0, 2)), "f32")
    with pytest.raises(CacheError, match=r"cannot be written to .*No space.*cache --clear"):
        rows_of(encoder, [np.zeros(16 * 16 * 3, np.uint8)])
    assert not list((tmp_path / "converted").glob("[!.]*"))


def test_no_stages_are_the_pixels(conv_backbone, noise):
    encoder = segment_encoder(conv_backbone, Segment(0, 0))
    assert isinstance(encoder, PixelEncoder)
    (item,) = noise([1])
    (row,) = rows_of(encoder, [item.image])
    pixels = conv_backbone.source.preprocessing.pixels(item.image)
    np.testing.assert_array_equal(row, pixels.reshape(-1))
    assert (row.dtype, encoder.sizes, encoder.key.outputs) == (np.uint8, (768,), (PIXELS,))


def test_sources_of_the_same_size_share_their_pixels(conv_backbone, deep_backbone):
    one, other = (segment_encoder(each, Segment(0, 0)) for each in (conv_backbone, deep_backbone))
    assert one.key.digest == other.key.digest
    assert one.with_view("mirrored").key.digest != one.key.digest


def test_a_state_beyond_float16_is_refused(make_backbone, noise):
    backbone = make_backbone("convolutions", 5)
    with torch.no_grad():
        backbone.pieces[0].state_dict(keep_vars=True)["network.0.weight"].mul_(1e6)
    items, received = noise([1, 2]), []
    encoder = OpenVinoSegmentEncoder(SegmentFacts(backbone, Segment(0, 1)), "f32")
    with pytest.raises(
        SourceError,
        match=r"'deep/convolutions' after stage '0' holds numbers beyond 65504.*freeze:K",
    ):
        stream(items, [[encoder]] * 2, lambda *row: received.append(row))
    assert received == []
