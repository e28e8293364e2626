"""The plan of a fit whose head reads maps, and of its twin without transfer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headstart.activations.views import check_views
from headstart.backbones.taps import Tap
from headstart.errors import PlanError
from headstart.fitting.place_plan import as_read, place_plan, twin_plan
from headstart.plan import Plan, StagePlan, TrainingPlan
from headstart.strategies import STRATEGIES, read_plan_name
from headstart.tasks.registry import PLACE_TASKS
from headstart.training.place_training import check_places_plan

STAGES = ("stem", "one", "two", "three", "top")
ARGUMENTS = {"freeze": ":2", "copy": ":2"}
NAMES = [*(name + ARGUMENTS.get(name, "") for name in STRATEGIES), "freeze:-1", "lora:2"]


def planned(name, task="detection", n_train=100, **training):
    return place_plan(read_plan_name(name), task, "x/net@64x96", STAGES, n_train, training)


def test_every_task_has_a_recipe_that_can_be_carried_out():
    for task in PLACE_TASKS.values():
        check_views(task.recipe.training.views, whole=True)
        assert task.recipe.training.mixup == 0


@pytest.mark.parametrize("task", PLACE_TASKS)
@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_more_pictures_have_no_more_epochs(task, one, other):
    few, many = sorted((one, other))
    recipe = PLACE_TASKS[task].recipe
    assert 8 <= recipe.epochs(many) <= recipe.epochs(few) <= 100


@pytest.mark.parametrize("task", PLACE_TASKS)
def test_the_steps_are_as_many_whatever_the_number_of_pictures(task):
    recipe = PLACE_TASKS[task].recipe
    for count in (100, 200, 400):
        wanted = recipe.steps + recipe.steps_a_class
        steps = recipe.epochs(count) * -(-count // recipe.training.batch_size)
        assert steps == pytest.approx(wanted, rel=0.15)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("training", [{}, {"epochs": 2}, {"epochs": 1}])
def test_every_name_gives_a_plan_that_can_be_carried_out_and_has_a_twin(name, training):
    plan = planned(name, **training)
    check_places_plan(plan)
    assert [stage.name for stage in plan.stages] == [*STAGES]
    assert plan.source == "x/net@64x96"
    assert plan.training.epochs == training.get(
        "epochs", PLACE_TASKS["detection"].recipe.epochs(100)
    )
    assert Plan.from_dict(plan.to_dict()) == plan
    twin = twin_plan(plan)
    assert not twin.transfers
    assert twin.adapter is None
    assert (twin.cut, twin.training, twin.head) == (plan.cut, plan.training, plan.head)
    assert Plan.from_dict(twin.to_dict()) == twin


def test_stages_that_are_unfrozen_one_after_the_other_take_all_epochs_for_it():
    plan = planned("gradual", n_train=100)
    starts = [stage.from_epoch for stage in plan.stages]
    assert starts == sorted(starts, reverse=True)
    assert plan.training.epochs / 2 < max(starts) < plan.training.epochs


def test_what_the_source_learned_changes_slowly():
    plan = planned("full")
    usual = read_plan_name("full").plan("x/net@64x96", STAGES)
    for one, other in zip(plan.stages, usual.stages, strict=True):
        assert one.lr_scale == pytest.approx(0.1 * other.lr_scale)
    assert {stage.lr_scale for stage in planned("scratch").stages} == {1.0}
    assert planned("probe").stages == read_plan_name("probe").plan("x/net@64x96", STAGES).stages


def test_a_plan_of_ones_own_is_kept_but_for_source_and_head():
    stages = tuple(StagePlan(name, mode="train", lr_scale=0.7) for name in STAGES)
    training = TrainingPlan(epochs=7, learning_rate=0.5)
    own = Plan("x/net", stages, training=training)
    plan = place_plan(own, "detection", "x/net@64x96", STAGES, 50, {"epochs": 3})
    assert plan.stages == stages
    assert plan.source == "x/net@64x96"
    assert (plan.training.epochs, plan.training.learning_rate) == (3, 0.5)
    bare = Plan("x/net", tuple(StagePlan(name) for name in STAGES))
    trained = place_plan(bare, "segmentation", "x/net@64x96", STAGES, 50, {})
    assert trained.training.views == PLACE_TASKS["segmentation"].recipe.training.views


def test_values_that_no_training_takes_are_refused():
    with pytest.raises(PlanError, match=r"epochs of the training .*0"):
        planned("probe", epochs=0)
    with pytest.raises(PlanError, match="speed"):
        planned("probe", speed=3)


def test_boxes_cannot_be_mixed_and_heads_have_to_be_trained():
    with pytest.raises(PlanError, match=r"mixup of the training is 0.5; .*accepted is 0"):
        check_places_plan(planned("probe", mixup=0.5))
    bare = Plan("x/net", tuple(StagePlan(name) for name in STAGES))
    with pytest.raises(PlanError, match=r"no training part.*with_training"):
        check_places_plan(bare)


def tap_at(place):
    return Tap(STAGES[place], place, 32, 32.0, 8, "channels first", (2, 2))


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_says_what_is_done_to_stages_that_nobody_reads(name):
    plan = planned(name)
    assert as_read(plan, [tap_at(4), tap_at(1)]) == plan
    for last in range(4):
        read = as_read(plan, [tap_at(0), tap_at(last)])
        assert read.stages[: last + 1] == plan.stages[: last + 1]
        assert all(one.mode == "frozen" or one.init == "random" for one in read.stages[last + 1 :])
        assert [one.init for one in read.stages] == [one.init for one in plan.stages]
        check_places_plan(read)
        assert twin_plan(read).training == read.training
