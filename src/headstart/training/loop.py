"""The training loop: epochs of steps, judged after each on samples that were held back."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from headstart.activations.states import States
from headstart.backbones.providers.seeding import seeded
from headstart.errors import TrainingError
from headstart.plan import Plan, TrainingPlan
from headstart.progress import Progress, silent
from headstart.training.batches import Batch, batches_of_epoch
from headstart.training.checkpoints import Checkpoints
from headstart.training.choosing import Candidate, choose
from headstart.training.losses import TrainingLoss
from headstart.training.mixing import mix
from headstart.training.modes import check_processes, set_modes
from headstart.training.optimiser import SourcePull, make_optimiser, set_learning_rate
from headstart.training.pace import OutOfTime, Pace
from headstart.training.snapshot import EpochFigures, Snapshot, average, put_back, take
from headstart.training.suffix import SuffixNetwork

if TYPE_CHECKING:
    from lightning_fabric import Fabric

#: How a training ended.
Ended = Literal["finished", "fell behind", "out of time", "interrupted"]
#: Epochs before a training is compared with others; random stages have everything to learn, and
#: get this share of their epochs.
_FEWEST_EPOCHS, _SHARE_FROM_RANDOM = 2, 0.25
#: Judgements after the last epoch: of the weights that could be kept, and of those that are.
JUDGEMENTS_AT_THE_END = 4
#: What the forward pass takes of a step.
_FORWARD = 0.4
#: Held-out samples that are judged together.
_JUDGED_AT_ONCE = 64


@dataclass(frozen=True)
class Learning:
    """What a suffix learns from.

    Parameters
    ----------
    states : States
        Rows of the training side.
    targets : ndarray of shape (n_rows,)
        As the task encodes them.
    train_rows, valid_rows : ndarray of shape (n_train,), (n_valid,)
        Which rows are learned from, and which judge each epoch.
    loss : TrainingLoss
        What is made small.
    seed : int
        Of order, views, mixing and dropout.
    views : tuple of int
        Places of the views that are drawn from; view 0 is what validation reads.
    lengths : ndarray of shape (n_rows,) or None
        Of the samples, where a batch takes as long as its longest; None: all are alike.
    """

    states: States
    targets: NDArray[Any]
    train_rows: NDArray[np.intp]
    valid_rows: NDArray[np.intp]
    loss: TrainingLoss
    seed: int = 0
    views: tuple[int, ...] = (0,)
    lengths: NDArray[np.intp] | None = None


@dataclass(frozen=True)
class Trained:
    """How a training went.

    Parameters
    ----------
    history : tuple of EpochFigures
        From the start (epoch 0) on.
    kept : str
        Which weights the network has now, in words.
    kept_epochs : tuple of int
        The epochs whose weights they are the mean of.
    ended : {"finished", "fell behind", "out of time", "interrupted"}
        Why there were no more epochs; by the user, in the epoch after the last of ``history``.
    step_seconds : float or None
        What a step took where nothing disturbed it; None where there was none.
    """

    history: tuple[EpochFigures, ...]
    kept: str
    kept_epochs: tuple[int, ...]
    ended: Ended = "finished"
    step_seconds: float | None = field(default=None, compare=False)


class Trainer:
    """Trains one network by one plan. Each joint is a method that can be replaced.

    Parameters
    ----------
    fabric : Fabric
        Device, precision and processes.
    network : SuffixNetwork
        Changed in place.
    plan : Plan
        With a training part.
    learning : Learning
        Samples and loss.
    checkpoints : Checkpoints
        Where snapshots are kept.
    progress : Progress
        Told after each step.

    Raises
    ------
    PlanError
        If stages are unfrozen one after the other and there are several processes.
    """

    def __init__(
        self,
        fabric: Fabric,
        network: SuffixNetwork,
        plan: Plan,
        learning: Learning,
        checkpoints: Checkpoints,
        progress: Progress = silent,
    ) -> None:
        check_processes(plan, fabric.world_size)
        self.fabric, self.network, self.plan = fabric, network, plan
        self.learning, self.checkpoints, self.progress = learning, checkpoints, progress
        #: A training above it after two epochs is broken off.
        self.highest_loss: float | None = None
        #: A training that cannot be over in time ends early.
        self.pace = Pace()
        #: Whether an interrupt after the first epoch ends the training with what it has by then.
        self.keeps_interrupted = False
        set_modes(network, plan, 0)
        self.optimiser = make_optimiser(network, plan)
        self.wrapped, self.wrapped_optimiser = fabric.setup(network, self.optimiser)
        self.pull = SourcePull.of(network, plan)  # on the device that setup has moved it to
        self.goals = self.all_goals()

    @property
    def training(self) -> TrainingPlan:
        """The plan's training part."""
        return self.plan.training or TrainingPlan()

    def run(self) -> Trained:
        """Train from the newest checkpoint, or from the start, to the end."""
        newest = self.checkpoints.newest()
        history = [*newest.history] if newest is not None else [self.start()]
        if newest is not None:
            put_back(newest, self.network, self.optimiser)
            self.recall(newest.beside)
        ended: Ended = "finished"
        try:
            while not self.is_over(history):
                history.append(self.epoch(history[-1].epoch))
                self.keep(history)
        except OutOfTime:
            ended = "out of time"
        except KeyboardInterrupt:
            if not self.keeps_interrupted or history[-1].epoch == 0:
                raise
            ended = "interrupted"
        if self.has_fallen_behind(history):
            ended = "fell behind"
        return self.finish(history, ended)

    def all_goals(self) -> Tensor:
        """Goals of all rows, shape (n_rows, n_outputs)."""
        return torch.from_numpy(self.learning.loss.goals(self.learning.targets))

    @property
    def _lengths(self) -> NDArray[np.intp] | None:
        """Of the samples that are learned from."""
        lengths = self.learning.lengths
        return None if lengths is None else lengths[self.learning.train_rows]

    def remembered(self) -> dict[str, Tensor]:
        """What a snapshot has to hold beside network and optimiser: nothing here."""
        return {}

    def recall(self, remembered: Mapping[str, Tensor]) -> None:
        """Go on with what :meth:`remembered` gave."""

    def start(self) -> EpochFigures:
        """Judge the network as the plan hands it over."""
        began = time.perf_counter()
        loss, score = self.fabric.broadcast(self.judge())
        figures = EpochFigures(0, None, loss, score, time.perf_counter() - began)
        self.keep([figures])
        return figures

    def is_over(self, history: list[EpochFigures]) -> bool:
        """Whether all epochs are done, or validation says that no more will come of it."""
        done = history[-1].epoch
        if done >= self.training.epochs:
            return True
        best = _best_epoch(history)
        patience = self.training.patience
        if patience is not None and best is not None and done - best >= patience:
            return True
        return self.has_fallen_behind(history)

    def has_fallen_behind(self, history: list[EpochFigures]) -> bool:
        """Whether it has epochs left that are not worth their time."""
        done, epochs = history[-1].epoch, self.training.epochs
        begins_anew = any(one.init == "random" for one in self.plan.suffix)
        share = _SHARE_FROM_RANDOM if begins_anew else 0.0
        fewest = max(_FEWEST_EPOCHS, math.ceil(share * epochs))
        return fewest <= done < epochs and _exceeds(history[-1].valid_loss, self.highest_loss)

    def epoch(self, number: int) -> EpochFigures:
        """One pass over the training samples, then validation."""
        began = time.perf_counter()
        set_modes(self.network, self.plan, number)
        batches = batches_of_epoch(
            len(self.learning.train_rows),
            self.training.batch_size,
            self.learning.views,
            self.learning.seed,
            number,
            self._lengths,
        )
        losses = []
        self.pace.start_steps()
        with seeded(self.seed_of(number)), closing(self.loaded(batches)) as loaded:
            for step, (batch, rows) in enumerate(loaded):
                done = (number + (step + 0.5) / len(batches)) / self.training.epochs
                rate = set_learning_rate(self.optimiser, self.plan, done)
                losses.append(self.step(batch, rows))
                self.pull.apply(rate)
                self.progress(f"epoch {number + 1}", step + 1, len(batches))
                self.check_time(number, step + 1, len(batches))
        shares: Any = self.fabric.all_reduce(torch.tensor(np.mean(losses)), reduce_op="sum")
        mean = float(shares)
        loss, score = self.fabric.broadcast(self.judge())
        seconds = time.perf_counter() - began
        figures = EpochFigures(number + 1, mean, loss, score, seconds)
        _check_finite(figures, self.training)
        return figures

    def check_time(self, number: int, done: int, n_steps: int) -> None:
        """Go on only while it can be over in time.

        All epochs have to fit as long as none is over, which would be worth keeping; then the
        one that has begun.

        Raises
        ------
        OutOfTime
            In all processes alike.
        """
        self.pace.step_done()
        if not self.pace.is_limited:
            return
        more = self.training.epochs - 1 if number == 0 else 0
        judgement = _FORWARD * len(self.learning.valid_rows) / self.training.batch_size
        judgements = (1 + more + JUDGEMENTS_AT_THE_END) * judgement
        allowed = self.pace.allows(n_steps - done + more * n_steps + judgements)
        if not self.fabric.broadcast(allowed):
            raise OutOfTime

    def seed_of(self, epoch: int) -> int:
        """Of what is drawn in an epoch; each process draws for its own samples."""
        words = np.random.SeedSequence([self.learning.seed, epoch, self.fabric.global_rank])
        return int(words.generate_state(1)[0])

    def loaded(self, batches: list[Batch]) -> Generator[tuple[Batch, Any]]:
        """Batches of this process with their states, read while the one before is computed."""
        shares = [one.share(self.fabric.global_rank, self.fabric.world_size) for one in batches]
        with ThreadPoolExecutor(1, thread_name_prefix="states") as pool:
            waiting = [pool.submit(self.read, share) for share in shares[:1]]
            for place, batch in enumerate(batches):
                rows = waiting.pop().result()
                waiting = [pool.submit(self.read, one) for one in shares[place + 1 : place + 2]]
                yield batch, rows

    def read(self, share: Batch) -> Any:
        """States of shape (n, size)."""
        return self.learning.states.read(self.learning.train_rows[share.places], share.views)

    def step(self, batch: Batch, rows: Any) -> float:
        """Forward, backward, clip, step; gives this process's part of the mean loss."""
        loss = self.batch_loss(batch, rows)
        # Processes average their gradients: so much makes the average that of the whole batch.
        self.fabric.backward(loss * self.fabric.world_size)
        if self.training.clip_norm is not None:
            self.fabric.clip_gradients(
                self.wrapped,
                self.wrapped_optimiser,
                max_norm=self.training.clip_norm,
                error_if_nonfinite=False,
            )
        self.wrapped_optimiser.step()
        self.wrapped_optimiser.zero_grad()
        return float(loss.detach())

    def batch_loss(self, batch: Batch, rows: Any) -> Tensor:
        """This process's part of the mean loss of a batch, for what :meth:`read` gave."""
        share = batch.share(self.fabric.global_rank, self.fabric.world_size)
        inputs = self.fabric.to_device(torch.from_numpy(rows))
        goals = self.goals_of(self.learning.train_rows[share.places])
        inputs, goals = mix(inputs, self.fabric.to_device(goals), self.training.mixup)
        losses = self.learning.loss.losses(self.wrapped(inputs).float(), goals)
        return losses.sum() / len(batch)

    def judge(self) -> tuple[float | None, float | None]:
        """Mean loss and score of the samples held back; None where there are none."""
        losses, merits = self.judged(self.learning.valid_rows)
        if not len(losses):
            return None, None
        return float(losses.mean()), float(merits.mean())

    def judged(self, rows: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Losses and merits of samples as they are, each of shape (n,)."""
        if not len(rows):
            return np.empty(0), np.empty(0)
        return self.learning.loss.judge(self.scores(rows), self.goals_of(rows))

    def goals_of(self, rows: NDArray[np.intp]) -> Tensor:
        """Goals of shape (n, n_outputs)."""
        return self.goals[torch.from_numpy(rows)]

    @torch.no_grad()
    def scores(self, rows: NDArray[np.intp]) -> Tensor:
        """Scores of samples as they are, of shape (n, n_outputs), on the processor."""
        self.network.eval()
        parts = []
        for start in range(0, len(rows), _JUDGED_AT_ONCE):
            some = rows[start : start + _JUDGED_AT_ONCE]
            states = self.learning.states.read(some, np.zeros(len(some), dtype=np.intp))
            inputs = self.fabric.to_device(torch.from_numpy(states))
            with self.fabric.autocast():
                parts.append(self.network(inputs).float().cpu())
        return torch.cat(parts)

    def keep(self, history: list[EpochFigures]) -> None:
        """Write a snapshot, and forget those that nobody will ask for."""
        if self.fabric.is_global_zero:
            snapshot = take(self.network, self.optimiser, history, self.remembered())
            self.checkpoints.write(snapshot)
            last = history[-1].epoch
            wanted = {*range(last - max(self.training.average_last, 2) + 1, last + 1)}
            best = _best_epoch(history)
            self.checkpoints.keep(sorted(wanted | ({best} if best is not None else set())))
        self.fabric.barrier()

    def finish(self, history: list[EpochFigures], ended: Ended = "finished") -> Trained:
        """Give the network of the first process the weights to end with."""
        if not self.fabric.is_global_zero:
            return Trained(tuple(history), "those of the first process", (), ended)
        last = history[-1].epoch
        count = max(1, min(self.training.average_last, last))
        usual = self.candidate(range(last - count + 1, last + 1))
        best = _best_epoch(history)
        # The usual weights need not be judged a second time.
        others = [] if best is None or usual.epochs == (best,) else [self.candidate([best])]
        kept = choose(usual, others)
        put_back(kept.snapshot, self.network)
        self.network.eval()
        return Trained(tuple(history), kept.name, kept.epochs, ended, self.pace.step_seconds)

    def candidate(self, epochs: Sequence[int]) -> Candidate:
        """The mean of some epochs' weights, and its losses."""
        snapshots = [self.snapshot(epoch) for epoch in epochs]
        mean = snapshots[0] if len(snapshots) == 1 else average(snapshots)
        name = f"epoch {epochs[0]}"
        if len(snapshots) > 1:
            name = f"average of epochs {epochs[0]} to {epochs[-1]}"
        put_back(mean, self.network)
        return Candidate(name, tuple(epochs), mean, self.judged(self.learning.valid_rows)[0])

    def snapshot(self, epoch: int) -> Snapshot:
        """What was kept of an epoch."""
        found = self.checkpoints.read(epoch)
        if found is None:
            raise RuntimeError(f"the checkpoint of epoch {epoch} is gone")
        return found


def _check_finite(figures: EpochFigures, training: TrainingPlan) -> None:
    """Refuse to go on from weights that are no numbers any more.

    Raises
    ------
    TrainingError
        If a loss is infinite or not a number.
    """
    losses = (figures.train_loss, figures.valid_loss)
    odd = [loss for loss in losses if loss is not None and not math.isfinite(loss)]
    if odd:
        rate = training.learning_rate
        raise TrainingError(
            f"The loss of epoch {figures.epoch} is {odd[0]}: training ran away at a learning rate "
            f"of {rate:g}. Accepted is one at which losses stay finite. Take a smaller learning "
            f"rate, for example {rate / 10:g}, or a clip_norm in the plan."
        )


def _best_epoch(history: list[EpochFigures]) -> int | None:
    """The epoch with the lowest validation loss; None where nothing was held back."""
    judged = [one for one in history if one.valid_loss is not None]
    return min(judged, key=lambda one: one.valid_loss or 0.0).epoch if judged else None


def _exceeds(loss: float | None, limit: float | None) -> bool:
    return loss is not None and limit is not None and loss > limit
