"""The suffix under the heads of several targets, whose weights in the sum of losses are learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from headstart.training.linear_head import LinearHead
from headstart.training.several_losses import columns_of, with_log_variances
from headstart.training.suffix import SuffixNetwork, TrainableHead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headstart.backbones.stages import Backbone
    from headstart.plan import Plan

#: A log-variance is one number that has to follow its loss within few steps.
_RATE = 25.0


class LogVariances(nn.Module):
    """A learned number a target."""

    def __init__(self, values: Tensor) -> None:
        super().__init__()
        self.values = nn.Parameter(values)


class TrainableHeads(TrainableHead):
    """Heads side by side, and a log-variance a target behind them.

    Parameters
    ----------
    head : LinearHead
        Its last ``n_targets`` columns are log-variances: their bias is taken.
    n_targets : int
        How many there are.
    """

    def __init__(self, head: LinearHead, n_targets: int) -> None:
        super().__init__(columns_of(head, slice(None, -n_targets)))
        self.variances = LogVariances(torch.tensor(head.bias[-n_targets:], dtype=torch.float32))

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores of shape (n, n_outputs + n_targets)."""
        scores = super().forward(vectors)
        behind = self.variances.values.expand(*scores.shape[:-1], -1)
        return torch.cat([scores, behind], dim=-1)

    def to_linear_head(self) -> LinearHead:
        """The numbers alone, with the columns that it was made of."""
        values = self.variances.values.detach().cpu().double().numpy().copy()
        return with_log_variances(super().to_linear_head(), values)

    def learners(self) -> Iterator[tuple[nn.Module, float]]:
        """The heads as usual, the log-variances faster."""
        yield self.linear, 1.0
        yield self.variances, _RATE


class SeveralHeadsNetwork(SuffixNetwork):
    """The stages after the cut, and the heads of several targets.

    The other parameters are those of :class:`~headstart.training.suffix.SuffixNetwork`.

    Parameters
    ----------
    n_targets : int
        How many there are.
    """

    def __init__(self, backbone: Backbone, plan: Plan, head: LinearHead, n_targets: int) -> None:
        super().__init__(backbone, plan, head)
        self.head = TrainableHeads(head, n_targets)


@dataclass(frozen=True)
class SeveralHeads:
    """Makes the network for so many targets; can be sent to another process."""

    n_targets: int

    def __call__(self, backbone: Backbone, plan: Plan, head: LinearHead) -> SeveralHeadsNetwork:
        """Put stages and heads together."""
        return SeveralHeadsNetwork(backbone, plan, head, self.n_targets)
