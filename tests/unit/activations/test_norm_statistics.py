"""What BatchNorm layers see, against moments computed in another way."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from headstart.activations.norm_statistics import norm_statistics
from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source

FACTS = Preprocessing((16, 16), 1.0, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


class Item:
    def __init__(self, seed):
        self.pixels = np.random.default_rng(seed).integers(0, 255, (16, 16, 3), dtype=np.uint8)

    def open(self, at_least=None):
        return Image.fromarray(self.pixels)


def backbone(norm):
    torch.manual_seed(0)
    body = [nn.Conv2d(3, 4, 3), norm(4), nn.ReLU(), nn.Conv2d(4, 6, 3), norm(6), nn.ReLU()]
    network = nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 2)).eval()
    source = Source("x/net", "image", "net", FACTS, "MIT", "random-0", 2, None, "test")
    return cut_into_stages(network, source), network


def test_moments_are_those_of_what_goes_into_the_layer():
    cut, network = backbone(nn.BatchNorm2d)
    items = [Item(seed) for seed in range(20)]
    first, second = norm_statistics(cut, items)
    pixels = np.stack([item.pixels for item in items]).transpose(0, 3, 1, 2)
    x = (torch.from_numpy(pixels).float() / 255 - 0.5) / 0.25
    with torch.no_grad():
        seen = network[0](x).transpose(0, 1).flatten(1)
    assert first.target[0] == pytest.approx(seen.mean(1).numpy(), abs=1e-4)
    assert first.target[1] == pytest.approx(seen.var(1, correction=0).numpy(), rel=1e-3)
    assert first.source[0].tolist() == [0.0] * 4
    assert second.target[0].shape == (6,)


def test_no_hook_is_left_behind():
    cut, _ = backbone(nn.BatchNorm2d)
    norm_statistics(cut, [Item(0)])
    assert not any(one._forward_pre_hooks for one in cut.modules())


def test_a_network_without_batchnorm_has_none():
    cut, _ = backbone(lambda channels: nn.GroupNorm(2, channels))
    assert norm_statistics(cut, [Item(0)]) == []
