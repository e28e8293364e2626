"""Discovery on networks made to trip it."""

import pytest
import torch
from torch import nn

from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.selection import MOST_STAGES
from headstart.errors import SourceError


def conv(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1)


def block(inputs, outputs):
    return nn.Sequential(conv(inputs, outputs, 2), nn.BatchNorm2d(outputs), nn.ReLU())


def top(width=4, classes=5):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))


def check(network, source, batch=3):
    """Cut, compare at every cut, and give the backbone back."""
    backbone = cut_into_stages(network, source)
    images = torch.randn(batch, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    whole = network(images)
    for cut in range(len(backbone.stages) + 1):
        state = backbone.prefix(cut)(images)
        kept = state["x"].clone()
        assert torch.equal(backbone.suffix(cut)(state), whole)
        assert torch.equal(state["x"], kept)
    return backbone


def test_blocks_give_their_names(source):
    network = nn.Sequential()
    network.stem = conv(3, 4)
    network.blocks = nn.Sequential(*(block(4, 4) for _ in range(4)))
    network.top = top()
    backbone = check(network, source)
    assert backbone.stage_names == ("stem", "blocks.0", "blocks.1", "blocks.2", "blocks.3")
    assert [stage.state_shape for stage in backbone.stages[-2:]] == [(4, 2, 2), (4,)]
    assert [stage.feature_size for stage in backbone.stages] == [4] * 5


def test_many_blocks_are_merged_at_the_cheapest_neighbours(source):
    layers = [nn.Sequential(conv(3, 4)), *(nn.Sequential(conv(4, 4)) for _ in range(14))]
    backbone = check(nn.Sequential(*layers, top()), source)
    assert len(backbone.stages) == MOST_STAGES
    assert backbone.stage_names[-1] == "14"
    assert sum(stage.flops for stage in backbone.stages) == 2 * 27 * 4 * 256 + 14 * 2 * 36 * 4 * 256


def test_a_flat_network_is_cut_where_the_resolution_changes(source):
    network = nn.Sequential()
    network.features = nn.Sequential(
        conv(3, 4), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        conv(4, 4), nn.ReLU(inplace=True), conv(4, 4), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        conv(4, 4), nn.ReLU(inplace=True), nn.MaxPool2d(2),
    )  # fmt: skip
    network.flatten = nn.Flatten()
    network.classifier = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 5))
    names = check(network, source).stage_names
    assert names == ("features.1", "features.6", "features.9", "classifier.1")


def test_a_small_network_is_cut_wherever_it_can_be(source):
    network = nn.Sequential(conv(3, 4), nn.ReLU(), top())
    assert check(network, source).stage_names == ("0",)


def test_a_cut_lies_after_an_overwrite_in_place(source):
    class Overwrites(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two, self.top = conv(3, 4), conv(4, 4), top()

        def forward(self, x):
            x = self.one(x)
            view = x.flatten(2)
            view.mul_(2.0)  # x and view are one memory
            return self.top(self.two(x))

    assert check(Overwrites(), source).stage_names == ("one", "two")


def test_a_cut_lies_after_the_last_use_of_a_size(source):
    class KeepsSize(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two, self.three = conv(3, 4), conv(4, 4), conv(4, 4)
            self.head = nn.Linear(4 * 256, 5)

        def forward(self, x):
            x = self.one(x)
            rows = x.shape[0]
            x = self.two(x)
            x = self.three(x.reshape(rows, 4, 16, 16))
            return self.head(x.flatten(1))

    assert check(KeepsSize(), source, batch=7).stage_names == ("one", "two", "three")


def test_what_does_not_depend_on_the_picture_is_computed_on_both_sides(source):
    class SharedConstant(nn.Module):
        def __init__(self):
            super().__init__()
            self.shift = nn.Parameter(torch.ones(4, 1, 1))
            self.one, self.two, self.top = conv(3, 4), conv(4, 4), top()

        def forward(self, x):
            shift = self.shift * 2
            x = self.one(x) + shift
            return self.top(self.two(x) + shift)

    assert check(SharedConstant(), source).stage_names == ("one", "two")


def test_an_unused_option_is_bound_to_its_default(source):
    class Optional(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.top = conv(3, 4), top()

        def forward(self, x, mask=None, scale=1.0, *more, double=False):
            x = self.body(x) * scale
            return self.top(x * 2 if double else x if mask is None else x * mask)

    assert check(Optional(), source).stage_names == ("body",)


def test_a_source_without_classes_keeps_all_its_layers(source_without_classes):
    network = nn.Sequential(conv(3, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    backbone = check(network, source_without_classes)
    assert backbone.stages[-1].state_shape == (4,)


def test_parameters_are_shared_frozen_and_in_eval_mode(source):
    network = nn.Sequential(block(3, 4), top())
    backbone = cut_into_stages(network, source)
    own = {id(parameter) for parameter in network.parameters()}
    assert {id(parameter) for parameter in backbone.parameters()} == own
    assert not any(parameter.requires_grad for parameter in backbone.parameters())
    assert not any(module.training for module in backbone.modules())


def test_a_network_that_looks_at_values_is_refused(source):
    class Looks(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    with pytest.raises(SourceError, match=r"Looks cannot be read as a graph.*headstart sources"):
        cut_into_stages(Looks(), source)


def test_a_network_without_cut_is_refused(source):
    network = nn.Sequential(nn.Flatten(), nn.Linear(768, 5))
    with pytest.raises(SourceError, match="cannot be cut into a backbone and a head"):
        cut_into_stages(network, source)


def test_a_network_of_another_size_is_refused(source):
    network = nn.Sequential(conv(3, 4), nn.Flatten(), nn.Linear(7, 5))
    with pytest.raises(SourceError, match="cannot be measured on pictures of 16x16 pixels"):
        cut_into_stages(network, source)
