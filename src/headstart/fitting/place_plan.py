"""The plan of a fit whose head reads maps: which stages, and how the head is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headstart.plan import HeadPlan, Plan, StagePlan, TrainingPlan, changed_training
from headstart.strategies import PlanName
from headstart.tasks.registry import PLACE_TASKS

if TYPE_CHECKING:
    from headstart.backbones.taps import Tap

#: Pretrained stages learn so much more slowly than a new head.
_PRETRAINED_RATE = 0.1


def place_plan(
    asked: Plan | PlanName,
    task: str,
    source: str,
    stages: Sequence[str],
    n_train: int,
    training: Mapping[str, Any],
    n_classes: int = 1,
) -> Plan:
    """The plan with a training part; which stages the head reads is told later.

    Parameters
    ----------
    asked : Plan or PlanName
        What the user wants.
    task : str
        Name of the task.
    source : str
        With its canvas.
    stages : sequence of str
        Of the source.
    n_train : int
        Pictures that are learned from.
    training : mapping
        Fields that are to be other than usual.
    n_classes : int
        That are told apart.

    Raises
    ------
    PlanError
        If the plan does not fit the stages, or a value is not accepted.
    """
    recipe = PLACE_TASKS[task].recipe
    usual = replace(recipe.training, epochs=recipe.epochs(n_train, n_classes))
    if isinstance(asked, Plan):
        named = replace(asked, source=source, head=HeadPlan(start="zero"))
        whole = named.training or usual
        return replace(named, training=changed_training(whole, training))
    plan = asked.plan(source, stages, "image")
    settled = changed_training(usual, training)
    entries = tuple(_at_its_rate(stage) for stage in _in_time(plan, settled.epochs))
    return replace(plan, stages=entries, head=HeadPlan(start="zero"), training=settled)


def validation_share(asked: Plan | PlanName, training: Mapping[str, Any]) -> float:
    """The share of the training pictures that is held back, known before the plan is.

    Parameters
    ----------
    asked : Plan or PlanName
        What the user wants.
    training : mapping
        Fields that are to be other than usual.
    """
    usual = asked.training if isinstance(asked, Plan) and asked.training else TrainingPlan()
    return changed_training(usual, training).validation


def _in_time(plan: Plan, epochs: int) -> tuple[StagePlan, ...]:
    """Stages that are unfrozen one after the other are so at the same shares of all epochs."""
    before = plan.training.epochs if plan.training else epochs
    return tuple(
        replace(stage, from_epoch=stage.from_epoch * epochs // before) for stage in plan.stages
    )


def _at_its_rate(stage: StagePlan) -> StagePlan:
    if stage.mode == "frozen" or stage.init == "random":
        return stage
    return replace(stage, lr_scale=stage.lr_scale * _PRETRAINED_RATE)


def as_read(plan: Plan, taps: Sequence[Tap]) -> Plan:
    """The plan as it is carried out: what comes after the last stage that is read learns nothing.

    Parameters
    ----------
    plan : Plan
        As it was asked for.
    taps : sequence of Tap
        What the head reads.
    """
    last = max(tap.index for tap in taps)
    stages = tuple(
        replace(stage, mode="frozen") if place > last and stage.init == "pretrained" else stage
        for place, stage in enumerate(plan.stages)
    )
    return replace(plan, stages=stages)


def twin_plan(plan: Plan) -> Plan:
    """The same plan without anything that the source learned: what it trains starts at random."""
    stages = tuple(
        StagePlan(stage.name, "random", "frozen" if place < plan.cut else "train")
        for place, stage in enumerate(plan.stages)
    )
    return replace(plan, stages=stages, adapter=None)
