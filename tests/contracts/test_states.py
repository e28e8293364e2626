"""Training on stored states is training: at every kept cut, and nothing frozen ever changes.

At each cut of each network the same two steps are taken twice: on states that were stored as
float16 (pixels as uint8) and read back, and without any store, by the whole network in one module
whose frozen prefix runs in eval mode. The losses agree as far as float16 reaches, and every
parameter and buffer of the frozen stages is what it was, to the last bit.

Pictures are small and stages are those that were found for full-size ones.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from headstart.activations.encoding import encode
from headstart.activations.pixels import PixelEncoder
from headstart.activations.segment import Segment
from headstart.activations.segment_facts import SegmentFacts
from headstart.activations.segment_network import SegmentNetwork
from headstart.activations.states import StoredStates
from headstart.activations.store import ActivationStore
from headstart.activations.torch_engine import TorchSegmentEncoder
from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.providers.seeding import seeded
from headstart.backbones.stages import Backbone
from headstart.data.items import PictureItem
from headstart.plan import HeadPlan, Plan, StagePlan, TrainingPlan
from headstart.training.linear_head import LinearHead
from headstart.training.modes import set_modes
from headstart.training.suffix import SuffixNetwork

N_CLASSES = 3
#: Of networks with more parameters, or that need large pictures, only the first, the middle and the
#: last cut are tried, to save time.
LARGE = 10_000_000
#: By how much a step would lower the loss if the loss were linear.
FALL = 0.05
#: Largest difference of two losses of about 1: float16 keeps three digits of each state.
TOLERANCE = 0.005


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Threads that wait for each other on a busy machine cost more than a second one brings."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_the_contract_has_cases(cases):
    assert len(cases) >= 23


@pytest.fixture(scope="module")
def backbone(case):
    """The stages, as they are for small pictures."""
    network, source, side = case
    _settle(network, torch.randn(8, 3, side, side))
    found = cut_into_stages(network, source)
    preprocessing = replace(source.preprocessing, size=(side, side))
    state, stages = {"x": torch.randn(1, 3, side, side)}, []
    with torch.inference_mode():
        for place, stage in enumerate(found.stages):
            state = found.run(state, place, place + 1)
            stages.append(replace(stage, state_shape=tuple(state["x"].shape[1:])))
    return Backbone(replace(source, preprocessing=preprocessing), stages, found.head)


def _settle(network, images):
    """Give BatchNorm the statistics of some pictures: deep random networks would explode."""
    norms = [one for one in network.modules() if isinstance(one, nn.modules.batchnorm._BatchNorm)]
    before = [norm.momentum for norm in norms]
    for norm in norms:
        norm.train().momentum = 1.0
    if norms:
        with torch.no_grad():
            network(images)
    for norm, momentum in zip(norms, before, strict=True):
        norm.eval().momentum = momentum


@pytest.fixture(scope="module")
def items(backbone):
    """Pictures of coloured noise, coarse enough to survive being read at another size."""
    side, _ = backbone.source.preprocessing.size
    random = np.random.default_rng(0)
    many = 4 if side < 200 else 2
    small = random.integers(0, 256, (many, 8, 8, 3), dtype=np.uint8)
    pictures = [
        Image.fromarray(one).resize((side, side), Image.Resampling.BICUBIC) for one in small
    ]
    return [PictureItem.of(picture, f"{place}") for place, picture in enumerate(pictures)]


@pytest.fixture(scope="module")
def pixels(backbone, items):
    facts = backbone.source.preprocessing
    return torch.from_numpy(np.stack([facts.pixels(one.open()) for one in items]))


def cuts_of(backbone):
    every = range(len(backbone.stages))
    large = sum(one.numel() for one in backbone.parameters()) > LARGE
    if not large and backbone.source.preprocessing.size[0] < 200:
        return [*every]
    return sorted({0, len(every) // 2, len(every) - 1})


def plan_of(backbone, modes, statistics="source"):
    names = backbone.stage_names
    stages = [StagePlan(name, mode=mode) for name, mode in zip(names, modes, strict=True)]
    training = TrainingPlan(epochs=1, statistics=statistics)
    return Plan(backbone.source.name, tuple(stages), HeadPlan(names[-1:]), training)


def frozen_until(backbone, cut):
    return plan_of(backbone, ["frozen"] * cut + ["train"] * (len(backbone.stages) - cut))


@pytest.fixture(scope="module")
def head(backbone, pixels):
    """Random, for vectors of the size that the last stage gives."""
    with torch.inference_mode():
        vectors = backbone.pooled(backbone.source.preprocessing.normalise(pixels))
    last = vectors[backbone.stage_names[-1]].numpy()
    size = last.shape[1]
    weights = np.random.default_rng(1).normal(size=(size, N_CLASSES)) / size**0.5
    scale = np.full(size, np.sqrt(np.mean(last**2)))
    return LinearHead(np.zeros(size), scale, weights, np.zeros(N_CLASSES))


def stored_states(backbone, cut, items, folder):
    """Written to a store by the engine for graphics cards, and read back."""
    if cut == 0:
        encoder = PixelEncoder(backbone.source.preprocessing)
    else:
        facts = SegmentFacts(backbone, Segment(0, cut))
        encoder = TorchSegmentEncoder(facts, "cpu", batch_size=len(items))
    store = ActivationStore(folder, limit=2**30)
    (table,), failures = encode(items, [encoder], store)
    assert failures == {}
    states = StoredStates((table,), encoder.key.outputs[0], [one.fingerprint for one in items])
    return torch.from_numpy(states.read(np.arange(len(items)), np.zeros(len(items), np.intp)))


class WithoutStore(nn.Module):
    """The whole network: its frozen prefix in eval mode, then the suffix."""

    def __init__(self, backbone, cut, suffix):
        super().__init__()
        self.prefix = SegmentNetwork(backbone, Segment(0, cut)) if cut else nn.Flatten()
        self.suffix = suffix

    def forward(self, pixels):
        with torch.no_grad():
            between = self.prefix.eval()(pixels)
        return self.suffix(between)


def two_losses(network, suffix, plan, given):
    """A step down the gradient between them, of a length that suits the network."""
    set_modes(suffix, plan, 0)
    goals = torch.arange(len(given)) % N_CLASSES
    with seeded(0):  # of dropout
        first = nn.functional.cross_entropy(network(given), goals)
        first.backward()
    trained = [one for one in suffix.parameters() if one.grad is not None]
    steepness = sum(one.grad.square().sum() for one in trained)
    torch.optim.SGD(trained, lr=float(FALL / steepness)).step()
    with seeded(0), torch.no_grad():
        second = nn.functional.cross_entropy(network(given), goals)
    return [first.item(), second.item()]


def tensors_of(modules):
    return [{name: one.clone() for name, one in module.state_dict().items()} for module in modules]


def unchanged(modules, before):
    return all(
        torch.equal(one, tensors[name])
        for module, tensors in zip(modules, before, strict=True)
        for name, one in module.state_dict().items()
    )


def put_back(modules, tensors):
    for module, state in zip(modules, tensors, strict=True):
        module.load_state_dict(state)
        module.requires_grad_(False).eval().zero_grad()


def test_training_on_stored_states_is_training(backbone, items, pixels, head, tmp_path):
    start = tensors_of(backbone.pieces)
    cuts = cuts_of(backbone)
    for cut in cuts:
        plan = frozen_until(backbone, cut)
        states = stored_states(backbone, cut, items, tmp_path / str(cut))
        assert states.dtype == (torch.float16 if cut else torch.uint8)
        found = []
        for stored in (True, False):
            suffix = SuffixNetwork(backbone, plan, head)
            network = suffix if stored else WithoutStore(backbone, cut, suffix)
            found.append(two_losses(network, suffix, plan, states if stored else pixels))
            assert unchanged(backbone.pieces[:cut], start[:cut]), f"cut {cut}"
            assert not unchanged(backbone.pieces[cut:], start[cut:]), f"cut {cut}"
            put_back(backbone.pieces[cut:], start[cut:])
        assert np.isfinite(found).all(), f"cut {cut}"
        assert abs(found[0][0] - found[0][1]) > FALL / 10, f"the step at cut {cut} did nothing"
        assert found[0] == pytest.approx(found[1], abs=TOLERANCE), f"cut {cut}"
    assert len(cuts) >= 3


def test_stages_stay_frozen_around_one_that_is_trained(backbone, pixels, head):
    """With BatchNorm statistics that follow the batches, wherever they are not frozen."""
    start = tensors_of(backbone.pieces)
    count = len(backbone.stages)
    place = count // 2
    modes = ["frozen"] * place + ["train"] + ["frozen"] * (count - place - 1)
    plan = plan_of(backbone, modes, "batch")
    suffix = SuffixNetwork(backbone, plan, head)
    two_losses(WithoutStore(backbone, place, suffix), suffix, plan, pixels)
    same = [unchanged([one], [before]) for one, before in zip(backbone.pieces, start, strict=True)]
    assert same == [mode == "frozen" for mode in modes]
    put_back(backbone.pieces, start)
