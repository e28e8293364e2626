"""The course of a plan that trains stages: states at the cut, a probe to start from, training."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.converted import ConvertedBackbone
from headstart.activations.encoder import Encoder
from headstart.activations.encoders import encoder_of
from headstart.activations.encoding import encode
from headstart.activations.preparation import Request, prepare
from headstart.activations.room import room_for
from headstart.activations.segment import Segment
from headstart.activations.segment_encoders import segment_encoder
from headstart.activations.states import (
    ComputedStates,
    StateEncoders,
    States,
    StoredStates,
    pooled_from_states,
)
from headstart.activations.store import ActivationStore
from headstart.activations.views import ORIGINAL, check_views
from headstart.data.dataset import Dataset
from headstart.evidence import Decision
from headstart.fitting.course import Fitted
from headstart.fitting.label_evidence import labels_decision
from headstart.fitting.lost_pictures import refuse_lost
from headstart.fitting.settings import Settings
from headstart.fitting.sides import Split, folds_of, validation_rows
from headstart.fitting.snapshots import own_snapshots
from headstart.fitting.text_counts import TextCounts
from headstart.fitting.text_length import lengths_of
from headstart.fitting.trained_network import convert_trained
from headstart.fitting.training_evidence import epochs_decision, states_decision
from headstart.fitting.vectors import Vectors, stored_classical
from headstart.fitting.watch import Watch
from headstart.plan import HeadPlan, Plan, TrainingPlan
from headstart.progress import Progress
from headstart.training.features import joined
from headstart.training.held_out import HeldOut
from headstart.training.linear_head import LinearHead, zero_head
from headstart.training.losses import loss_for
from headstart.training.objective import objective_for
from headstart.training.probe import Samples, fit_probe

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.training.checkpoints import Checkpoints
    from headstart.training.job import TrainingJob
    from headstart.training.loop import Learning
    from headstart.training.outcome import Outcome


@dataclass(frozen=True)
class Start:
    """Where training starts.

    Parameters
    ----------
    train_rows, valid_rows : ndarray of shape (n_train,), (n_valid,)
        Of the training side: learned from, and held back to judge each epoch.
    head : LinearHead
        The fitted probe, or zero.
    decisions : tuple of Decision
        Of the probe.
    """

    train_rows: NDArray[np.intp]
    valid_rows: NDArray[np.intp]
    head: LinearHead
    decisions: tuple[Decision, ...]


@dataclass
class TrainingCourse:
    """States at the cut once, then epochs over the suffix.

    Parameters
    ----------
    settings : Settings
        What is asked for.
    progress : Progress
        Who is told how far it is.
    watch : Watch
        Where the seconds go.
    assembled : Assembled
        The network that the plan starts from; its suffix is trained in place.
    plan : Plan
        Names every stage, and what the head reads.
    """

    settings: Settings
    progress: Progress
    watch: Watch
    assembled: Assembled
    plan: Plan

    def gather(self, dataset: Dataset) -> Vectors:
        """States of all samples, and the vectors that follow from them."""
        self.open(len(dataset))
        with self.watch.step("encode"):
            return self._stored(dataset) if self.is_stored else self._pooled(dataset)

    def open(self, n_samples: int) -> None:
        """Decide where the states of so many samples come from.

        Raises
        ------
        PlanError
            If the plan asks for views that nobody knows.
        CacheError
            If states must be stored and there is no room for them.
        """
        check_views(self.training.views, self.assembled.source.modality)
        self.store = ActivationStore()
        self.encoders = StateEncoders(self.assembled.backbone, self.plan.cut)
        n_rows = n_samples * len({ORIGINAL, *self.training.views})
        self.room = room_for(n_rows, self.encoders.bytes_a_row, self.store)
        self.is_stored = self.room.stored(self.settings.states)

    def fit(self, halves: Split) -> Fitted:
        """A probe, training from it, and the trained network in the form that predicts."""
        with self.watch.step("fit the head"):
            start = self.start(halves)
        learning = self.learning(halves, start)
        digest = self.digest(halves.learner.dataset, start.head, learning, self.settings.task)
        with own_snapshots(digest, self.settings.resume) as checkpoints:
            outcome = self.train(self.job(start, learning, checkpoints))
            fitted = self.finish(halves, start, outcome)
            checkpoints.clear()
        return fitted

    def start(self, halves: Split) -> Start:
        """Which rows are learned from, and the head that training starts with."""
        rows = validation_rows(halves, self.training.validation, self.settings.seed)
        return Start(*rows, *self._first_head(halves, rows[0]))

    def train(self, job: TrainingJob) -> Outcome:
        """Train the suffix in place."""
        from headstart.training.job import train

        with self.watch.step("train"):
            return train(job, self.assembled, self.progress)

    def finish(self, halves: Split, start: Start, outcome: Outcome) -> Fitted:
        """The trained network in the form that predicts, with a calibrated head."""
        self.progress("convert the trained network", 0, None)
        with self.watch.step("convert the trained network"):
            converted = convert_trained(self.assembled, outcome)
        with self.watch.step("encode the test samples"):
            vectors, precision = self._vectors(halves.tester.dataset, converted)
            kept, _ = self._vectors(halves.learner.dataset.take(halves.kept_rows), converted)
        head, held_out = outcome.head, None
        if len(start.valid_rows):
            held_out = HeldOut(start.valid_rows, outcome.scores)
            objective = objective_for(halves.task, halves.learner.targets)
            goals = halves.learner.targets[start.valid_rows]
            head = objective.calibrated(head, outcome.scores, goals)
        told = (states_decision(self.room, self.is_stored), epochs_decision(outcome.trained))
        decisions = (*start.decisions, *told)
        return Fitted(self.plan, head, vectors, decisions, converted, precision, (), held_out, kept)

    @property
    def training(self) -> TrainingPlan:
        """The plan's training part."""
        return self.plan.training or TrainingPlan()

    def _stored(self, dataset: Dataset) -> Vectors:
        """States in the store; classical features from the same decoding."""
        classical = stored_classical(dataset.modality)
        (table,), failures = self.encoders.store(
            dataset.items, [ORIGINAL], self.store, self.progress, beside=list(classical.values())
        )
        good = [one for row, one in enumerate(dataset.fingerprints) if row not in failures]
        backbone = self.assembled.backbone
        outputs, pooled = pooled_from_states(
            backbone, self.plan.cut, table, good, self.store, self.progress
        )
        tables = {
            "source": (outputs, pooled),
            **{
                kind: (one.key.outputs, self.store.table(one.key))
                for kind, one in classical.items()
            },
        }
        return self._with_twin(dataset, Vectors(tables, failures, counts=TextCounts.of(dataset)))

    def _pooled(self, dataset: Dataset) -> Vectors:
        """Vectors from the pictures; states will be computed whenever they are needed."""
        backbone = self.assembled.backbone
        encoder = segment_encoder(backbone, Segment(0, len(backbone.stages), "pooled"))
        encoders: dict[str, Encoder] = {"source": encoder, **stored_classical(dataset.modality)}
        some = list(encoders.values())
        tables, failures = encode(dataset.items, some, self.store, self.progress)
        kinds = zip(encoders.items(), tables, strict=True)
        found = {kind: (one.key.outputs, table) for (kind, one), table in kinds}
        return self._with_twin(dataset, Vectors(found, failures, counts=TextCounts.of(dataset)))

    def _with_twin(self, dataset: Dataset, vectors: Vectors) -> Vectors:
        if not self.settings.needs_twin:
            return vectors
        request = Request(self.plan.source, init="random", seed=self.settings.seed)
        twin = prepare(request)
        encoder = encoder_of(twin)
        (table,), lost = encode(dataset.items, [encoder], self.store, self.progress)
        tables = {**vectors.tables, "random": (encoder.key.outputs, table)}
        failures = {**lost, **vectors.failures}
        return replace(vectors, tables=tables, failures=failures, twin=twin)

    def _first_head(
        self, halves: Split, rows: NDArray[np.intp]
    ) -> tuple[LinearHead, tuple[Decision, ...]]:
        """The fitted probe of the samples that are learned from, or zero."""
        learner, task = halves.learner, halves.task
        features = {name: learner.features["source"][name] for name in self.plan.head.stages}
        targets = learner.targets[rows]
        if self.plan.head.start == "zero":
            size = sum(one.shape[1] for one in features.values())
            return zero_head(size, task.guess(targets), task.gives_probabilities), ()
        ids = learner.dataset.fingerprints
        folds = folds_of(task, targets, [ids[row] for row in rows], self.settings.seed)
        chosen = {name: vectors[rows] for name, vectors in features.items()}
        samples = Samples(chosen, targets, objective_for(task, targets), folds)
        asked = HeadPlan(self.plan.head.stages, self.plan.head.inverse_penalty)
        probe = fit_probe(samples, asked)
        head = replace(self.plan.head, inverse_penalty=probe.plan.inverse_penalty)
        self.plan = self.plan.with_head(head)
        return probe.head, (*probe.decisions, *labels_decision(learner, task, probe, rows))

    def _states(self, dataset: Dataset) -> States:
        """What the epochs read; the first view is the original, which validation reads."""
        if not self.is_stored:
            encoders = [self.encoders.encoder(view) for view in self._views]
            return ComputedStates(encoders, dataset.items)
        tables, lost = self.encoders.store(dataset.items, self._views, self.store, self.progress)
        refuse_lost(dataset.names, lost)
        return StoredStates(tables, self.encoders.output, dataset.fingerprints)

    @cached_property
    def _views(self) -> list[str]:
        """The views that are drawn from, after the original, which validation reads."""
        return [ORIGINAL, *(view for view in self.training.views if view != ORIGINAL)]

    def learning(self, halves: Split, start: Start) -> Learning:
        """What is learned from, and how a batch is made of it."""
        from headstart.training.loop import Learning

        with self.watch.step("store views"):
            states = self._states(halves.learner.dataset)
        targets = halves.learner.targets
        loss = loss_for(halves.task, targets[start.train_rows], self.training)
        views = tuple(self._views.index(view) for view in self.training.views)
        lengths = lengths_of(self.assembled, halves.learner.dataset)
        rows = (start.train_rows, start.valid_rows)
        return Learning(states, targets, *rows, loss, self.settings.seed, views, lengths)

    def job(self, start: Start, learning: Learning, checkpoints: Checkpoints) -> TrainingJob:
        """Everything that the training depends on."""
        from headstart.training.job import TrainingJob

        settings = self.settings
        return TrainingJob(
            self.plan,
            start.head,
            learning,
            checkpoints,
            settings.weights,
            settings.processes,
            keeps_interrupted=settings.keeps_interrupted,
        )

    def digest(self, learner: Dataset, head: LinearHead, learning: Learning, *facts: object) -> str:
        """Of everything that the trained numbers depend on: what may be gone on with."""
        from headstart.backbones.identity import stages_digest

        backbone = self.assembled.backbone
        digest = hashlib.blake2b(digest_size=16)
        told = [self.plan.to_dict(), self.settings.seed, version("torch"), *facts]
        digest.update(json.dumps(told, sort_keys=True).encode())
        digest.update(stages_digest(backbone, len(backbone.stages)).encode())
        digest.update(b"".join(learner.fingerprints))
        for array in (learning.targets, learning.train_rows, *head.to_arrays().values()):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def _vectors(self, dataset: Dataset, converted: ConvertedBackbone) -> tuple[NDArray[Any], str]:
        """What the trained network makes of samples, by the engine that predicts."""
        encoder = encoder_of(converted)
        stages = self.plan.head.stages
        sizes = {one.name: one.feature_size for one in converted.stages}
        if not len(dataset):
            return np.empty((0, sum(sizes[stage] for stage in stages))), encoder.key.precision
        (table,), lost = encode(dataset.items, [encoder], self.store, self.progress, "test")
        refuse_lost(dataset.names, lost)
        ids = dataset.fingerprints
        vectors = joined([table.read(ids, stage) for stage in stages])
        return vectors, encoder.key.precision
