"""How much each target's step helps the others, measured while one network learns them all.

Fifty, Amid, Zhao, Yu, Anil and Finn, *Efficiently identifying task groupings for multi-task
learning*, 2021: before a step of the training, the shared weights take a step for one target
alone, and what that does to the losses of all is looked at; then they are put back.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from headstart.training.loop import Trainer
from headstart.training.several_losses import SeveralLosses

if TYPE_CHECKING:
    from headstart.training.batches import Batch

#: Steps from one measurement to the next.
_EVERY = 5
_MEASURED, _SECONDS, _STEPS = "measured", "seconds", "steps"


@dataclass
class Affinities:
    """What was measured, step by step.

    Parameters
    ----------
    measured : list of ndarray of shape (n_targets, n_targets)
        Share of a target's loss (column) that a step for another one (row) takes away; NaN where
        no sample of the batch has one of both.
    seconds : float
        What measuring took.
    """

    measured: list[NDArray[np.float64]] = field(default_factory=list)
    seconds: float = 0.0

    def mean(self) -> NDArray[np.float64]:
        """Over all steps, shape (n_targets, n_targets); 0 where nothing was measured.

        Examples
        --------
        >>> some = [np.array([[0.5, np.nan]]), np.array([[0.25, np.nan]])]
        >>> Affinities(some).mean().tolist()
        [[0.375, 0.0]]
        """
        stacked = np.stack(self.measured)
        there = np.isfinite(stacked)
        total = np.where(there, stacked, 0.0).sum(axis=0)
        return np.asarray(total / np.maximum(there.sum(axis=0), 1))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What a training that is broken off has to keep of it.

        Examples
        --------
        >>> copy = Affinities()
        >>> copy.recall(Affinities([np.array([[0.5, 0.25]])], 2.0).to_arrays())
        >>> copy.mean().tolist(), copy.seconds
        ([[0.5, 0.25]], 2.0)
        """
        stacked = np.stack(self.measured) if self.measured else np.empty((0, 0, 0))
        return {_MEASURED: stacked, _SECONDS: np.array([self.seconds])}

    def recall(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Have measured what :meth:`to_arrays` gave, and nothing else."""
        self.measured = [np.asarray(one) for one in arrays[_MEASURED]]
        self.seconds = float(arrays[_SECONDS][0])


class AffinityTrainer(Trainer):
    """A trainer that measures affinities on the way, and trains as it would without.

    The other parameters are those of :class:`~headstart.training.loop.Trainer`; the loss is one of
    several targets.

    Parameters
    ----------
    record : Affinities
        Where measurements go.
    """

    def __init__(self, *arguments: Any, record: Affinities) -> None:
        super().__init__(*arguments)
        self.record, self.n_steps = record, 0

    def step(self, batch: Batch, rows: Any) -> float:
        """Measure every fifth time, then train as usual."""
        if self.n_steps % _EVERY == 0:
            began = time.perf_counter()
            self.record.measured.append(self.measure(batch, rows))
            self.record.seconds += time.perf_counter() - began
        self.n_steps += 1
        return super().step(batch, rows)

    def remembered(self) -> dict[str, Tensor]:
        """All measurements, and the step of the last: a training that goes on has them still."""
        told = {name: torch.from_numpy(one) for name, one in self.record.to_arrays().items()}
        return told | {_STEPS: torch.tensor([self.n_steps])}

    def recall(self, remembered: Mapping[str, Tensor]) -> None:
        """Go on with what :meth:`remembered` gave."""
        self.record.recall({name: one.numpy() for name, one in remembered.items()})
        self.n_steps = int(remembered[_STEPS][0])

    def measure(self, batch: Batch, rows: Any) -> NDArray[np.float64]:
        """Affinities in this batch; nothing of the network is other than before."""
        share = batch.share(self.fabric.global_rank, self.fabric.world_size)
        inputs = self.fabric.to_device(torch.from_numpy(rows))
        goals = self.fabric.to_device(self.goals_of(self.learning.train_rows[share.places]))
        with _as_it_predicts(self.network):
            before = self._losses(inputs, goals)
            gradients = [self._gradient(one) for one in before]
            known = before.detach()
            after = [self._after(one, inputs, goals) for one in gradients]
        gains = 1.0 - torch.stack(after) / known
        return np.asarray(gains.cpu().double().numpy())

    @property
    def _shared(self) -> list[nn.Parameter]:
        """Weights that all targets share."""
        return [one for one in self.network.pieces.parameters() if one.requires_grad]

    def _losses(self, inputs: Tensor, goals: Tensor) -> Tensor:
        """Of each target, shape (n_targets,); not in bf16, in which a small step is lost."""
        loss = self.learning.loss
        if not isinstance(loss, SeveralLosses):
            raise TypeError(f"affinities are those of several targets, not of {type(loss)}")
        return loss.each(self.network(inputs).float(), goals)

    def _gradient(self, loss: Tensor) -> Sequence[Tensor | None]:
        if not torch.isfinite(loss):
            return [None] * len(self._shared)
        return torch.autograd.grad(loss, self._shared, retain_graph=True, allow_unused=True)

    @torch.no_grad()
    def _after(self, gradient: Sequence[Tensor | None], inputs: Tensor, goals: Tensor) -> Tensor:
        """Losses of all targets after a step along one gradient, which is taken back."""
        shared = self._shared
        if all(one is None for one in gradient):
            return torch.full((self._n_targets,), torch.nan)
        rates = {
            id(one): float(group["lr"])
            for group in self.optimiser.param_groups
            for one in group["params"]
        }
        saved = [one.detach().clone() for one in shared]
        for parameter, slope in zip(shared, gradient, strict=True):
            if slope is not None:
                parameter.sub_(slope, alpha=rates.get(id(parameter), 0.0))
        losses = self._losses(inputs, goals)
        for parameter, before in zip(shared, saved, strict=True):
            parameter.copy_(before)
        return losses

    @property
    def _n_targets(self) -> int:
        loss = self.learning.loss
        return len(loss.parts) if isinstance(loss, SeveralLosses) else 0


@contextmanager
def _as_it_predicts(network: nn.Module) -> Iterator[None]:
    """Without dropout, and without a change of running statistics."""
    modes = [(one, one.training) for one in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for module, was in modes:
            module.training = was
