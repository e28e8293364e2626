"""Groups, rates, decay, and the pull towards the source."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from headstart.plan import HeadPlan
from headstart.training.optimiser import (
    SourcePull,
    make_optimiser,
    set_learning_rate,
    share_of_rate,
)


def groups_by_name(network, optimiser):
    names = {one: name for name, one in network.named_parameters()}
    return {names[one]: group for group in optimiser.param_groups for one in group["params"]}


def scaled(plan, scales):
    stages = tuple(
        replace(stage, lr_scale=scale) for stage, scale in zip(plan.stages, scales, strict=True)
    )
    return replace(plan, stages=stages)


def test_each_stage_has_its_own_rate(make_network, make_plan):
    plan = scaled(make_plan("ftt", head=HeadPlan(("top",), lr_scale=3.0)), (1.0, 0.25, 0.5))
    network = make_network(plan)
    optimiser = make_optimiser(network, plan)
    rate = set_learning_rate(optimiser, plan, done=0.1)
    assert rate == pytest.approx(0.02)
    rates = {name: one["lr"] / rate for name, one in groups_by_name(network, optimiser).items()}
    assert rates["pieces.0.0.weight"] == rates["pieces.0.1.bias"] == pytest.approx(0.25)
    assert rates["pieces.1.0.weight"] == pytest.approx(0.5)
    assert rates["head.linear.weight"] == pytest.approx(3.0)


def test_frozen_stages_are_in_no_group(make_network, make_plan):
    plan = make_plan("ftf")
    network = make_network(plan)
    names = set(groups_by_name(network, make_optimiser(network, plan)))
    assert {name.split(".")[1] for name in names if "pieces" in name} == {"0"}


def test_biases_and_norms_do_not_decay(make_network, make_plan):
    plan = make_plan("ftt", weight_decay=0.3)
    network = make_network(plan)
    for name, group in groups_by_name(network, make_optimiser(network, plan)).items():
        one_dimensional = network.get_parameter(name).ndim <= 1
        assert group["weight_decay"] == (0.0 if one_dimensional else 0.3), name


def test_stages_that_are_pulled_do_not_decay_as_well(make_network, make_plan):
    pulled, fresh = make_plan("ftt", l2_sp=0.1), make_plan("ftt", l2_sp=0.1, init="random")
    for plan, decay in ((pulled, 0.0), (fresh, 0.01)):
        network = make_network(plan)
        groups = groups_by_name(network, make_optimiser(network, plan))
        assert groups["pieces.0.0.weight"]["weight_decay"] == decay
        assert groups["head.linear.weight"]["weight_decay"] == 0.01


def test_the_rate_rises_and_falls():
    shares = [share_of_rate(done / 100, 0.1) for done in range(101)]
    assert shares[0] == 0.0
    assert max(shares) == shares[10] == 1.0
    assert shares[10:] == sorted(shares[10:], reverse=True)
    assert shares[100] == pytest.approx(0.0)


@pytest.mark.parametrize("warm_up", [0.0, 1.0])
def test_warm_up_at_its_limits(warm_up):
    shares = [share_of_rate(done / 10, warm_up) for done in range(11)]
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert shares[0] == 1.0 - warm_up


def distance_after_training(make_trainer, plan):
    trainer = make_trainer(plan)
    starts = [one.detach().clone() for one in trainer.network.pieces.parameters()]
    trainer.run()
    ends = [one.detach() for one in trainer.network.pieces.parameters()]
    return sum(float((end - start).norm()) for start, end in zip(starts, ends, strict=True))


def test_a_stronger_pull_ends_nearer(make_trainer, make_plan):
    distances = [
        distance_after_training(
            make_trainer, make_plan("ftt", l2_sp=strength, weight_decay=0.0, validation=0.0)
        )
        for strength in (0.0, 5.0, 40.0)
    ]
    assert distances[0] > 1.05 * distances[1] > 1.05**2 * distances[2] > 0.0


def test_no_pull_leaves_all_alone(make_network, make_plan):
    plan = make_plan("ftt")
    pull = SourcePull.of(make_network(plan), plan)
    assert pull.pairs == ()


def test_the_pull_by_hand(make_network, make_plan):
    plan = scaled(make_plan("ftt", l2_sp=2.0), (1.0, 0.5, 1.0))
    network = make_network(plan)
    pull = SourcePull.of(network, plan)
    start = network.pieces[0][0].weight.detach().clone()
    head = network.head.linear.weight.detach().clone()
    with torch.no_grad():
        network.pieces[0][0].weight += 1.0
        network.pieces[1][0].weight.requires_grad_(False)
        network.pieces[1][0].weight += 1.0
        frozen = network.pieces[1][0].weight.detach().clone()
    pull.apply(0.1)
    torch.testing.assert_close(network.pieces[0][0].weight.detach(), start + 0.9)
    assert torch.equal(network.pieces[1][0].weight, frozen)
    assert torch.equal(network.head.linear.weight, head)


def test_random_stages_and_additions_are_not_pulled(make_network, make_plan):
    for plan in (make_plan("ftt", l2_sp=1.0, init="random"), make_plan("faa", "lora", l2_sp=1.0)):
        network = make_network(plan)
        pairs = SourcePull.of(network, plan).pairs
        assert not [one for one, _, _ in pairs if one.requires_grad]
