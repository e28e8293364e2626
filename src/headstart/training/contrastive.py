"""Learning without labels: two views of a picture shall be more alike than views of two pictures.

SimCLR: Chen, Kornblith, Norouzi and Hinton, *A simple framework for contrastive learning of visual
representations*, 2020. To the training loop it is a loss like any other: a row holds two views, the
"scores" of a row are both views' projections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from headstart.training.linear_head import LinearHead, zero_head
from headstart.training.suffix import SuffixNetwork

if TYPE_CHECKING:
    from headstart.backbones.stages import Backbone
    from headstart.plan import Plan

#: Numbers of a projection.
_SIZE = 128


class Projection(nn.Module):
    """A layer, a norm and a layer: similarity is asked of what comes out, not of the vectors.

    Parameters
    ----------
    n_features : int
        Length of the pooled vectors.
    """

    def __init__(self, n_features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(n_features, n_features, bias=False),
            nn.BatchNorm1d(n_features),
            nn.ReLU(),
            nn.Linear(n_features, _SIZE),
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Directions of shape (n, 128), of length 1, for vectors of shape (n, n_features)."""
        with torch.autocast(vectors.device.type, enabled=False):
            return functional.normalize(self.layers(vectors.float()), dim=1)


class PairNetwork(SuffixNetwork):
    """A whole network under a projection, for rows of two views.

    Parameters
    ----------
    backbone : Backbone
        Its parameters are shared, so what is trained here changes there.
    plan : Plan
        Freezes no stage at the beginning, since views are pictures.
    """

    def __init__(self, backbone: Backbone, plan: Plan) -> None:
        sizes = [one.feature_size for one in backbone.stages if one.name in plan.head.stages]
        super().__init__(backbone, plan, zero_head(sum(sizes), np.zeros(1), is_shares=False))
        self.add_module("head", Projection(sum(sizes)))  # in the place of the linear one

    def forward(self, rows: Tensor) -> Tensor:
        """Both projections of each pair in a row, of shape (n, 256).

        Parameters
        ----------
        rows : Tensor of shape (n, 2 * size), uint8
            As :class:`~headstart.training.view_pairs.ViewPairs` gives them.
        """
        first, second = rows.chunk(2, dim=1)
        projected = super().forward(torch.cat([first, second]))
        return torch.cat(projected.chunk(2), dim=1)


@dataclass(frozen=True)
class PairLoss:
    """NT-Xent: cross-entropy of finding the other view among all other views of the batch.

    Parameters
    ----------
    temperature : float
        Above 0; the smaller, the more the most similar of the others count.

    Examples
    --------
    >>> alike = torch.tensor([[1.0, 0, 1, 0], [0, 1, 0, 1]])  # two pairs, each of equal views
    >>> swapped = torch.tensor([[1.0, 0, 0, 1], [0, 1, 1, 0]])
    >>> loss = PairLoss(temperature=1.0)
    >>> [round(float(loss.losses(one, one).mean()), 3) for one in (alike, swapped)]
    [0.551, 1.551]
    """

    temperature: float = 0.2

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float32]:
        """Nothing is to be known of a picture: a column of zeros."""
        return np.zeros((len(targets), 1), dtype=np.float32)

    def losses(self, scores: Tensor, goals: Tensor) -> Tensor:
        """Mean over both views of each pair, of shape (n,)."""
        likeness, others = self._likeness(scores)
        both = functional.cross_entropy(likeness, others, reduction="none")
        return both.view(2, -1).mean(dim=0)

    def judge(self, scores: Tensor, goals: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Losses, and the share of both views that find each other: both of shape (n,)."""
        likeness, others = self._likeness(scores.double())
        found = (likeness.argmax(dim=1) == others).double().view(2, -1).mean(dim=0)
        return self.losses(scores.double(), goals).numpy(), found.numpy()

    def inward(self, head: LinearHead) -> LinearHead:
        """The same head."""
        return head

    def outward(self, head: LinearHead) -> LinearHead:
        """The same head."""
        return head

    def _likeness(self, scores: Tensor) -> tuple[Tensor, Tensor]:
        """Similarities of shape (2n, 2n), none with itself, and where each other view stands."""
        views = torch.cat(scores.chunk(2, dim=1))
        likeness = views @ views.T / self.temperature
        itself = torch.eye(len(views), dtype=torch.bool, device=views.device)
        others = torch.arange(len(views), device=views.device).roll(len(views) // 2)
        return likeness.masked_fill(itself, -torch.inf), others
