"""Sources that begin with the same stages: what those compute, they compute once for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from headstart.backbones.identity import stages_digest

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
    for stop in range(1, min(len(one.stages) for one in backbones) + 1):
        if len({stages_digest(one, stop) for one in backbones}) > 1:
            break
        count = stop
    return count


def share_of_work(backbone: Backbone, cut: int) -> float:
    """The part of a network's operations that lies before a cut, from 0 to 1."""
    flops = [stage.flops for stage in backbone.stages]
    return sum(flops[:cut]) / max(sum(flops), 1.0)
