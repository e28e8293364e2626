"""A training from its description to trained numbers: in this process, or in several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from headstart.activations.cores import available_cores
from headstart.activations.openvino_engine import best_precision
from headstart.backbones.assembly import Assembled, assemble
from headstart.backbones.providers.seeding import seeded
from headstart.errors import InputError
from headstart.plan import Plan
from headstart.progress import Progress, silent
from headstart.training.adapters import add_adapters, merge_adapters
from headstart.training.checkpoints import Checkpoints
from headstart.training.kernel_choice import fast_depthwise
from headstart.training.linear_head import LinearHead, steadied
from headstart.training.loop import Learning, Trainer
from headstart.training.memory import kept_memory
from headstart.training.modes import check_processes, set_modes
from headstart.training.outcome import Outcome
from headstart.training.pace import Pace
from headstart.training.processes import FABRIC, quiet, run_in_processes
from headstart.training.suffix import SuffixNetwork

if TYPE_CHECKING:
    from lightning_fabric import Fabric

    from headstart.backbones.stages import Backbone

_PRECISIONS: Mapping[str, Any] = {"bf16": "bf16-mixed", "f32": "32-true"}


@dataclass(frozen=True)
class TrainingJob:
    """Everything that a training depends on; plain enough to be sent to another process.

    Parameters
    ----------
    plan : Plan
        With a training part, and stages that the head reads.
    head : LinearHead
        Where the head starts, in the units of the targets.
    learning : Learning
        Samples and loss.
    checkpoints : Checkpoints
        Where snapshots are kept.
    weights : str or None
        A local file of weights for the source.
    processes : int
        At least 1; each gets its share of every batch.
    precision : {"bf16", "f32"} or None
        None: bf16 where the processor computes in it.
    highest_loss : float or None
        A training whose validation loss is above this after two epochs is broken off.
    seconds : float or None
        That it may take; one that cannot be over by then ends early.
    keeps_interrupted : bool
        Whether an interrupt after the first epoch ends the training with the best weights so far.
    network : callable
        Puts stages and head together, and so says how the head reads them.
    trainer : callable
        Makes the trainer, with the arguments of :class:`~headstart.training.loop.Trainer`.
    """

    plan: Plan
    head: LinearHead
    learning: Learning
    checkpoints: Checkpoints
    weights: str | None = None
    processes: int = 1
    precision: str | None = None
    highest_loss: float | None = None
    seconds: float | None = None
    keeps_interrupted: bool = False
    network: Callable[[Backbone, Plan, LinearHead], SuffixNetwork] = SuffixNetwork
    trainer: Callable[..., Trainer] = Trainer

    def __post_init__(self) -> None:
        if self.processes < 1:
            raise InputError(
                f"The number of processes is {self.processes!r}; it must be at least 1."
            )
        check_processes(self.plan, self.processes)


def train(
    job: TrainingJob, assembled: Assembled | None = None, progress: Progress = silent
) -> Outcome:
    """Train the suffix of a plan.

    Parameters
    ----------
    job : TrainingJob
        What is to be done.
    assembled : Assembled or None
        The network, where it is there already: its suffix is changed in place. Several processes
        each build their own, and the first one's numbers are put into this.
    progress : Progress
        Told after each step.
    """
    if job.processes == 1:
        return run(make_fabric(job), job, assembled, progress)
    progress(f"train in {job.processes} processes", 0, None)
    outcome = run_in_processes(make_fabric(job), partial(run, job=job))
    if assembled is not None:
        put_into(assembled, outcome)
    return outcome


def put_into(assembled: Assembled, outcome: Outcome) -> None:
    """Give a network the numbers of a training that is over."""
    tensors = {name: torch.from_numpy(one) for name, one in outcome.tensors.items()}
    assembled.network.load_state_dict(tensors)


def make_fabric(job: TrainingJob) -> Fabric:
    """Device, precision and processes."""
    return trainer_fabric(job.precision, job.processes)


def trainer_fabric(precision: str | None = None, processes: int = 1) -> Fabric:
    """The graphics card where there is one, else the processor; None: its fastest precision."""
    from lightning_fabric import Fabric

    precision = precision or best_precision()
    cuda = torch.cuda.is_available()
    # It announces its precision to everybody. From here on: the import sets the level of its log.
    with quiet(FABRIC):
        return Fabric(
            accelerator="cuda" if cuda else "cpu",
            devices=processes,
            strategy="auto" if processes == 1 else "ddp_spawn",
            precision=_PRECISIONS["bf16" if cuda else precision],
        )


def run(
    fabric: Fabric,
    job: TrainingJob,
    assembled: Assembled | None = None,
    progress: Progress = silent,
) -> Outcome:
    """What each process does."""
    pace = Pace(job.seconds)
    if assembled is None:
        assembled = assemble(job.plan, job.weights, job.learning.seed)
    head = steadied(job.learning.loss.inward(job.head))
    with seeded(job.learning.seed):
        network = job.network(assembled.backbone, job.plan, head)
        add_adapters(network, job.plan)
    with set_up(network, job):
        trainer = make_trainer(fabric, network, job, progress)
        trainer.pace = pace  # building the network counts
        trained = trainer.run()
        head = job.learning.loss.outward(network.head.to_linear_head())
        scores = _held_out_scores(trainer, job)
        losses, merits = trainer.judged(job.learning.valid_rows)
    merge_adapters(network)
    network.cpu().eval().requires_grad_(False)
    state = assembled.network.state_dict()
    tensors = {name: one.numpy().copy() for name, one in state.items()}
    beside = {name: one.numpy() for name, one in trainer.remembered().items()}
    return Outcome(tensors, head, trained, scores, losses, merits, beside)


def make_trainer(
    fabric: Fabric, network: SuffixNetwork, job: TrainingJob, progress: Progress
) -> Trainer:
    """A trainer that ends as the job wants it."""
    trainer = job.trainer(fabric, network, job.plan, job.learning, job.checkpoints, progress)
    trainer.highest_loss = job.highest_loss
    trainer.keeps_interrupted = job.keeps_interrupted
    return trainer


@contextmanager
def set_up(network: SuffixNetwork, job: TrainingJob) -> Iterator[None]:
    """Threads, memory and convolutions as training wants them."""
    with threads(max(1, available_cores() // job.processes)), kept_memory(), _fast(network, job):
        yield


def _fast(network: SuffixNetwork, job: TrainingJob) -> AbstractContextManager[object]:
    """Depthwise convolutions in the ways that are fastest for batches of the usual size."""
    epochs = 1 if job.plan.training is None else job.plan.training.epochs
    size = 1 if job.plan.training is None else job.plan.training.batch_size
    set_modes(network, job.plan, epochs - 1)  # by then every filter learns that ever does
    rows = job.learning.states.read(job.learning.train_rows[:1], np.zeros(1, dtype=np.intp))
    share = np.repeat(rows, max(1, size // job.processes), axis=0)
    precision: Any = job.precision or best_precision()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return fast_depthwise(network, torch.from_numpy(share).to(device), precision)


def _held_out_scores(trainer: Trainer, job: TrainingJob) -> NDArray[Any]:
    """In the units of the targets: the head's own linear map carries them there."""
    rows = job.learning.valid_rows
    n_outputs = trainer.goals.shape[1]
    if not len(rows):
        return np.empty((0, n_outputs))
    scores = trainer.scores(rows).double().numpy()
    one = LinearHead(
        np.zeros(n_outputs), np.ones(n_outputs), np.eye(n_outputs), np.zeros(n_outputs)
    )
    return job.learning.loss.outward(one).scores(scores)


@contextmanager
def threads(count: int | None = None) -> Iterator[None]:
    """Let torch compute with so many threads meanwhile; None: one a core."""
    count = available_cores() if count is None else count
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
