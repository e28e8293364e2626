"""Sources that begin with the same stages: what those compute, they compute once for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from headstart.backbones.identity import stage_identity

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone


def common_stages(backbones: Sequence[Backbone]) -> int:
    """How many leading stages are the same in all of them, to the last number.

    Parameters
    ----------
    backbones : sequence of Backbone
        At least one. Networks that prepare pictures in another way share nothing.
    """
    first, *others = backbones
    if any(one.source.preprocessing != first.source.preprocessing for one in others):
        return 0
    count = 0
    for alike in zip(*(one.stages for one in backbones), strict=False):
        if len({stage_identity(stage) for stage in alike}) > 1:
            break
        count += 1
    return count


def share_of_work(backbone: Backbone, cut: int) -> float:
    """The part of a network's operations that lies before a cut, from 0 to 1."""
    flops = [stage.flops for stage in backbone.stages]
    return sum(flops[:cut]) / max(sum(flops), 1.0)
