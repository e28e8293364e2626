"""AdamW with a group for each stage, a cosine schedule, and the pull towards the source."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from headstart.plan import Plan, TrainingPlan
    from headstart.training.suffix import SuffixNetwork


def make_optimiser(network: SuffixNetwork, plan: Plan) -> torch.optim.AdamW:
    """AdamW over all parameters that the plan ever trains.

    Biases and norms (one-dimensional parameters) are not decayed, nor are stages that L2-SP pulls
    towards the source already.
    """
    training = _training(plan)
    groups = []
    for stage, piece in zip(plan.suffix, network.pieces, strict=True):
        if stage.mode != "frozen":
            pulled = training.l2_sp > 0 and stage.init == "pretrained"
            decay = 0.0 if pulled else training.weight_decay
            groups += _groups(piece, stage.lr_scale, decay)
    for part, scale in _learners(network.head):
        groups += _groups(part, scale * plan.head.lr_scale, training.weight_decay)
    return torch.optim.AdamW(groups, lr=training.learning_rate)


def _learners(head: nn.Module) -> Iterable[tuple[nn.Module, float]]:
    """Parts of a head that learn at rates of their own; a head that names none is one part."""
    return head.learners() if hasattr(head, "learners") else [(head, 1.0)]  # type: ignore[operator]


def _groups(module: nn.Module, scale: float, decay: float) -> list[dict[str, object]]:
    parameters = list(module.parameters())
    kinds = (
        ([one for one in parameters if one.ndim > 1], decay),
        ([one for one in parameters if one.ndim <= 1], 0.0),
    )
    return [
        {"params": some, "weight_decay": amount, "lr_scale": scale}
        for some, amount in kinds
        if some
    ]


def set_learning_rate(optimiser: torch.optim.Optimizer, plan: Plan, done: float) -> float:
    """Set each group's rate for the next step, and give the rate before the groups' factors.

    Parameters
    ----------
    optimiser : Optimizer
        Of :func:`make_optimiser`.
    plan : Plan
        With a training part.
    done : float
        Share of all steps that are over, 0 to 1.
    """
    training = _training(plan)
    rate = training.learning_rate * share_of_rate(done, training.warm_up)
    for group in optimiser.param_groups:
        group["lr"] = rate * group["lr_scale"]
    return rate


def share_of_rate(done: float, warm_up: float) -> float:
    """Rise in a line, then fall as half a cosine (Loshchilov and Hutter, *SGDR*, 2017).

    Examples
    --------
    >>> [round(share_of_rate(done, 0.2), 2) for done in (0.0, 0.1, 0.2, 0.6, 1.0)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    if done < warm_up:
        return done / warm_up
    rest = (done - warm_up) / (1.0 - warm_up) if warm_up < 1.0 else 0.0
    return 0.5 * (1.0 + math.cos(math.pi * min(rest, 1.0)))


@dataclass(frozen=True)
class SourcePull:
    """L2-SP: after each step, weights move a little back to where the source had them.

    Li, Grandvalet and Davoine, *Explicit inductive bias for transfer learning with convolutional
    networks*, 2018; decoupled from the gradient as in AdamW.

    Parameters
    ----------
    pairs : tuple of (Parameter, Tensor, float)
        A parameter, its value in the source, and its stage's ``lr_scale``.
    strength : float
        ``l2_sp`` of the plan.
    """

    pairs: tuple[tuple[nn.Parameter, Tensor, float], ...]
    strength: float

    @classmethod
    def of(cls, network: SuffixNetwork, plan: Plan) -> SourcePull:
        """Remember where the pretrained stages start."""
        training = _training(plan)
        if training.l2_sp == 0:
            return cls((), 0.0)
        pairs = [
            (parameter, parameter.detach().clone(), stage.lr_scale)
            for stage, piece in zip(plan.suffix, network.pieces, strict=True)
            if stage.mode != "frozen" and stage.init == "pretrained"
            for name, parameter in piece.named_parameters()
            if "lora_" not in name
        ]
        return cls(tuple(pairs), training.l2_sp)

    @torch.no_grad()
    def apply(self, rate: float) -> None:
        """Pull by ``rate * strength`` of the distance; ``rate`` is the present learning rate."""
        for parameter, start, scale in self.pairs:
            if parameter.requires_grad:
                parameter.lerp_(start, min(1.0, rate * scale * self.strength))


def _training(plan: Plan) -> TrainingPlan:
    if plan.training is None:
        raise ValueError("a plan that trains nothing has no optimiser")
    return plan.training
