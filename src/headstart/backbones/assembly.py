"""The network that a plan asks for: pretrained stages, random stages, or some of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headstart.backbones.catalogue import load_network
from headstart.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from headstart.backbones.source import Source
    from headstart.backbones.stages import Backbone
    from headstart.plan import Init, Plan, StagePlan


@dataclass(frozen=True)
class Assembled:
    """A source's network and the same cut into stages; they share their parameters.

    Parameters
    ----------
    network : Module
        The whole, its source's head included.
    backbone : Backbone
        In eval mode and frozen.
    """

    network: nn.Module
    backbone: Backbone

    @property
    def source(self) -> Source:
        """The facts that travel with the weights."""
        return self.backbone.source


def load_assembled(
    name: str, weights: str | None = None, init: Init = "pretrained", seed: int = 0
) -> Assembled:
    """A source's network, whole and in stages; see :func:`load_network`."""
    from headstart.backbones.discovery import cut_into_stages

    network, source = load_network(name, weights, init, seed)
    return Assembled(network, cut_into_stages(network, source))


def assemble(plan: Plan, weights: str | None = None, seed: int = 0) -> Assembled:
    """Build the network with the weights that each stage of the plan starts from.

    Parameters
    ----------
    plan : Plan
        Names every stage of its source.
    weights : str or None
        A local file of weights for the source.
    seed : int
        Of the random stages.

    Raises
    ------
    PlanError
        If the plan's stages are not those of its source.
    SourceError
        If the source is unknown, or its weights cannot be had.
    """
    if {stage.init for stage in plan.stages} == {"random"}:
        assembled = load_assembled(plan.source, init="random", seed=seed)
        check_stages(plan, assembled.backbone.stage_names)
        return assembled
    assembled = load_assembled(plan.source, weights)
    check_stages(plan, assembled.backbone.stage_names)
    randomise(assembled, plan.stages, seed)
    return assembled


def randomise(assembled: Assembled, stages: Sequence[StagePlan], seed: int) -> None:
    """Give the random stages of a pretrained network weights that learned nothing."""
    if all(stage.init == "pretrained" for stage in stages):
        return
    fresh = load_assembled(assembled.source.name, init="random", seed=seed).backbone
    for stage, own, other in zip(stages, assembled.backbone.pieces, fresh.pieces, strict=True):
        if stage.init == "random":
            own.load_state_dict(other.state_dict())


def check_stages(plan: Plan, known: Sequence[str]) -> None:
    """Refuse a plan that was made for other stages.

    Raises
    ------
    PlanError
        Naming the stage that is unknown or left out.
    """
    named = [stage.name for stage in plan.stages]
    unknown = [name for name in named if name not in known]
    if unknown:
        raise PlanError(
            f"The plan names stage {unknown[0]!r}, which its source does not have. Stages: "
            f"{', '.join(known)}. Correct the plan, or choose the source that it was made for."
        )
    if named != list(known):
        missing = [name for name in known if name not in named]
        what = f"leaves out stage {missing[0]!r}" if missing else "names the stages out of order"
        raise PlanError(
            f"The plan {what}. A plan that trains names every stage of its source in order: "
            f"{', '.join(known)}. Add or move the entries."
        )
