"""What a trial will cost."""

from __future__ import annotations

import pytest

from headstart.advice.trial_cost import CostModel, judging_flops, step_flops
from headstart.strategies import read_plan_name

STAGES = ("stem", "middle", "top")
FLOPS = (4e9, 2e9, 1e9)


def plan(text, **training):
    return read_plan_name(text).plan("x/y", STAGES, **training)


def cost_of(**values):
    return CostModel(FLOPS, **{"n_train": 80, "n_valid": 20, "row_seconds": 0.0, **values})


@pytest.mark.parametrize(
    ("text", "flops"), [("probe", 0.0), ("freeze:2", 3e9), ("freeze:1", 9e9), ("full", 21e9)]
)
def test_flops_of_a_step(text, flops):
    assert step_flops(plan(text), FLOPS) == flops


def test_few_parameters_still_need_the_whole_way_back():
    assert 0.6 < step_flops(plan("bias"), FLOPS) / step_flops(plan("full"), FLOPS) < 1.0


def test_judging_goes_through_the_suffix_once():
    assert judging_flops(plan("freeze:1"), FLOPS) == 3e9


def test_more_epochs_cost_more():
    cost = cost_of(n_valid=0)
    assert cost.seconds(plan("full", epochs=6)) == 2 * cost.seconds(plan("full", epochs=3))


def test_a_slow_step_makes_all_plans_dearer():
    cost = cost_of()
    before = cost.seconds(plan("full"))
    cost.learn(plan("freeze:2"), step_seconds=16 * 3e9 * 1e-11 + 0.5)
    n_steps = 5 * 5
    assert cost.seconds(plan("full")) - before == pytest.approx(0.5 * n_steps)


def test_two_trials_tell_what_a_flop_costs():
    cost = cost_of(n_valid=0)
    for name, flops in (("freeze:2", 3e9), ("freeze:1", 9e9)):
        cost.learn(plan(name), step_seconds=0.1 + 16 * flops * 1e-10)
    assert cost.seconds(plan("full")) == pytest.approx(25 * (0.1 + 16 * 21e9 * 1e-10))


@pytest.mark.parametrize("seconds", [1e-6, 1e-3])
def test_a_machine_quicker_than_expected(seconds):
    cost = cost_of()
    before = cost.seconds(plan("full"))
    cost.learn(plan("freeze:2"), step_seconds=seconds)
    assert cost.seconds(plan("full")) == before


def test_steps_that_contradict_each_other():
    cost = cost_of()
    cost.learn(plan("freeze:2"), step_seconds=9.0)
    cost.learn(plan("full"), step_seconds=4.0)
    assert 0.0 < cost.seconds(plan("freeze:2")) < cost.seconds(plan("full")) < 1000.0


def test_a_trial_that_made_no_step_tells_nothing():
    cost = cost_of(row_seconds=0.1)
    before = cost.seconds(plan("full"))
    cost.learn(plan("full"), None)
    assert cost.seconds(plan("full")) == before


def test_states_of_all_views_are_made_first():
    cost = cost_of(row_seconds=0.1)
    views = cost.seconds(plan("freeze:2", views=("original", "mirrored", "closer")))
    assert views - cost.seconds(plan("freeze:2", views=("original",))) == pytest.approx(20.0)


def test_states_at_a_cut_are_made_once():
    cost = cost_of(row_seconds=1.0)
    both = cost.seconds(plan("full")), cost.seconds(plan("freeze:1"))
    cost.learn(plan("pointwise"), step_seconds=1e-9)
    assert both[0] - cost.seconds(plan("full")) == pytest.approx(200.0)
    assert cost.seconds(plan("freeze:1")) == pytest.approx(both[1])
