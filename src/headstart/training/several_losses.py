"""What a network with several heads makes small: a masked, weighted sum of the targets' losses.

Scores and goals have the columns of all heads side by side, and behind them one column a target:
in the goals whether that sample has that target, in the scores the logarithm of the target's
variance, which training learns where the weights are to follow from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.linear_head import LinearHead
from headstart.training.losses import SquaredError, TrainingLoss
from headstart.training.multi_label import side_by_side

if TYPE_CHECKING:
    from torch import Tensor

#: A mixture of two samples has a target if both have it.
_THERE = 0.999
#: Log-variances stay within this distance of 0: no target drowns the others.
_FARTHEST = 4.0


@dataclass(frozen=True)
class TargetLoss:
    """One target's part of the sum.

    Parameters
    ----------
    loss : TrainingLoss
        Of its task.
    n_outputs : int
        Columns of its head.
    weight : float or None
        A fixed one, at least 0; None: it follows from the log-variance.
    """

    loss: TrainingLoss
    n_outputs: int
    weight: float | None = None


@dataclass(frozen=True)
class SeveralLosses:
    """The sum over targets, each over the samples that have it.

    With learned weights a target's loss is multiplied by ``exp(-s)`` (half of that for squared
    errors) and ``s / 2`` is added, where ``s`` is its log-variance: Kendall, Gal and Cipolla,
    *Multi-task learning using uncertainty to weigh losses*, 2018, equations 7 to 10.

    Parameters
    ----------
    parts : tuple of TargetLoss
        In the order of the heads.
    """

    parts: tuple[TargetLoss, ...]

    @property
    def n_outputs(self) -> int:
        """Columns of all heads, without those behind them."""
        return sum(one.n_outputs for one in self.parts)

    @property
    def columns(self) -> tuple[slice, ...]:
        """Of each target's head."""
        ends = np.cumsum([one.n_outputs for one in self.parts]).tolist()
        return tuple(
            slice(end - one.n_outputs, end) for end, one in zip(ends, self.parts, strict=True)
        )

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float32]:
        """They are made by :meth:`goals_of`."""
        return np.asarray(targets, dtype=np.float32)

    def goals_of(
        self, n_rows: int, rows: Sequence[NDArray[np.intp]], targets: Sequence[NDArray[Any]]
    ) -> NDArray[np.float32]:
        """Goals of shape (n_rows, n_outputs + n_targets), 0 where a target is missing.

        Parameters
        ----------
        n_rows : int
            Samples in all.
        rows : sequence of ndarray of shape (n_labelled,)
            Of each target: the samples that have it.
        targets : sequence of ndarray of shape (n_labelled,) or (n_labelled, n_labels)
            As its task encodes them.
        """
        goals = np.zeros((n_rows, self.n_outputs + len(self.parts)), dtype=np.float32)
        for place, (part, columns) in enumerate(zip(self.parts, self.columns, strict=True)):
            goals[rows[place], columns] = part.loss.goals(targets[place])
            goals[rows[place], self.n_outputs + place] = 1.0
        return goals

    def losses(self, scores: Tensor, goals: Tensor) -> Tensor:
        """What is minimised, of shape (n,); a missing target adds nothing and pulls at nothing."""
        total = scores.new_zeros(len(scores))
        for place, (part, columns) in enumerate(zip(self.parts, self.columns, strict=True)):
            there = goals[:, self.n_outputs + place] > _THERE
            losses = part.loss.losses(scores[:, columns], goals[:, columns])
            if part.weight is None:
                variance = scores[:, self.n_outputs + place].clamp(-_FARTHEST, _FARTHEST)
                half = 0.5 if isinstance(part.loss, SquaredError) else 1.0
                losses = half * (-variance).exp() * losses + 0.5 * variance
            else:
                losses = part.weight * losses
            total = total + losses.where(there, losses.new_zeros(()))
        return total / len(self.parts)

    def each(self, scores: Tensor, goals: Tensor) -> Tensor:
        """Mean loss of each target over the samples that have it, shape (n_targets,); else NaN."""
        found = []
        for place, (part, columns) in enumerate(zip(self.parts, self.columns, strict=True)):
            there = goals[:, self.n_outputs + place] > _THERE
            found.append(
                part.loss.losses(scores[there][:, columns], goals[there][:, columns]).mean()
            )
        return _stacked(found)

    def judge(self, scores: Tensor, goals: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Plain losses and merits: their means over the samples are means over the targets."""
        losses, merits = np.zeros(len(scores)), np.zeros(len(scores))
        known = (goals[:, self.n_outputs :] > _THERE).numpy()
        told = max(int(known.any(axis=0).sum()), 1)
        for place, (part, columns) in enumerate(zip(self.parts, self.columns, strict=True)):
            rows = np.flatnonzero(known[:, place])
            if not len(rows):
                continue
            found = part.loss.judge(scores[rows][:, columns], goals[rows][:, columns])
            share = len(scores) / (len(rows) * told)
            losses[rows] += share * found[0]
            merits[rows] += share * found[1]
        return losses, merits

    def inward(self, head: LinearHead) -> LinearHead:
        """Each target's columns in the units of its goals."""
        return self._each(head, "inward")

    def outward(self, head: LinearHead) -> LinearHead:
        """Each target's columns in the units of the target."""
        return self._each(head, "outward")

    def _each(self, head: LinearHead, way: str) -> LinearHead:
        turned = [
            getattr(part.loss, way)(columns_of(head, columns))
            for part, columns in zip(self.parts, self.columns, strict=True)
        ]
        behind = columns_of(head, slice(self.n_outputs, None))
        return side_by_side([*turned, behind])

    def log_variances(self, losses: Sequence[float | None]) -> NDArray[np.float64]:
        """Where they start: at what would be best for losses that are known, shape (n_targets,).

        Parameters
        ----------
        losses : sequence of float or None
            Of each target's head on samples held out; None: not known.
        """
        half = [0.5 if isinstance(part.loss, SquaredError) else 1.0 for part in self.parts]
        known = [1.0 if one is None else max(one, 1e-3) for one in losses]
        best = np.log([2.0 * share * one for share, one in zip(half, known, strict=True)])
        return np.clip(best, -_FARTHEST / 2, _FARTHEST / 2)


def columns_of(head: LinearHead, columns: slice) -> LinearHead:
    """Some of a head's columns.

    Examples
    --------
    >>> head = LinearHead(np.zeros(1), np.ones(1), np.array([[1.0, 2.0]]), np.array([3.0, 4.0]))
    >>> columns_of(head, slice(1, 2)).bias.tolist()
    [4.0]
    """
    return replace(head, weights=head.weights[:, columns], bias=head.bias[columns])


def with_log_variances(head: LinearHead, log_variances: NDArray[np.float64]) -> LinearHead:
    """The heads with a column a target behind them that says its log-variance of every sample."""
    nothing = np.zeros((len(head.mean), len(log_variances)))
    variances = replace(head, weights=nothing, bias=np.asarray(log_variances))
    return side_by_side([head, variances])


def _stacked(tensors: Sequence[Tensor]) -> Tensor:
    import torch

    return torch.stack(list(tensors))
