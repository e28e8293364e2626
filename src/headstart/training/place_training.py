"""Training a head that reads maps, and the stages after the cut, on stored views."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from headstart.activations.openvino_engine import best_precision
from headstart.activations.states import States
from headstart.activations.windows import placement_of
from headstart.backbones.providers.seeding import seeded
from headstart.errors import PlanError
from headstart.plan import Plan, TrainingPlan
from headstart.progress import Progress, silent
from headstart.training.adapters import add_adapters, merge_adapters
from headstart.training.batches import Batch
from headstart.training.checkpoints import Checkpoints
from headstart.training.job import threads, trainer_fabric
from headstart.training.kernel_choice import fast_depthwise
from headstart.training.loop import JUDGEMENTS_AT_THE_END, Trained, Trainer
from headstart.training.memory import kept_memory
from headstart.training.modes import set_modes
from headstart.training.pace import OutOfTime, Pace
from headstart.training.place_heads import head_for
from headstart.training.place_network import PlaceNetwork

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.backbones.taps import Tap


@dataclass(frozen=True)
class PlaceLearning:
    """What a head that reads maps learns from.

    Parameters
    ----------
    states : States
        Rows of the training side.
    targets : sequence of n_rows Boxes or Mask
        As the task takes them; each knows the size of its picture.
    train_rows, valid_rows : ndarray of shape (n_train,), (n_valid,)
        Which rows are learned from, and which judge each epoch.
    view_names : tuple of str
        Of the views of ``states``, the first of which validation reads.
    views : tuple of int
        Places of those that are drawn from.
    canvas : tuple of int
        Height and width of what the network reads.
    seed : int
        Of order, views, the head and dropout.
    seconds : float or None
        That the training may take; None: as many as it takes.
    """

    states: States
    targets: Sequence[Any]
    train_rows: NDArray[np.intp]
    valid_rows: NDArray[np.intp]
    view_names: tuple[str, ...]
    views: tuple[int, ...]
    canvas: tuple[int, int]
    seed: int = 0
    seconds: float | None = None
    lengths: None = None


@dataclass(frozen=True)
class PlaceOutcome:
    """A trained network, how its training went, and the plan as there was time for it."""

    network: PlaceNetwork
    trained: Trained
    plan: Plan


class PlaceTrainer(Trainer):
    """The usual loop where goals depend on the view, and the head knows its own loss."""

    learning: Any

    def check_time(self, number: int, done: int, n_steps: int) -> None:
        """Plan fewer epochs where not all would be over in time; the first is finished always.

        Raises
        ------
        OutOfTime
            If a later one cannot be finished.
        """
        self.pace.step_done()
        if not self.pace.is_limited:
            return
        judging = math.ceil(len(self.learning.valid_rows) / self.training.batch_size)
        end = JUDGEMENTS_AT_THE_END * judging + n_steps - done
        epochs, fewest = self.training.epochs, number + 1
        while epochs > fewest and not self.pace.allows(
            end + (epochs - fewest) * (n_steps + judging)
        ):
            epochs -= 1
        self.plan = self.plan.with_training(epochs=epochs)
        if number and not self.pace.allows(end):
            raise OutOfTime

    def all_goals(self) -> Tensor:
        """None: they are made for each view when it is drawn."""
        return torch.empty(0)

    def read(self, share: Batch) -> Any:
        """States of shape (n, size), and a goal a sample."""
        rows = self.learning.train_rows[share.places]
        states = self.learning.states.read(rows, share.views)
        goals = [self.goal(*pair) for pair in zip(rows, share.views, strict=True)]
        return states, goals

    def goal(self, row: int, view: int) -> Any:
        """What the head is to say of a row in a view."""
        target = self.learning.targets[row]
        name = self.learning.view_names[view]
        head: Any = self.network.head
        return head.goal(target, placement_of(name, target.size, self.learning.canvas))

    def batch_loss(self, batch: Batch, rows: Any) -> Tensor:
        """The head's own loss."""
        states, goals = rows
        inputs = self.fabric.to_device(torch.from_numpy(states))
        head: Any = self.network.head
        loss: Tensor = head.loss(_plain(self.wrapped(inputs)), goals)
        return loss

    @torch.no_grad()
    def judged(self, rows: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Losses of samples as they are, and the same with a minus, each of shape (n,)."""
        self.network.eval()
        head: Any = self.network.head
        losses = np.empty(len(rows))
        for place, row in enumerate(rows):
            states = self.learning.states.read(np.array([row]), np.zeros(1, dtype=np.intp))
            inputs = self.fabric.to_device(torch.from_numpy(states))
            with self.fabric.autocast():
                outputs = self.network(inputs)
            losses[place] = float(head.loss(_plain(outputs), [self.goal(row, 0)]))
        return losses, -losses


def _plain(outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """In full precision: losses are sums over many places."""
    return tuple(one.float() for one in outputs)


def train_places(
    assembled: Assembled,
    plan: Plan,
    taps: Sequence[Tap],
    learning: PlaceLearning,
    head: tuple[Any, dict[str, Any]],
    checkpoints: Checkpoints,
    progress: Progress = silent,
) -> PlaceOutcome:
    """Train a new head, and the stages that the plan trains in place.

    Parameters
    ----------
    assembled : Assembled
        The network that the plan starts from.
    plan : Plan
        With a training part.
    taps : sequence of Tap
        What the head reads.
    learning : PlaceLearning
        What is learned from.
    head : (task, settings)
        The task, and what :func:`~headstart.training.place_heads.head_for` takes beside.
    checkpoints : Checkpoints
        Where snapshots are kept.
    progress : Progress
        Told after each step.

    Raises
    ------
    PlanError
        If samples are to be mixed, which places cannot be.
    """
    check_places_plan(plan)
    task, settings = head
    channels, strides = [tap.channels for tap in taps], [tap.stride for tap in taps]
    with seeded(learning.seed):
        own = head_for(task, channels, strides, learning.canvas, **settings)
        network = PlaceNetwork(assembled.backbone, plan, taps, own)
        # What trains suffixes asks for the stages after the cut and for a head: it has both.
        some: Any = network.to(memory_format=torch.channels_last)
        add_adapters(some, plan)
    learns: Any = learning
    with threads(), kept_memory(), _fast(network, plan, learning):
        trainer = PlaceTrainer(trainer_fabric(), some, plan, learns, checkpoints, progress)
        trainer.pace = Pace(learning.seconds)
        trainer.keeps_interrupted = learning.seconds is not None
        trained = trainer.run()
    merge_adapters(some)
    network.cpu().eval().requires_grad_(False)
    return PlaceOutcome(network, trained, trainer.plan)


def check_places_plan(plan: Plan) -> None:
    """Refuse what the training of heads that read maps cannot carry out.

    Raises
    ------
    PlanError
        If samples are to be mixed, or the head is not trained.
    """
    if plan.training is None:
        raise PlanError(
            "The plan has no training part, and a head that reads maps has to be trained. Give it "
            "one: with_training(epochs=30), or leave the plan out."
        )
    if plan.training.mixup:
        raise PlanError(
            f"The mixup of the training is {plan.training.mixup!r}; boxes and masks cannot be "
            "mixed, so that accepted is 0. Correct it in the plan."
        )


def _fast(
    network: PlaceNetwork, plan: Plan, learning: PlaceLearning
) -> AbstractContextManager[object]:
    """Depthwise convolutions of stages that are trained in the ways that are fastest."""
    if not plan.suffix:
        return nullcontext()
    training = plan.training or TrainingPlan()
    some: Any = network
    set_modes(some, plan, training.epochs - 1)
    rows = learning.states.read(learning.train_rows[:1], np.zeros(1, dtype=np.intp))
    share = np.repeat(rows, training.batch_size, axis=0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    precision: Any = best_precision()
    module: nn.Module = network
    return fast_depthwise(module, torch.from_numpy(share).to(device), precision)
