"""Which leading stages are the same in several sources."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from headstart.activations.shared_prefix import common_stages, share_of_work
from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.backbones.stages import Backbone

FACTS = Preprocessing((16, 16), 1.0, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


def backbone(changed=None):
    torch.manual_seed(0)
    body = [nn.Conv2d(3, 4, 3, stride=2), nn.ReLU(), nn.Conv2d(4, 4, 3, stride=2), nn.ReLU()]
    network = nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)).eval()
    if changed is not None:
        with torch.no_grad():
            network[changed].weight += 1.0
    source = Source("x/net", "image", "net", FACTS, "MIT", "random-0", 2, None, "test")
    return cut_into_stages(network, source)


def test_equal_networks_share_all_stages():
    one = backbone()
    assert common_stages([one, backbone()]) == len(one.stages)


def test_a_change_ends_what_is_shared():
    one = backbone()
    assert len(one.stages) == 2
    assert common_stages([one, backbone(changed=2)]) == 1
    assert common_stages([one, backbone(changed=0)]) == 0


def test_another_preparation_shares_nothing():
    one = backbone()
    facts = replace(FACTS, mean=(0.4, 0.4, 0.4))
    other = Backbone(replace(one.source, preprocessing=facts), one.stages, one.head)
    assert common_stages([one, other]) == 0


def test_the_share_of_work_rises_to_one():
    one = backbone()
    shares = [share_of_work(one, cut) for cut in range(len(one.stages) + 1)]
    assert shares[0] == 0.0
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
