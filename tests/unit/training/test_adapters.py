"""Adapters: what they let change, what they leave, and how they are taken away again."""

from __future__ import annotations

import sys

import pytest
import torch
from torch import nn

from headstart.errors import PlanError
from headstart.plan import AdapterPlan, StagePlan
from headstart.training.adapters import add_adapters, merge_adapters, trained_parameters
from headstart.training.modes import set_modes
from headstart.training.suffix import SuffixNetwork

ROWS = torch.linspace(-2, 2, 3 * 128).reshape(3, 128).half()


def is_added(name):
    return "lora_" in name


def learn_a_little(network, steps=3):
    parameters = [one for _, one in network.own_parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=0.05)
    for _ in range(steps):
        optimiser.zero_grad()
        (network(ROWS) - 3.0).square().mean().backward()
        optimiser.step()
    return network


def test_low_rank_additions_start_at_the_same_outputs(make_network, make_plan):
    plain = make_network(make_plan("ftt")).eval()
    adapted = make_network(make_plan("faa", "lora")).eval()
    assert any(is_added(name) for name in adapted.state_dict())
    assert torch.equal(adapted(ROWS), plain(ROWS))


def test_only_additions_and_the_head_learn(make_network, make_plan, weights_of, changed):
    network = make_network(make_plan("faa", "lora"))
    before = weights_of(network)
    learned = changed(before, weights_of(learn_a_little(network)))
    assert {name for name in learned if not is_added(name)} == {
        "head.linear.weight",
        "head.linear.bias",
    }
    assert any(is_added(name) for name in learned)


def test_merged_additions_give_the_same_outputs(make_network, make_plan):
    plain = make_network(make_plan("ftt"))
    network = learn_a_little(make_network(make_plan("faa", "lora"))).eval()
    before = network(ROWS)
    merge_adapters(network)
    torch.testing.assert_close(network(ROWS), before, rtol=1e-4, atol=1e-5)
    assert network.state_dict().keys() == plain.state_dict().keys()
    kinds = {type(module).__module__.partition(".")[0] for module in network.modules()}
    assert "peft" not in kinds


def test_peft_is_not_imported_where_nothing_was_added(make_network, make_plan, monkeypatch):
    monkeypatch.setitem(sys.modules, "peft.tuners.tuners_utils", None)  # its import is an error
    merge_adapters(make_network(make_plan("ftt")))
    with pytest.raises(ImportError, match="peft"):
        merge_adapters(make_network(make_plan("faa", "lora")))


def test_merged_additions_reach_the_backbone(make_backbone, make_plan, make_head, weights_of):
    plan, backbone = make_plan("faa", "lora"), make_backbone()
    before = weights_of(backbone)
    network = SuffixNetwork(backbone, plan, make_head())
    add_adapters(network, plan)
    set_modes(network, plan, 0)
    merge_adapters(learn_a_little(network))
    after = weights_of(backbone)
    assert after.keys() == before.keys()
    assert not torch.equal(after["pieces.2.0.weight"], before["pieces.2.0.weight"])


@pytest.mark.parametrize("scale", [0.2, 2.0])
def test_additions_are_scaled_as_the_plan_says(make_backbone, make_plan, make_head, scale):
    plan = make_plan("ffa", "lora")
    object.__setattr__(plan, "adapter", AdapterPlan("lora", rank=1, scale=scale))
    network = SuffixNetwork(make_backbone(), plan, make_head())
    add_adapters(network, plan)
    (layer,) = [one for one in network.modules() if hasattr(one, "lora_A")]
    assert layer.scaling["default"] == pytest.approx(scale)


def test_depthwise_layers_and_subclasses_take_no_additions(make_network, make_plan):
    network = make_network(make_plan("faa", "lora"))
    added = {name.partition(".lora_")[0] for name in network.state_dict() if is_added(name)}
    assert added == {"pieces.1.0"}


def test_biases_alone(make_network, make_plan, weights_of, changed):
    network = make_network(make_plan("faa", "bias"))
    before = weights_of(network)
    learned = changed(before, weights_of(learn_a_little(network)))
    assert learned == {
        *("pieces.0.0.bias", "pieces.0.1.bias", "pieces.1.0.bias", "pieces.1.1.bias"),
        *("head.linear.weight", "head.linear.bias"),
    }


def test_all_but_depthwise_filters(make_network, make_plan, weights_of, changed):
    network = make_network(make_plan("faa", "pointwise"))
    before = weights_of(network)
    learned = changed(before, weights_of(learn_a_little(network)))
    assert "pieces.0.0.weight" not in learned
    assert {"pieces.0.0.bias", "pieces.0.1.weight", "pieces.1.0.weight"} <= learned


@pytest.mark.parametrize(
    ("kind", "modes", "message"),
    [
        ("lora", "faf", "LoRA finds nothing to add to. .* adapter 'bias'"),
        ("bias", "faf", "adapter 'bias' lets nothing change in the stages middle: they have no"),
        ("pointwise", "faf", "adapter 'pointwise' lets nothing change"),
    ],
)
def test_nothing_to_adapt(make_backbone, make_plan, make_head, kind, modes, message):
    backbone, plan = make_backbone(), make_plan(modes, kind)
    del backbone.stages[1].module[1:]  # the depthwise layer alone, without a bias
    backbone.stages[1].module[0].bias = None
    with pytest.raises(PlanError, match=message):
        add_adapters(SuffixNetwork(backbone, plan, make_head()), plan)


def test_frozen_and_trained_stages():
    piece = nn.Linear(2, 2)
    assert trained_parameters(piece, StagePlan("a"), None) == set()
    assert trained_parameters(piece, StagePlan("a", mode="train"), None) == {"weight", "bias"}


@pytest.mark.parametrize("kind", [None, "lora", "bias"])
def test_a_plan_that_adapts_no_stage_is_left_alone(make_network, make_plan, kind):
    network = make_network(make_plan("ftt", kind))
    merge_adapters(network)
    assert not any(is_added(name) for name in network.state_dict())
