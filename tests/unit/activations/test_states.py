"""The states that a suffix is trained on: stored, derived or computed again, they are the same."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from headstart.activations.encoding import stream
from headstart.activations.openvino_engine import best_precision
from headstart.activations.segment import Segment
from headstart.activations.segment_encoders import OpenVinoSegmentEncoder, segment_encoder
from headstart.activations.segment_facts import SegmentFacts
from headstart.activations.states import (
    ComputedStates,
    StateEncoders,
    StoredStates,
    pooled_from_states,
)
from headstart.activations.store import ActivationStore
from headstart.activations.views import VIEWS
from headstart.errors import CacheError, SourceError, UnreadableInputError

ALL_VIEWS = [*VIEWS]
CUTS = [0, 1, 2]


@pytest.fixture(autouse=True)
def exactly(monkeypatch):
    """Compute in f32, so that states can be compared with what torch says."""
    monkeypatch.setattr("headstart.activations.segment_encoders.best_precision", lambda: "f32")


@pytest.fixture
def items(noise):
    return noise(range(6))


@pytest.fixture
def other_store(tmp_path):
    return ActivationStore(tmp_path / "other store", limit=10**9)


def ids_of(items):
    return [item.fingerprint for item in items]


def stored(backbone, cut, items, store, views=("original",), **options):
    """States of ``items`` from the store, and what could not be read."""
    encoders = StateEncoders(backbone, cut)
    tables, failures = encoders.store(items, list(views), store, **options)
    return StoredStates(tables, encoders.output, ids_of(items)), failures


def computed(backbone, cut, items, views=("original",)):
    encoders = StateEncoders(backbone, cut)
    return ComputedStates([encoders.encoder(view) for view in views], items)


def read_all(states, items, view=0):
    rows = np.arange(len(items))
    return states.read(rows, np.full(len(items), view))


def by_torch(backbone, cut, items, view="original"):
    facts = backbone.source.preprocessing
    pixels = torch.from_numpy(np.stack([VIEWS[view](facts, item.image) for item in items]))
    if cut == 0:
        return pixels.flatten(1).numpy()
    with torch.inference_mode():
        return backbone.prefix(cut)(facts.normalise(pixels))["x"].flatten(1).numpy()


def opened(items):
    return [item.opened for item in items]


@pytest.mark.parametrize("cut", CUTS)
def test_stored_states_are_those_of_the_prefix(deep_backbone, items, store, cut):
    states, failures = stored(deep_backbone, cut, items, store, ALL_VIEWS)
    assert failures == {}
    for place, view in enumerate(ALL_VIEWS):
        rows = read_all(states, items, place)
        assert rows.dtype == (np.uint8 if cut == 0 else np.float16)
        np.testing.assert_allclose(rows, by_torch(deep_backbone, cut, items, view), atol=2e-3)


@pytest.mark.parametrize("cut", CUTS)
def test_computed_states_are_the_stored_ones(deep_backbone, items, store, cut):
    kept, _ = stored(deep_backbone, cut, items, store, ALL_VIEWS)
    again = computed(deep_backbone, cut, items, ALL_VIEWS)
    random = np.random.default_rng(0)
    rows, views = random.integers(0, len(items), 20), random.integers(0, len(ALL_VIEWS), 20)
    one, other = kept.read(rows, views), again.read(rows, views)
    assert one.dtype == other.dtype
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("precision", sorted({"f32", best_precision()}))
def test_computed_states_are_the_stored_ones_in_every_precision(
    conv_backbone, items, store, precision, monkeypatch
):
    monkeypatch.setattr("headstart.activations.segment_encoders.best_precision", lambda: precision)
    kept, _ = stored(conv_backbone, 2, items, store)
    again = computed(conv_backbone, 2, items)
    np.testing.assert_array_equal(read_all(kept, items), read_all(again, items))


@pytest.mark.parametrize(("earlier", "cut"), [(0, 1), (0, 2), (1, 2)])
def test_states_that_are_derived_are_those_that_are_computed(
    deep_backbone, items, store, other_store, earlier, cut
):
    stored(deep_backbone, earlier, items, store, ALL_VIEWS)
    seen = opened(items)
    derived, failures = stored(deep_backbone, cut, items, store, ALL_VIEWS)
    assert opened(items) == seen  # no picture was decoded again
    assert failures == {}
    direct, _ = stored(deep_backbone, cut, items, other_store, ALL_VIEWS)
    assert opened(items) > seen
    for place in range(len(ALL_VIEWS)):
        one, other = read_all(derived, items, place), read_all(direct, items, place)
        if earlier == 0:
            np.testing.assert_array_equal(one, other)  # pixels lose nothing
        else:
            np.testing.assert_allclose(one, other, atol=4e-3)


def test_the_latest_earlier_cut_is_derived_from(conv_backbone, items, store, monkeypatch):
    for earlier in (0, 1):
        stored(conv_backbone, earlier, items, store)
    asked = []

    def watch(backbone, segment):
        asked.append(segment)
        return segment_encoder(backbone, segment)

    monkeypatch.setattr("headstart.activations.states.segment_encoder", watch)
    stored(conv_backbone, 2, items, store)
    assert Segment(1, 2) in asked


def test_large_states_are_not_worth_reading(conv_backbone, items, store, monkeypatch):
    monkeypatch.setattr("headstart.activations.states._WORTH_READING", 0)
    stored(conv_backbone, 1, items, store)
    seen = opened(items)
    stored(conv_backbone, 2, items, store)
    assert opened(items) > seen


def test_only_what_is_missing_is_computed(conv_backbone, items, store):
    stored(conv_backbone, 1, items[:4], store)
    seen = opened(items)
    states, _ = stored(conv_backbone, 1, items, store)
    assert [now - before for now, before in zip(opened(items), seen, strict=True)] == [0] * 4 + [
        1
    ] * 2
    np.testing.assert_allclose(
        read_all(states, items), by_torch(conv_backbone, 1, items), atol=2e-3
    )


def test_what_an_earlier_cut_lacks_is_computed_from_the_pictures(conv_backbone, items, store):
    stored(conv_backbone, 0, items[:4], store)
    states, _ = stored(conv_backbone, 1, items, store)
    np.testing.assert_allclose(
        read_all(states, items), by_torch(conv_backbone, 1, items), atol=2e-3
    )


def test_states_of_other_weights_are_other_states(make_backbone, items, store):
    backbones = [make_backbone("convolutions", seed) for seed in (0, 1)]
    rows = [read_all(stored(one, 1, items, store)[0], items) for one in backbones]
    assert not np.array_equal(*rows)
    for backbone, states in zip(backbones, rows, strict=True):
        np.testing.assert_allclose(states, by_torch(backbone, 1, items), atol=2e-3)


@pytest.mark.parametrize("cut", CUTS)
def test_the_same_picture_twice(conv_backbone, noise, store, cut):
    items = noise([0, 1, 0, 0])
    kept, _ = stored(conv_backbone, cut, items, store)
    assert opened(items) == [1, 1, 0, 0]
    rows = read_all(kept, items)
    np.testing.assert_array_equal(rows[[2, 3]], rows[[0, 0]])
    assert not np.array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows, read_all(computed(conv_backbone, cut, items), items))


def test_any_order_and_any_repetition(conv_backbone, items, store):
    kept, _ = stored(conv_backbone, 1, items, store, ["original", "mirrored"])
    whole = [read_all(kept, items, view) for view in (0, 1)]
    rows, views = np.array([3, 0, 3, 3, 5]), np.array([1, 0, 0, 1, 1])
    expected = [whole[view][row] for row, view in zip(rows, views, strict=True)]
    np.testing.assert_array_equal(kept.read(rows, views), expected)


def test_no_rows_are_no_states(conv_backbone, items, store):
    kept, _ = stored(conv_backbone, 1, items, store)
    nothing = np.arange(0)
    for states in (kept, computed(conv_backbone, 1, items)):
        assert len(states.read(nothing, nothing)) == 0


class Broken:
    """A picture that cannot be read, or not any more."""

    def __init__(self, name):
        self.name = name
        self.fingerprint = name.ljust(16)[:16].encode()

    def open(self, at_least=None):
        raise UnreadableInputError("it is gone")


@pytest.mark.parametrize("before", [None, 0, 1])
@pytest.mark.parametrize("cut", [1, 2])
def test_what_cannot_be_read_is_told_and_the_rest_is_stored(
    conv_backbone, items, store, before, cut
):
    if before is not None and before < cut:
        stored(conv_backbone, before, items, store)
    everything = [items[0], Broken("broken"), *items[1:], Broken("broken")]
    encoders = StateEncoders(conv_backbone, cut)
    tables, failures = encoders.store(everything, ["original", "mirrored"], store)
    assert failures == {1: "it is gone", 7: "it is gone"}
    assert all(item.fingerprint in table for item in items for table in tables)


def test_a_picture_that_vanishes_while_states_are_computed_again(conv_backbone, items):
    states = computed(conv_backbone, 1, [*items[:2], Broken("lost.png"), items[3]])
    read_all(states, items[:2])
    with pytest.raises(
        UnreadableInputError,
        match=r"lost\.png was there when the fit began, and .* it is gone\. .*--states store",
    ):
        states.read(np.array([3, 2]), np.zeros(2, dtype=np.intp))
    np.testing.assert_array_equal(len(read_all(states, items[:2])), 2)


def test_others_see_the_pictures_too(conv_backbone, items, store, tiny_encoder):
    tiny_encoder.prepare = lambda image: np.asarray(image, dtype=np.float32)
    stored(conv_backbone, 1, items, store, beside=[tiny_encoder])
    assert len(store.table(tiny_encoder.key)) == len(items)
    assert opened(items) == [2] * len(items)  # it asks for another size of them


def test_others_see_the_pictures_although_all_states_are_there(
    conv_backbone, items, store, tiny_encoder
):
    stored(conv_backbone, 1, items, store)
    stored(conv_backbone, 1, items, store, beside=[tiny_encoder])
    assert len(store.table(tiny_encoder.key)) == len(items)


@pytest.mark.parametrize("cut", CUTS)
def test_bytes_are_announced(deep_backbone, items, store, cut):
    states, _ = stored(deep_backbone, cut, items, store)
    assert StateEncoders(deep_backbone, cut).bytes_a_row == read_all(states, items)[0].nbytes


@pytest.mark.parametrize("cut", CUTS)
def test_pooled_vectors_from_states_are_those_from_pictures(deep_backbone, items, store, cut):
    encoders = StateEncoders(deep_backbone, cut)
    (table,), _ = encoders.store(items, ["original"], store)
    outputs, pooled = pooled_from_states(deep_backbone, cut, table, ids_of(items), store)
    whole = OpenVinoSegmentEncoder(SegmentFacts(deep_backbone, Segment(0, 3, "pooled")), "f32")
    found = {}
    stream(items, [[whole]] * len(items), lambda row, _, vector: found.update({row: vector}))
    expected = np.stack([found[row] for row in range(len(items))])
    vectors = np.concatenate([pooled.read(ids_of(items), name) for name in outputs], axis=1)
    assert outputs == deep_backbone.stage_names[cut:]
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected[:, -vectors.shape[1] :], atol=2e-3)


def test_states_that_another_process_removed(conv_backbone, items, store):
    encoders = StateEncoders(conv_backbone, 1)
    (table,), _ = encoders.store(items, ["original"], store)
    ActivationStore(store.folder, limit=0).evict()
    with pytest.raises(CacheError, match="Another process may have cleared the cache"):
        pooled_from_states(conv_backbone, 1, table, ids_of(items), store)


@pytest.fixture
def loud_backbone(make_backbone):
    """Its first stage gives numbers beyond float16 for light pictures, and not for dark ones."""
    backbone = make_backbone("convolutions", 5)
    with torch.no_grad():
        backbone.pieces[0].state_dict(keep_vars=True)["network.0.weight"].fill_(3e3)
    return backbone


@pytest.fixture
def grey():
    from PIL import Image

    class Grey:
        def __init__(self, value):
            self.name, self.fingerprint = str(value), bytes([value] * 16)
            self.image = Image.new("RGB", (20, 20), (value,) * 3)

        def open(self, at_least=None):
            return self.image

    return lambda values: [Grey(value) for value in values]


MESSAGE = (
    r"state of 'deep/convolutions' after stage '0' holds numbers beyond 65504.* \(--plan freeze:K\)"
)


def test_states_beyond_float16_are_not_stored(loud_backbone, grey, store):
    items = grey([100, 250])
    with pytest.raises(SourceError, match=MESSAGE):
        stored(loud_backbone, 1, items, store)
    table = store.find(StateEncoders(loud_backbone, 1).encoder("original").key)
    assert table is not None
    assert items[1].fingerprint not in table


def test_states_beyond_float16_are_not_trained_on(loud_backbone, grey):
    states = computed(loud_backbone, 1, grey([100, 250]))
    assert np.isfinite(states.read(np.array([0]), np.array([0]))).all()
    with pytest.raises(SourceError, match=MESSAGE):
        states.read(np.array([0, 1]), np.array([0, 0]))


def test_a_later_cut_may_do(loud_backbone, grey, store):
    with torch.no_grad():
        loud_backbone.pieces[1].state_dict(keep_vars=True)["network.3.weight"].mul_(1e-5)
    items = grey([100, 250])
    stored(loud_backbone, 0, items, store)
    states, _ = stored(loud_backbone, 2, items, store)
    assert np.isfinite(read_all(states, items)).all()


@pytest.mark.parametrize("kind", ["stored", "computed"])
@pytest.mark.parametrize("cut", CUTS)
def test_states_that_are_sent_to_another_process(tiny_backbone, items, store, kind, cut):
    views = ("original", "mirrored")
    if kind == "stored":
        states, _ = stored(tiny_backbone, cut, items, store, views)
    else:
        states = computed(tiny_backbone, cut, items, views)
    expected = [read_all(states, items, view) for view in (0, 1)]
    content = pickle.dumps(states)  # after a first use, as in a fit
    again = pickle.loads(content)
    assert b"Conv2d" not in content  # the network stays here
    for view in (0, 1):
        np.testing.assert_array_equal(read_all(again, items, view), expected[view])
