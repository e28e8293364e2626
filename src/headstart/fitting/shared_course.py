"""Training one network for one target or several, from states that are stored once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.evidence import Decision
from headstart.fitting.course import Fitted
from headstart.fitting.plan_settling import assemble_for
from headstart.fitting.sides import Side
from headstart.fitting.snapshots import Snapshots, in_memory
from headstart.fitting.target_sides import Rows, TargetSides, validation_split
from headstart.fitting.text_length import for_length_of, lengths_of
from headstart.fitting.trained_network import convert_trained
from headstart.fitting.training_course import TrainingCourse
from headstart.fitting.training_evidence import epochs_decision, states_decision
from headstart.training.held_out import HeldOut
from headstart.training.linear_head import LinearHead
from headstart.training.losses import SquaredError, loss_for
from headstart.training.multi_label import side_by_side
from headstart.training.objective import objective_for
from headstart.training.several_losses import (
    SeveralLosses,
    TargetLoss,
    columns_of,
    with_log_variances,
)

if TYPE_CHECKING:
    from headstart.data.dataset import Dataset
    from headstart.training.affinity import Affinities
    from headstart.training.checkpoints import Checkpoints
    from headstart.training.job import TrainingJob
    from headstart.training.loop import Learning
    from headstart.training.outcome import Outcome


@dataclass(frozen=True)
class Samples:
    """All samples of both sides, whichever targets they have."""

    learner: Dataset
    tester: Dataset


@dataclass(frozen=True)
class FirstHead:
    """A target's head before training: the same whether its network is shared or not.

    Parameters
    ----------
    part : TargetSides
        The target.
    head : LinearHead
        The fitted probe, or zero.
    loss : TrainingLoss
        Of its task.
    held_out : float or None
        Its loss on samples that are held back, in the units of what training makes small.
    decisions : tuple of Decision
        Of the probe.
    seconds : float
        What it took.
    """

    part: TargetSides
    head: LinearHead
    loss: Any
    held_out: float | None
    decisions: tuple[Decision, ...]
    seconds: float


@dataclass(frozen=True)
class Trained:
    """One network, with what it says of each of its targets.

    Parameters
    ----------
    fitted : dict of str to Fitted
        By target.
    log_variances : dict of str to float
        By target, where training learned them.
    seconds : float
        Heads, training, converting, and reading the test samples.
    """

    fitted: dict[str, Fitted]
    log_variances: dict[str, float]
    seconds: float


class SharedCourse(TrainingCourse):
    """A training course whose network may answer for several targets."""

    @classmethod
    def like(cls, course: TrainingCourse) -> SharedCourse:
        """The same network and plan."""
        return cls(course.settings, course.progress, course.watch, course.assembled, course.plan)

    def again(self, samples: Samples) -> SharedCourse:
        """A course from the same start: its network has learned nothing yet."""
        assembled, plan = assemble_for(self.settings)
        assembled = for_length_of(assembled, samples.learner, samples.tester)
        course = SharedCourse(self.settings, self.progress, self.watch, assembled, plan)
        course.open(len(samples.learner) + len(samples.tester))
        return course

    def store_views(self, samples: Samples) -> None:
        """Compute what every network's epochs read, so that none of them pays for it alone."""
        if self.is_stored:
            with self.watch.step("store views"):
                self._states(samples.learner)

    def rows(self, samples: Samples, parts: Sequence[TargetSides]) -> tuple[Rows, Rows]:
        """Rows that every network learns from, and rows that judge each epoch."""
        share, seed = self.training.validation, self.settings.seed
        return validation_split(parts, samples.learner.fingerprints, share, seed)

    def first_head(self, part: TargetSides, train: Rows, valid: Rows) -> FirstHead:
        """A target's probe on what it learns from."""
        began = time.perf_counter()
        learner, task, plan = part.halves.learner, part.halves.task, self.plan
        places = np.flatnonzero(np.isin(part.rows, train))
        with self.watch.step("fit the head"):
            head, decisions = self._first_head(part.halves, places)
        self.plan = plan  # the penalty that suits one target is no part of the plan for all
        loss = loss_for(task, learner.targets[places], self.training)
        judged = np.flatnonzero(np.isin(part.rows, valid))
        held_out = _held_out_loss(head, learner, judged, task, loss, plan.head.stages)
        seconds = time.perf_counter() - began
        return FirstHead(part, head, loss, held_out, decisions, seconds)

    def learn(
        self,
        samples: Samples,
        heads: Sequence[FirstHead],
        rows: tuple[Rows, Rows],
        weights: Sequence[float | None],
        record: Affinities | None = None,
        snapshots: Snapshots = in_memory,
    ) -> Trained:
        """Train the network for the targets of some heads.

        Parameters
        ----------
        samples : Samples
            Of both sides.
        heads : sequence of FirstHead
            At least one.
        rows : (ndarray, ndarray)
            Learned from, and held back; those without any of these targets are passed over.
        weights : sequence of float or None
            Of each target in the sum; None: learned.
        record : Affinities or None
            Told how much each target's steps help the others; None: that is not measured.
        snapshots : callable
            Gives those of a training by its digest; one that was over before is not done again.
        """
        began = time.perf_counter()
        targets = [
            TargetLoss(one.loss, one.part.halves.task.n_outputs, weight)
            for one, weight in zip(heads, weights, strict=True)
        ]
        loss = SeveralLosses(tuple(targets))
        learning = self._learning(samples, heads, rows, loss)
        head = side_by_side([one.head for one in heads])
        head = with_log_variances(head, loss.log_variances([one.held_out for one in heads]))
        asked = [(one.part.name, one.part.halves.task.name) for one in heads]
        digest = self.digest(
            samples.learner, head, learning, asked, list(weights), record is not None
        )
        job = self._job(head, learning, snapshots(digest), len(heads), record)
        outcome, before = self._outcome(job, record)
        self.progress("convert the trained network", 0, None)
        with self.watch.step("convert the trained network"):
            converted = convert_trained(self.assembled, outcome)
        with self.watch.step("encode the test samples"):
            vectors, precision = self._vectors(samples.tester, converted)
        told = (states_decision(self.room, self.is_stored), epochs_decision(outcome.trained))
        fitted = {}
        for one, columns in zip(heads, loss.columns, strict=True):
            head, held_out = _answer(one, columns, outcome, learning.valid_rows)
            own = vectors[one.part.test_rows]
            decisions = (*one.decisions, *told)
            fitted[one.part.name] = Fitted(
                self.plan, head, own, decisions, converted, precision, (), held_out
            )
        spent = sum(one.seconds for one in heads) + time.perf_counter() - began + before
        learned = outcome.head.bias[loss.n_outputs :]
        variances = {
            one.part.name: float(value)
            for one, value, weight in zip(heads, learned, weights, strict=True)
            if weight is None
        }
        return Trained(fitted, variances, spent)

    def _learning(
        self,
        samples: Samples,
        heads: Sequence[FirstHead],
        rows: tuple[Rows, Rows],
        loss: SeveralLosses,
    ) -> Learning:
        from headstart.training.loop import Learning

        with self.watch.step("store views"):
            states = self._states(samples.learner)
        labelled = [one.part.rows for one in heads]
        encoded = [one.part.halves.learner.targets for one in heads]
        goals = loss.goals_of(len(samples.learner), labelled, encoded)
        known = np.unique(np.concatenate(labelled))
        train, valid = (np.intersect1d(some, known) for some in rows)
        views = tuple(self._views.index(view) for view in self.training.views)
        lengths = lengths_of(self.assembled, samples.learner)
        return Learning(states, goals, train, valid, loss, self.settings.seed, views, lengths)

    def _job(
        self,
        head: LinearHead,
        learning: Learning,
        checkpoints: Checkpoints,
        n_heads: int,
        record: Affinities | None,
    ) -> TrainingJob:
        from headstart.training.affinity import AffinityTrainer
        from headstart.training.job import TrainingJob
        from headstart.training.loop import Trainer
        from headstart.training.several_heads import SeveralHeads

        return TrainingJob(
            self.plan,
            head,
            learning,
            checkpoints,
            self.settings.weights,
            self.settings.processes,
            network=SeveralHeads(n_heads),
            trainer=Trainer if record is None else partial(AffinityTrainer, record=record),
        )

    def _outcome(self, job: TrainingJob, record: Affinities | None) -> tuple[Outcome, float]:
        """What the training came to, and the seconds of it that an earlier try took."""
        from headstart.fitting.finished_training import finished_before, keep_finished
        from headstart.training.job import put_into

        known = finished_before(job.checkpoints)
        if known is not None:
            outcome, seconds = known
            put_into(self.assembled, outcome)
            if record is not None:
                record.recall(outcome.beside)
            return outcome, seconds
        newest = job.checkpoints.newest()
        earlier = 0.0 if newest is None else sum(one.seconds for one in newest.history)
        began = time.perf_counter()
        outcome = self.train(job)
        keep_finished(job.checkpoints, outcome, earlier + time.perf_counter() - began)
        return outcome, earlier


def _held_out_loss(
    head: LinearHead,
    learner: Side,
    rows: NDArray[np.intp],
    task: Any,
    loss: Any,
    stages: Sequence[str],
) -> float | None:
    """What a head's answers cost on rows that it did not learn from; None where there are none."""
    if not len(rows):
        return None
    vectors = np.concatenate([learner.features["source"][name][rows] for name in stages], axis=1)
    targets = learner.targets[rows]
    losses = objective_for(task, learner.targets).losses(head.scores(vectors), targets)
    spread = loss.spread if isinstance(loss, SquaredError) else 1.0
    return float(losses.mean()) / spread**2


def _answer(
    first: FirstHead, columns: slice, outcome: Outcome, valid_rows: Rows
) -> tuple[LinearHead, HeldOut | None]:
    """A target's trained head, calibrated, and what it said of samples held back."""
    head, part = columns_of(outcome.head, columns), first.part
    there = np.isin(valid_rows, part.rows)
    if not there.any():
        return head, None
    places = np.searchsorted(part.rows, valid_rows[there])
    scores = outcome.scores[there][:, columns]
    learner, task = part.halves.learner, part.halves.task
    objective = objective_for(task, learner.targets)
    head = objective.calibrated(head, scores, learner.targets[places])
    return head, HeldOut(places, scores)
