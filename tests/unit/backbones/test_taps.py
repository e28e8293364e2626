"""Which stages keep a map of the picture, and which of them a head reads."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from headstart.backbones.catalogue import load_backbone, load_network
from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.backbones.stages import Backbone, Stage
from headstart.backbones.taps import taps_for
from headstart.errors import SourceError


def backbone_of(shapes, size=(64, 96)):
    """Stages that compute nothing, with these states."""
    facts = Preprocessing(size, 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3)
    source = Source("some/net", "image", "net", facts, "MIT", "random-0", 5, None, "test")
    stages = [
        Stage(f"stage {place}", nn.Identity(), 1.0, shape, picture=size)
        for place, shape in enumerate(shapes)
    ]
    return Backbone(source, stages, nn.Identity())


CONVOLUTIONS = [(8, 32, 48), (8, 16, 24), (12, 8, 12), (12, 8, 12), (16, 4, 6), (24, 2, 3), (24,)]


def test_of_stages_with_the_same_stride_the_deepest_is_read():
    taps = taps_for(backbone_of(CONVOLUTIONS), (4, 8, 16, 32))
    assert [tap.index for tap in taps] == [1, 3, 4, 5]
    assert [tap.stage for tap in taps] == ["stage 1", "stage 3", "stage 4", "stage 5"]
    assert [tap.stride for tap in taps] == [4, 8, 16, 32]
    assert [tap.own_stride for tap in taps] == [4, 8, 16, 32]
    assert [tap.channels for tap in taps] == [8, 12, 16, 24]
    assert [tap.grid for tap in taps] == [(16, 24), (8, 12), (4, 6), (2, 3)]
    assert {tap.layout for tap in taps} == {"channels first"}


def test_where_no_stage_has_the_stride_the_closest_is_read_at_it():
    (tap,) = taps_for(backbone_of(CONVOLUTIONS[:3]), (32,))
    assert (tap.index, tap.stride, tap.own_stride, tap.grid) == (2, 32, 8, (8, 12))


@pytest.mark.parametrize("others", [0, 1, 5, 8])
def test_tokens_that_stand_for_no_place_are_counted(others):
    shapes = [(24 + others, 10), (24 + others, 10), (10,)]
    (tap,) = taps_for(backbone_of(shapes), (16,))
    assert (tap.index, tap.layout, tap.grid, tap.others) == (1, "tokens", (4, 6), others)
    assert (tap.channels, tap.own_stride) == (10, 16)


def test_channels_may_stand_last():
    taps = taps_for(backbone_of([(16, 24, 8), (4, 6, 32), (32,)]), (4, 16))
    assert [tap.layout for tap in taps] == ["channels last"] * 2
    assert [tap.grid for tap in taps] == [(16, 24), (4, 6)]
    assert [tap.channels for tap in taps] == [8, 32]


def test_as_many_channels_as_rows_do_not_pass_for_columns():
    """As in EfficientNet-Lite0 on the canvas of photos: 40 channels, 40 rows and 56 columns."""
    backbone = load_backbone("bundled/efficientnet-lite0@320x448", init="random")
    taps = taps_for(backbone, (4, 8, 16, 32))
    assert [tap.grid for tap in taps] == [(80, 112), (40, 56), (20, 28), (10, 14)]
    assert [tap.channels for tap in taps] == [24, 40, 112, 320]


@pytest.mark.parametrize(
    ("name", "deepest"),
    [
        ("torchvision/resnet18", "layer4"),
        ("timm/convnextv2_atto", "stages.3"),
        ("bundled/efficientnet-lite0", "blocks.6"),
    ],
)
def test_the_map_of_the_last_block_is_read_though_it_is_pooled_next(name, deepest):
    whole, own = (load_backbone(f"{name}{end}", init="random") for end in ("@64x96", "@64"))
    assert whole.stage_names == own.stage_names
    assert own.stages[-1].layout == "vector"
    (tap,) = taps_for(whole, (32,))
    assert (tap.stage, tap.stride, tap.own_stride, tap.grid) == (deepest, 32, 32, (2, 3))


def test_the_map_of_the_last_block_and_the_head_are_the_whole_network():
    network, source = load_network("torchvision/resnet18@64x96", init="random")
    backbone = cut_into_stages(network, source)
    pictures = torch.randn(2, 3, 64, 96)
    with torch.inference_mode():
        state = backbone.run({"x": pictures}, 0, len(backbone.stages))
        assert state["x"].shape == (2, 512, 2, 3)
        assert torch.allclose(backbone.head(state["x"]), network.eval()(pictures), atol=1e-5)


@pytest.mark.parametrize("shapes", [[(24,), (8,)], [(8, 1, 1), (8,)], [(3, 10), (10,)]])
def test_a_source_without_maps_is_refused(shapes):
    with pytest.raises(SourceError, match=r"No stage of 'some/net' keeps a map .*patches or by"):
        taps_for(backbone_of(shapes), (8, 16))


@given(
    st.lists(st.sampled_from([2, 4, 8, 16, 32]), min_size=1, max_size=8),
    st.lists(st.sampled_from([2, 4, 8, 16, 32, 64]), min_size=1, max_size=4),
)
def test_no_other_stage_comes_closer(own, wanted):
    taps = taps_for(backbone_of([(5, 64 // one, 96 // one) for one in own]), tuple(wanted))
    for stride, tap in zip(wanted, taps, strict=True):
        apart = [abs(math.log2(one / stride)) for one in own]
        best = min(apart)
        assert tap.index == max(place for place, one in enumerate(apart) if one == best)
        assert tap.own_stride == own[tap.index]
