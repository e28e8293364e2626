"""What a fit is asked for, and what cannot be asked."""

from __future__ import annotations

import pytest

from headstart.errors import InputError, PlanError
from headstart.fitting import Settings
from headstart.plan import Plan, StagePlan, frozen_plan


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.5, 2.0, float("nan")])
def test_a_share_at_fault(fraction):
    with pytest.raises(InputError, match=f"test_size is {fraction!r}; it must be a share above 0"):
        Settings(test_fraction=fraction)


def test_a_seed_below_zero():
    with pytest.raises(InputError, match="The seed is -1; it must be a whole number of at least 0"):
        Settings(seed=-1)


@pytest.mark.parametrize("plan", ["full", "freeze:3", "", None])
def test_a_plan_that_is_not_there(plan):
    with pytest.raises(PlanError, match=f"The plan is {plan!r}; accepted: auto, probe"):
        Settings(plan=plan)


def test_weights_need_a_source():
    with pytest.raises(InputError, match=r"'w\.safetensors' is given without a source"):
        Settings(weights="w.safetensors")


@pytest.mark.parametrize("init", ["pretrained", "random"])
def test_the_stages_say_where_weights_come_from(init):
    assert Settings(plan=frozen_plan("tiny/net", ["a", "b"], init)).init == init


@pytest.mark.parametrize("plan", ["auto", "probe"])
def test_named_plans_are_pretrained(plan):
    assert Settings(plan=plan).init == "pretrained"


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ((StagePlan("a"), StagePlan("b", mode="train")), "The plan trains stage 'b'"),
        ((StagePlan("a", "random"), StagePlan("b")), "The plan mixes pretrained and random"),
    ],
)
def test_plans_that_cannot_be_carried_out_yet(stages, message):
    with pytest.raises(PlanError, match=f"{message}; accepted now: all stages frozen"):
        _ = Settings(plan=Plan("tiny/net", stages)).init
