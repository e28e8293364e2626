"""Before each epoch: which stages are trained now, and which BatchNorms follow the batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from headstart.errors import PlanError
from headstart.training.adapters import trained_parameters

if TYPE_CHECKING:
    from headstart.plan import Plan, StagePlan
    from headstart.training.suffix import SuffixNetwork

_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def set_modes(network: SuffixNetwork, plan: Plan, epoch: int) -> None:
    """Let the stages change that the plan trains in ``epoch``; all others are frozen.

    Frozen means eval mode: BatchNorm statistics stay too.

    Parameters
    ----------
    network : SuffixNetwork
        Changed in place.
    plan : Plan
        With a training part.
    epoch : int
        Counted from 0.
    """
    network.train()
    network.head.requires_grad_(True)  # peft freezes all that it did not add
    for stage, piece in zip(plan.suffix, network.pieces, strict=True):
        active = stage.mode != "frozen" and epoch >= stage.from_epoch
        piece.train(active)
        trained = trained_parameters(piece, stage, plan.adapter) if active else set()
        for name, parameter in piece.named_parameters():
            parameter.requires_grad_(name in trained)
        if not _follows_batches(stage, plan):
            for module in piece.modules():
                if isinstance(module, _NORMS):
                    module.eval()


def check_processes(plan: Plan, count: int) -> None:
    """Refuse what several processes cannot do together: they agree once on who learns.

    Raises
    ------
    PlanError
        If stages are unfrozen one after the other and ``count`` is above 1.
    """
    late = [stage.name for stage in plan.suffix if stage.from_epoch and stage.mode != "frozen"]
    if count > 1 and late:
        raise PlanError(
            f"The plan unfreezes stages one after the other ({late[0]!r} later than epoch 0), "
            f"which {count} processes cannot do together. Train with one process, or begin all "
            "stages at epoch 0."
        )


def _follows_batches(stage: StagePlan, plan: Plan) -> bool:
    """Whether BatchNorm statistics of a stage are those of the batches.

    Random stages have none worth keeping. Additions and biases are small next to what shifted
    statistics would do.
    """
    if stage.init == "random":
        return True
    if stage.mode == "adapter" and plan.adapter is not None and plan.adapter.kind != "pointwise":
        return False
    return plan.training is not None and plan.training.statistics == "batch"
