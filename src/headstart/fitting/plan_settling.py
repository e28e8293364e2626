"""From what was asked for to a plan that names every stage, and the network that it starts from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headstart.errors import PlanError
from headstart.fitting.settings import Settings
from headstart.plan import Plan

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled


def assemble_for(settings: Settings) -> tuple[Assembled, Plan]:
    """Build the network, and name what the plan leaves open but cross-validation does not choose.

    Raises
    ------
    PlanError
        If the plan does not fit the stages of its source, or cannot be carried out.
    SourceError
        If the source cannot be had.
    """
    from headstart.backbones.assembly import assemble, load_assembled, randomise
    from headstart.training.modes import check_processes

    source = settings.source_to_read
    if isinstance(settings.plan, Plan):
        plan = settings.plan.with_training(**settings.training)
        assembled = assemble(plan, settings.weights, settings.seed)
    else:
        init = settings.plan.init
        weights = settings.weights if init == "pretrained" else None
        assembled = load_assembled(source, weights, init, settings.seed)
        names = assembled.backbone.stage_names
        plan = settings.plan.plan(source, names, settings.modality, **settings.training)
        if init == "pretrained":
            randomise(assembled, plan.stages, settings.seed)
    plan = settled(plan)
    check_processes(plan, settings.processes)
    return assembled, plan


def assemble_for_search(settings: Settings) -> Assembled:
    """The pretrained network, whose cut is to be found."""
    from headstart.backbones.assembly import load_assembled

    source = settings.source_to_read
    return load_assembled(source, settings.weights)


def settled(plan: Plan) -> Plan:
    """The plan with the stages of its head named, in their order.

    Raises
    ------
    PlanError
        If the plan freezes all stages and mixes pretrained and random ones, or its head reads a
        stage before the cut.
    """
    from headstart.training.suffix import check_head

    if not plan.suffix:
        if len({stage.init for stage in plan.stages}) > 1:
            raise PlanError(
                "The plan mixes pretrained and random stages and trains none of them. Accepted: "
                "all stages frozen with the same init, or the random ones trained. Set their mode "
                "to train, or give all the same init."
            )
        return plan
    names = [stage.name for stage in plan.stages]
    read = sorted(plan.head.stages or names[-1:], key=names.index)
    plan = plan.with_head(replace(plan.head, stages=tuple(read)))
    check_head(plan)
    return plan
