"""The network that a plan asks for: each stage with the weights that its entry names."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from headstart.backbones import catalogue
from headstart.backbones.assembly import assemble, check_stages, load_assembled, randomise
from headstart.backbones.catalogue import load_network
from headstart.backbones.providers.seeding import seeded
from headstart.errors import PlanError, SourceError
from headstart.plan import Plan, StagePlan

NAME = "norms/net"


def block(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3), nn.BatchNorm2d(outputs), nn.ReLU())


class NormsProvider:
    """Three blocks with BatchNorm; what is pretrained differs from every random network."""

    def names(self):
        return ["net"]

    def build(self, name, weights=None, init="pretrained", seed=0):
        with seeded(1000 if init == "pretrained" else seed):
            network = nn.Sequential(
                block(3, 4), block(4, 4), block(4, 6), nn.AdaptiveAvgPool2d(1), nn.Flatten()
            )
            network.append(nn.Linear(6, 5))
            if init == "pretrained":
                for module in network.modules():
                    if isinstance(module, nn.BatchNorm2d):
                        module.running_mean.normal_()
        return network, catalogue_source()


def catalogue_source():
    from headstart.backbones.preprocessing import Preprocessing
    from headstart.backbones.source import Source

    facts = Preprocessing((16, 16), 0.5, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.5, 1.0))
    return Source(NAME, "image", "net", facts, "MIT", "random-0", 5, None, "test")


@pytest.fixture(autouse=True)
def provider(monkeypatch):
    monkeypatch.setitem(catalogue.PROVIDERS, "norms", NormsProvider())


@pytest.fixture
def names():
    return load_assembled(NAME).backbone.stage_names


def plan_of(names, inits, mode="train"):
    stages = [StagePlan(name, init, mode) for name, init in zip(names, inits, strict=True)]
    return Plan(NAME, tuple(stages))


def tensors_of(assembled):
    """Tensors of each stage, buffers included."""
    return [piece.state_dict() for piece in assembled.backbone.pieces]


def same(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[key], other[key]) for key in one)


def pretrained():
    return load_assembled(NAME)


def random(seed):
    return load_assembled(NAME, init="random", seed=seed)


def test_stages_and_network_share_their_parameters():
    assembled = pretrained()
    own = {id(one) for piece in assembled.backbone.pieces for one in piece.parameters()}
    own |= {id(one) for one in assembled.backbone.head.parameters()}
    assert own == {id(one) for one in assembled.network.parameters()}
    assert assembled.source.name == NAME


def test_all_pretrained_is_the_source(names):
    assembled = assemble(plan_of(names, ["pretrained"] * len(names)), seed=3)
    assert same(assembled.network.state_dict(), load_network(NAME)[0].state_dict())


def test_all_random_follows_the_seed(names):
    plan = plan_of(names, ["random"] * len(names))
    for seed in (3, 4):
        made = assemble(plan, seed=seed).network.state_dict()
        assert same(made, load_network(NAME, init="random", seed=seed)[0].state_dict())
    assert not same(made, load_network(NAME)[0].state_dict())


def test_all_random_needs_no_weights(names):
    assemble(plan_of(names, ["random"] * len(names)), weights="not there.safetensors")


def test_random_stages_are_random_and_the_others_those_of_the_source(names):
    inits = ["pretrained", *["random"] * (len(names) - 2), "pretrained"]
    assembled = assemble(plan_of(names, inits), seed=3)
    both = zip(inits, tensors_of(assembled), tensors_of(pretrained()), strict=True)
    fresh = tensors_of(random(3))
    compared = 0
    for place, (init, made, source) in enumerate(both):
        assert same(made, source if init == "pretrained" else fresh[place])
        if source:
            compared += 1
            assert same(made, source) == (init == "pretrained")
    assert compared >= 3


def test_the_whole_network_computes_with_the_mixed_weights(names):
    assembled = assemble(plan_of(names, ["pretrained", *["random"] * (len(names) - 1)]), seed=3)
    images = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    source = pretrained().network
    with torch.inference_mode():
        assert torch.equal(assembled.network(images), assembled.backbone(images))
        assert not torch.equal(assembled.network(images), source(images))


def test_the_head_is_left_alone(names):
    inits = ["pretrained", *["random"] * (len(names) - 1)]
    assembled = assemble(plan_of(names, inits), seed=3)
    assert same(assembled.backbone.head.state_dict(), pretrained().backbone.head.state_dict())


def test_random_stages_leave_other_random_numbers_alone(names):
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    assemble(plan_of(names, ["pretrained", *["random"] * (len(names) - 1)]), seed=3)
    assert torch.equal(torch.rand(3), expected)


def test_what_comes_out_is_frozen_and_in_eval_mode(names):
    assembled = assemble(plan_of(names, ["pretrained", *["random"] * (len(names) - 1)]))
    assert not any(module.training for module in assembled.network.modules())
    assert not any(one.requires_grad for one in assembled.network.parameters())


def test_a_pretrained_network_whose_stages_are_all_to_be_random(names):
    assembled = pretrained()
    randomise(assembled, plan_of(names, ["random"] * len(names)).stages, seed=3)
    assert all(
        same(*pair) for pair in zip(tensors_of(assembled), tensors_of(random(3)), strict=True)
    )


def test_a_stage_that_is_not_there(names):
    plan = Plan(NAME, (*(StagePlan(name) for name in names), StagePlan("neck", mode="train")))
    with pytest.raises(PlanError, match=f"names stage 'neck', .* Stages: {names[0]}, .* made for"):
        assemble(plan)


def test_a_stage_that_is_left_out(names):
    with pytest.raises(PlanError, match=f"leaves out stage '{names[1]}'. .*: {names[0]}, .* Add"):
        check_stages(
            Plan(NAME, tuple(StagePlan(name) for name in names if name != names[1])), names
        )


def test_stages_out_of_order(names):
    plan = Plan(NAME, tuple(StagePlan(name) for name in names[::-1]))
    with pytest.raises(PlanError, match="names the stages out of order"):
        check_stages(plan, names)


def test_a_source_that_is_not_there():
    with pytest.raises(SourceError, match="Source 'norms/nut' is unknown"):
        assemble(Plan("norms/nut", (StagePlan("a"),)))
