"""The network under a head that reads maps: the same from stored states as from pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.tiny_places import CONVOLUTIONS, SOURCES

from headstart.activations.segment import Segment
from headstart.activations.segment_network import SegmentNetwork
from headstart.backbones.catalogue import load_backbone
from headstart.backbones.providers.seeding import seeded
from headstart.backbones.taps import Tap, taps_for
from headstart.plan import HeadPlan, Plan, StagePlan
from headstart.tasks.segmentation import SegmentationTask
from headstart.training.map_reading import MapReading
from headstart.training.place_heads import head_for
from headstart.training.place_network import PlaceNetwork, WholePlaceNetwork

pytestmark = pytest.mark.usefixtures("place_sources")
STRIDES = (4, 8, 16, 32)
#: float16 keeps three digits of each state.
TOLERANCE = 0.02


@pytest.fixture(scope="module", params=SOURCES)
def backbone(request):
    return load_backbone(f"{request.param}@64x64")


@pytest.fixture(scope="module")
def taps(backbone):
    return taps_for(backbone, STRIDES)


@pytest.fixture(scope="module")
def head(taps):
    channels = [tap.channels for tap in taps]
    with seeded(0):
        task = SegmentationTask(("a", "b"))
        return head_for(task, channels, STRIDES, (64, 64), width=32, depth=32).eval()


@pytest.fixture(scope="module")
def pixels(backbone):
    random = np.random.default_rng(0)
    return torch.from_numpy(random.integers(0, 256, (3, 64, 64, 3), dtype=np.uint8))


def network_with(backbone, cut, taps, head):
    names = backbone.stage_names
    stages = [
        StagePlan(name, mode="frozen" if at < cut else "train") for at, name in enumerate(names)
    ]
    plan = Plan(backbone.source.name, tuple(stages), HeadPlan())
    assert plan.cut == cut
    return PlaceNetwork(backbone, plan, taps, head).eval()


def stored_rows(network, backbone, pixels):
    """As the store gives them back."""
    if not network.stored:
        return pixels.flatten(1)
    segment = Segment(0, network.stored[-1] + 1, "taps", network.stored)
    return SegmentNetwork(backbone, segment).eval()(pixels).half()


def test_from_every_cut_it_says_what_the_whole_network_says(backbone, taps, head, pixels):
    cuts = range(len(backbone.stages) + 1)
    assert len(cuts) >= 5
    with torch.inference_mode():
        for cut in cuts:
            network = network_with(backbone, cut, taps, head)
            rows = stored_rows(network, backbone, pixels)
            assert rows.shape[1] == sum(network.sizes) or not network.stored
            (found,) = network(rows)
            (expected,) = WholePlaceNetwork(backbone, network).eval().outputs(pixels)
            assert found.shape == (3, 2, 64, 64)
            assert expected.std() > 0.01
            limit = TOLERANCE * float(expected.abs().max()) if cut else 1e-5
            assert float((found - expected).abs().max()) <= limit, cut


def test_what_is_seen_mirrored_counts_as_much_as_the_picture(backbone, taps, head, pixels):
    whole = WholePlaceNetwork(backbone, network_with(backbone, 1, taps, head)).eval()
    with torch.inference_mode():
        (plain,) = whole.outputs(pixels)
        (turned,) = whole.outputs(pixels.flip(2))
        assert not torch.allclose(plain, turned.flip(3), atol=1e-4)
        whole.head.mirrored = True
        try:
            (mean,) = whole.outputs(pixels)
            (other,) = whole.outputs(pixels.flip(2))
        finally:
            whole.head.mirrored = False
    assert torch.allclose(mean, (plain + turned.flip(3)) / 2, atol=1e-5)
    assert torch.allclose(mean, other.flip(3), atol=1e-5)


def test_one_flat_row_holds_all_outputs(backbone, taps, head, pixels):
    network = network_with(backbone, 1, taps, head)
    whole = WholePlaceNetwork(backbone, network).eval()
    with torch.inference_mode():
        expected = torch.cat([one.flatten(1) for one in whole.outputs(pixels)], dim=1)
        assert torch.equal(whole(pixels), expected)
    assert expected.shape == (3, 2 * 64 * 64)


def test_in_bf16_it_says_nearly_the_same(backbone, taps, head, pixels):
    network = network_with(backbone, 2, taps, head)
    with torch.inference_mode():
        rows = stored_rows(network, backbone, pixels)
        (exact,) = network(rows)
        with torch.autocast("cpu", torch.bfloat16):
            (near,) = network(rows)
    assert float((near.float() - exact).abs().max()) <= 0.05 * float(exact.abs().max())


def test_stages_after_the_last_one_that_is_read_are_no_part_of_it():
    backbone = load_backbone(f"{CONVOLUTIONS}@64x64")
    taps = taps_for(backbone, (8, 16))
    task = SegmentationTask(("a", "b"))
    network = network_with(backbone, 0, taps, head_for(task, (16, 20), (8, 16), (64, 64), width=32))
    last = max(tap.index for tap in taps)
    assert network.stop == last + 1 < len(backbone.stages)
    assert len(WholePlaceNetwork(backbone, network).pieces) == last + 1


def test_trained_stages_and_the_head_have_gradients_and_frozen_ones_none(taps, head, pixels):
    backbone = load_backbone(f"{CONVOLUTIONS}@64x64")
    taps = taps_for(backbone, STRIDES)
    with seeded(0):
        head = head_for(
            SegmentationTask(("a", "b")),
            [tap.channels for tap in taps],
            STRIDES,
            (64, 64),
            width=32,
        )
    network = network_with(backbone, 2, taps, head)
    with torch.no_grad():
        rows = stored_rows(network, backbone, pixels)
    network.requires_grad_(True)
    network(rows)[0].square().mean().backward()
    assert all(one.grad is not None for one in backbone.stages[2].module.parameters())
    assert all(one.grad is None for one in backbone.stages[1].module.parameters())
    assert any(float(one.grad.abs().max()) > 0 for one in head.parameters())


def tap_of(layout, grid, stride=8, others=0):
    return Tap("x", 0, stride, 8.0, 5, layout, grid, others)


@pytest.mark.parametrize("layout", ["channels first", "channels last", "tokens"])
def test_every_layout_becomes_the_same_map(layout):
    expected = torch.randn(2, 5, 4, 6)
    given = {
        "channels first": expected,
        "channels last": expected.permute(0, 2, 3, 1),
        "tokens": torch.cat([torch.zeros(2, 3, 5), expected.flatten(2).transpose(1, 2)], dim=1),
    }[layout]
    reading = MapReading(tap_of(layout, (4, 6), others=3 if layout == "tokens" else 0), (32, 48))
    assert torch.equal(reading(given), expected)


@pytest.mark.parametrize(("stride", "expected"), [(4, (8, 12)), (16, (2, 3)), (32, (1, 2))])
def test_a_map_is_brought_to_the_stride_that_is_asked_for(stride, expected):
    reading = MapReading(tap_of("channels first", (4, 6), stride), (32, 48))
    ramp = torch.arange(6.0).expand(1, 5, 4, 6)
    read = reading(ramp)
    assert read.shape == (1, 5, *expected)
    assert (read.diff(dim=3) > 0).all()  # what is on the left stays on the left
    assert float(read.mean()) == pytest.approx(2.5, abs=1e-5)
