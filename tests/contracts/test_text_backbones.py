"""What every encoder of texts keeps: cuts, stored states, frozen stages, company of other texts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.contracts.test_training import changed
from tests.tiny_encoders import reviews

from headstart.activations.converted import convert
from headstart.activations.encoding import encode
from headstart.activations.segment import Segment
from headstart.activations.segment_facts import SegmentFacts
from headstart.activations.store import ActivationStore
from headstart.activations.text_engine import OpenVinoTextEncoder, filled
from headstart.activations.text_segments import (
    OpenVinoTextSegmentEncoder,
    TokenEncoder,
    TorchTextSegmentEncoder,
)
from headstart.backbones.catalogue import list_sources, load_backbone, load_network
from headstart.backbones.providers import bundled
from headstart.backbones.providers.seeding import seeded
from headstart.backbones.text_network import cut_encoder, with_length
from headstart.data.texts import TextItem
from headstart.plan import HeadPlan, Plan, StagePlan, TrainingPlan
from headstart.training.linear_head import LinearHead
from headstart.training.modes import set_modes
from headstart.training.suffix import SuffixNetwork

LENGTH = 32
#: Largest difference of vectors of about 1 whose states were stored as float16.
STORED = 0.01


def items_of(texts):
    return [TextItem(f"row {row}", text, row.to_bytes(16)) for row, text in enumerate(texts)]


@pytest.fixture(scope="module")
def texts():
    """Of different lengths: without a word, and longer than is read."""
    return [*reviews(20)[0], "", "good", "sea", "the long story " * 100]


@pytest.fixture(scope="module")
def network_and_source(text_source):
    return load_network(text_source)


@pytest.fixture(scope="module")
def backbone(network_and_source):
    return with_length(cut_encoder(*network_and_source), LENGTH)


@pytest.fixture(scope="module")
def rows(backbone, texts):
    tokens = [backbone.source.preprocessing.tokens(text)[:LENGTH] for text in texts]
    assert len({len(one) for one in tokens}) > 5
    return torch.from_numpy(filled(tokens, LENGTH))


def test_the_contract_has_cases(text_cases, cases):
    named = {*text_cases, *(name for _, name in cases)}
    assert {f"bundled/{name}" for name in bundled.names()} <= named
    assert set(named) & set(list_sources())
    assert len(text_cases) >= 5


def test_suffix_of_prefix_is_the_whole_network(network_and_source, backbone, rows):
    with torch.inference_mode():
        whole = network_and_source[0](rows)
        assert whole.isfinite().all()
        assert whole.std(0).mean() > 1e-2
        for cut in range(len(backbone.stages) + 1):
            state = backbone.prefix(cut)(rows)
            assert set(state) == {"x", "mask"}
            before = {name: one.clone() for name, one in state.items()}
            torch.testing.assert_close(backbone.suffix(cut)(state), whole, rtol=1e-4, atol=1e-5)
            assert torch.equal(backbone.suffix(cut)(state), backbone(rows)), f"cut {cut}"
            assert all(torch.equal(one, before[name]) for name, one in state.items()), f"cut {cut}"
    for stage in backbone.stages:
        assert stage.state_shape == (LENGTH, stage.feature_size)


def test_room_behind_a_text_changes_nothing(backbone, rows):
    wide = torch.nn.functional.pad(rows, (0, 24), value=-1)
    with torch.inference_mode():
        torch.testing.assert_close(backbone(wide), backbone(rows), rtol=1e-4, atol=1e-5)


def encoded(encoder, items, folder):
    (table,), failures = encode(items, [encoder], ActivationStore(folder, limit=2**30))
    assert failures == {}
    ids = [item.fingerprint for item in items]
    return np.concatenate([table.read(ids, name) for name in encoder.key.outputs], axis=1)


def is_short(backbone, text):
    """States have room for the longest text that there is."""
    return len(backbone.source.preprocessing.tokens(text)) <= LENGTH


def pooled_by_torch(backbone, rows):
    with torch.inference_mode():
        found = backbone.pooled(rows)
    return torch.cat(list(found.values()), dim=1).numpy()


@pytest.mark.parametrize("precision", ["f32", None])
def test_openvino_computes_what_torch_computes(backbone, rows, texts, tmp_path, precision):
    """In bf16 a number keeps eight bits: a hundredth of the largest is what to expect."""
    short = [is_short(backbone, text) for text in texts]
    encoder = OpenVinoTextEncoder(convert(backbone, tmp_path / "converted"), precision)
    found = encoded(encoder, items_of(texts), tmp_path)[short]
    expected = pooled_by_torch(backbone, rows)[short]
    assert found.shape == expected.shape
    within = 1e-4 if encoder.key.precision == "f32" else 0.03
    assert np.abs(found - expected).max() < within * np.abs(expected).max()


@pytest.mark.parametrize("precision", ["f32", None])
def test_a_text_has_the_same_vector_in_any_company(backbone, tmp_path, precision):
    """Alone, first or last among two hundred, to the last bit."""
    many = items_of(reviews(200)[0])
    encoder = OpenVinoTextEncoder(convert(backbone, tmp_path / "converted"), precision)
    among = encoded(encoder, many, tmp_path / "all")
    backwards = encoded(encoder, many[::-1], tmp_path / "backwards")[::-1]
    some = range(0, 200, 20)
    alone = [encoded(encoder, [many[row]], tmp_path / f"{row}")[0] for row in some]
    np.testing.assert_array_equal(backwards, among)
    np.testing.assert_array_equal(alone, among[some])
    assert np.abs(among[0] - among[1]).max() > 1e-3


@pytest.mark.parametrize("make", [OpenVinoTextSegmentEncoder, TorchTextSegmentEncoder])
def test_vectors_from_stored_states_are_those_from_texts(backbone, rows, texts, tmp_path, make):
    """At the first, a middle and the last cut, through a store that keeps float16."""
    last = len(backbone.stages)
    more = ("f32",) if make is OpenVinoTextSegmentEncoder else ("cpu", "f32")
    expected = pooled_by_torch(backbone, rows)[:, -backbone.stages[-1].feature_size :]
    short = [row for row, text in enumerate(texts) if is_short(backbone, text)]
    items, expected = [items_of(texts)[row] for row in short], expected[short]
    assert len(items) > 5
    for cut in sorted({0, 1, last - 1}):
        if cut:
            before = make(SegmentFacts(backbone, Segment(0, cut, "state")), *more)
        else:
            before = TokenEncoder(backbone.source.preprocessing, LENGTH)
        kept = encoded(before, items, tmp_path / f"{cut}")
        after = make(SegmentFacts(backbone, Segment(cut, last, "pooled")), *more)
        found = []
        for row in kept:
            after.start(after.prepare(row), found.append)
            after.finish()
        size = expected.shape[1]
        got = np.stack(found)[:, -size:]
        assert np.abs(got - expected).max() < STORED * np.abs(expected).max(), cut


def plan_of(backbone, frozen):
    names = backbone.stage_names
    stages = [
        StagePlan(name, mode="frozen" if place < frozen else "train")
        for place, name in enumerate(names)
    ]
    return Plan(backbone.source.name, tuple(stages), HeadPlan(names[-1:]), TrainingPlan(epochs=1))


def zero_head(size):
    zeros = np.zeros(size)
    return LinearHead(zeros, np.ones(size), np.zeros((size, 2)), np.zeros(2))


def test_a_suffix_learns_a_batch_by_heart_and_the_rest_stays(text_source, texts):
    """From the states at a cut; every frozen tensor stays to the last bit. A large one is slow."""
    backbone = load_backbone(text_source)
    last = len(backbone.stages) - 1
    for cut in [last] if text_source in list_sources() else sorted({0, 1, last}):
        learn_by_heart(load_backbone(text_source), texts, cut)


def learn_by_heart(backbone, texts, cut):
    facts = backbone.source.preprocessing
    some = torch.from_numpy(filled([facts.tokens(text)[:16] for text in texts[:8]], 16))
    goals = torch.arange(8) // 4
    before = [{k: v.clone() for k, v in one.state_dict().items()} for one in backbone.pieces]
    plan = plan_of(backbone, cut)
    suffix = SuffixNetwork(backbone, plan, zero_head(backbone.stages[-1].feature_size))
    given = flat_states(backbone, cut, some)
    set_modes(suffix, plan, 0)
    suffix.eval()  # without dropout a batch is learned in a few steps
    optimiser = torch.optim.AdamW([p for p in suffix.parameters() if p.requires_grad], 2e-3)
    with seeded(0):
        for _ in range(60):
            loss = torch.nn.functional.cross_entropy(suffix(given), goals)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    assert loss.item() < 0.05
    for place, (piece, tensors) in enumerate(zip(backbone.pieces, before, strict=True)):
        found = changed(tensors, piece.state_dict(), tensors)
        assert bool(found) == (place >= cut), f"stage {place}, cut {cut}"


def flat_states(backbone, cut, rows):
    from headstart.activations.segment_network import SegmentNetwork

    if not cut:
        return rows
    with torch.no_grad():
        return SegmentNetwork(backbone, Segment(0, cut))(rows)


def test_random_weights_are_others_and_need_no_file(text_source, tmp_path, backbone, rows):
    random, again = (load_backbone(text_source, init="random", seed=3) for _ in range(2))
    other = load_backbone(text_source, init="random", seed=4)
    with torch.inference_mode():
        found = [one(rows) for one in (backbone, random, again, other)]
    assert torch.equal(found[1], found[2])
    assert not torch.allclose(found[0], found[1])
    assert not torch.allclose(found[1], found[3])
    assert random.source.weights_hash == "random-3"


def test_variants_choose_the_pooling_and_the_length(text_source, backbone, texts):
    states = {}
    with torch.inference_mode():
        for variant in ("cls", "mean", "16"):
            one = load_backbone(f"{text_source}@{variant}")
            assert one.source.name == f"{text_source}@{variant}"
            tokens = [one.source.preprocessing.tokens(text) for text in texts]
            longest = max(map(len, tokens))
            assert longest == (16 if variant == "16" else one.source.preprocessing.most_tokens)
            row = torch.from_numpy(tokens[0])[None]
            last = one.prefix(len(one.stages))(row)["x"]
            states[variant] = (one(row), last)
    torch.testing.assert_close(states["cls"][0], states["cls"][1][:, 0])
    torch.testing.assert_close(states["mean"][0], states["mean"][1].mean(1))
