"""Two runs of stages have the same digest when, and only when, they compute the same numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from headstart.backbones.discovery import cut_into_stages
from headstart.backbones.identity import stages_digest


def make(source, kind=nn.Conv2d, **options):
    torch.manual_seed(0)
    conv = kind(4, 4, 3, **options)
    network = nn.Sequential(
        *(nn.Conv2d(3, 4, 3), nn.ReLU(), conv, nn.BatchNorm2d(4), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5)),
    )
    return cut_into_stages(network, source)


@pytest.fixture
def backbone(source):
    return make(source)


def digests(backbone):
    return [stages_digest(backbone, stop) for stop in range(len(backbone.stages) + 1)]


def test_the_same_numbers_have_the_same_digest(source, backbone):
    assert digests(make(source)) == digests(backbone)
    assert len(set(digests(backbone))) == len(backbone.stages) + 1


def test_the_name_of_the_source_does_not_matter(source, backbone):
    assert digests(make(replace(source, name="other/net"))) == digests(backbone)


def test_a_digest_is_the_same_wherever_it_is_computed(backbone):
    before = digests(backbone)
    backbone.to(memory_format=torch.channels_last)
    assert digests(backbone) == before


def first_with(backbone, kind):
    """The place of the first stage that holds a module of this kind, and the module."""
    return next(
        (place, module)
        for place, piece in enumerate(backbone.pieces)
        for module in piece.modules()
        if isinstance(module, kind)
    )


@pytest.mark.parametrize("name", ["weight", "bias", "running_mean", "running_var"])
def test_a_changed_number_changes_its_stage_and_those_after_it(backbone, name):
    before = digests(backbone)
    place, norm = first_with(backbone, nn.BatchNorm2d)
    with torch.no_grad():
        getattr(norm, name)[0] += 0.125
    after = digests(backbone)
    assert place > 0
    assert after[: place + 1] == before[: place + 1]
    assert all(new != old for new, old in zip(after[place + 1 :], before[place + 1 :], strict=True))


def test_layers_that_differ_in_more_than_their_tensors(source, backbone):
    strided, padded = make(source, stride=2), make(source, padding=1)
    last = [digests(one)[-1] for one in (backbone, strided, padded)]
    assert len(set(last)) == 3


def test_other_layers_of_the_same_name(source, backbone):
    """Such as TensorFlow's way of padding, under the names and with the weights of the other."""

    class Louder(nn.Conv2d):
        __module__ = "torch.nn.loud"  # so that it is traced as a whole, as torch's own layers are

        def forward(self, x):
            return 2 * super().forward(x)

    assert digests(make(source, kind=Louder))[-1] != digests(backbone)[-1]


def test_where_a_layer_lies_in_memory_does_not_matter(source):
    class Holding(nn.Conv2d):
        __module__ = "torch.nn.holding"

        def extra_repr(self):
            return f"holds={self.held}"

        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.held = object()

    one, other = make(source, kind=Holding), make(source, kind=Holding)
    assert repr(one) != repr(other)
    assert digests(one) == digests(other)
