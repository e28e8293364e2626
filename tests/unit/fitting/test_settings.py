"""What a fit is asked for, and what cannot be asked."""

from __future__ import annotations

import pytest

from headstart.errors import InputError, PlanError
from headstart.fitting import Settings
from headstart.plan import Plan, StagePlan, frozen_plan
from headstart.strategies import read_plan_name


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.5, 2.0, float("nan")])
def test_a_share_at_fault(fraction):
    with pytest.raises(InputError, match=f"test_size is {fraction!r}; it must be a share above 0"):
        Settings(test_fraction=fraction)


def test_a_seed_below_zero():
    with pytest.raises(InputError, match="The seed is -1; it must be a whole number of at least 0"):
        Settings(seed=-1)


@pytest.mark.parametrize("plan", ["full", None, 3])
def test_a_plan_is_no_text_below_the_edge(plan):
    with pytest.raises(PlanError, match=f"The plan is {plan!r}; accepted: a Plan, or a name"):
        Settings(plan=plan)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"processes": 0}, "The processes is 0; it must be a whole number of at least 1"),
        ({"states": "often"}, "The states are 'often'; accepted: auto, store, recompute"),
    ],
)
def test_circumstances_at_fault(values, message):
    with pytest.raises(InputError, match=message):
        Settings(**values)


@pytest.mark.parametrize("plan", ["auto", "full"])
def test_training_at_fault_is_refused_whatever_the_plan(plan):
    with pytest.raises(PlanError, match=r"epochs of the training is 0; .* at least 1"):
        Settings(plan=read_plan_name(plan), training={"epochs": 0})


@pytest.mark.parametrize("plan", [read_plan_name("probe"), frozen_plan("tiny/net", ["a"])])
def test_training_that_does_not_take_place_cannot_be_changed(plan):
    message = r"trains no stage, so the batch size and epochs of the training would change nothing"
    with pytest.raises(PlanError, match=message):
        Settings(plan=plan, training={"batch_size": 4, "epochs": 3})


def test_only_classical_features_have_no_weights():
    assert Settings(plan=frozen_plan("classical", ["pixels"], "none")).init == "none"
    assert Settings("classical").init == "none"
    with pytest.raises(PlanError, match=r"stage 'a' of 'tiny/net' has no weights; accepted: "):
        Settings(plan=frozen_plan("tiny/net", ["a"], "none"))


@pytest.mark.parametrize(
    "values",
    [{"plan": read_plan_name("full")}, {"weights": "w.safetensors"}, {"random_twin": True}],
)
def test_classical_features_have_nothing_to_train_or_to_load(values):
    with pytest.raises(PlanError, match=r"The source 'classical' is no network, so there is nothi"):
        Settings("classical", **values)


def test_weights_need_a_source():
    with pytest.raises(InputError, match=r"'w\.safetensors' is given without a source"):
        Settings(weights="w.safetensors")


def test_a_plan_names_the_source_of_weights():
    plan = frozen_plan("torchvision/resnet18", ["layer1"])
    assert Settings(plan=plan, weights="w.safetensors").source_name("auto") == plan.source


@pytest.mark.parametrize("init", ["pretrained", "random"])
def test_the_stages_say_where_weights_come_from(init):
    assert Settings(plan=frozen_plan("tiny/net", ["a", "b"], init)).init == init


@pytest.mark.parametrize("name", ["auto", "probe"])
def test_named_plans_that_freeze_all(name):
    settings = Settings(plan=read_plan_name(name))
    assert settings.init == "pretrained"
    assert not settings.trains


@pytest.mark.parametrize("name", ["full", "freeze:3", "scratch"])
def test_named_plans_that_train(name):
    assert Settings(plan=read_plan_name(name)).trains


def test_the_stages_of_a_plan_say_whether_it_trains():
    assert not Settings(plan=frozen_plan("tiny/net", ["a"])).trains
    assert Settings(plan=Plan("tiny/net", (StagePlan("a"), StagePlan("b", mode="train")))).trains


def test_a_plan_for_another_source():
    plan = frozen_plan("tiny/net", ["a"])
    with pytest.raises(PlanError, match="source is 'tiny/other', but the plan is one for"):
        Settings(source="tiny/other", plan=plan).source_name("x/y")
    assert Settings(plan=plan).source_name("x/y") == "tiny/net"
    assert Settings().source_name("x/y") == "x/y"


@pytest.mark.parametrize(
    ("values", "vouched", "twin"),
    [
        ({}, True, False),
        ({"random_twin": True}, True, True),
        ({"source": "run:mine"}, False, True),
        ({"source": "x/y", "weights": "w.safetensors"}, False, True),
        ({"source": "run:mine", "plan": read_plan_name("scratch")}, False, False),
        ({"plan": frozen_plan("run:mine", ["a"])}, False, True),
        ({"plan": frozen_plan("run:mine", ["a"], "random")}, False, False),
        ({"source": "run:mine", "time_limit": 60.0}, False, False),
    ],
)
def test_who_is_vouched_for_and_who_is_compared_with_a_twin(values, vouched, twin):
    settings = Settings(**values)
    assert (settings.is_vouched_for, settings.needs_twin) == (vouched, twin)
