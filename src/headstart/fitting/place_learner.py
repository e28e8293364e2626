"""From annotated pictures to a model that says where something is, without figures yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.openvino_engine import best_precision
from headstart.activations.room import Room, room_for
from headstart.activations.states import States
from headstart.activations.store import ActivationStore
from headstart.activations.tap_states import TapEncoders
from headstart.activations.views import ORIGINAL, check_views
from headstart.data.dataset import Dataset
from headstart.data.splits import stratified_split
from headstart.evaluation.result import Result
from headstart.evidence import Evidence
from headstart.fitting.canvas import canvas_decision
from headstart.fitting.lost_pictures import refuse_lost
from headstart.fitting.place_answers import all_answers
from headstart.fitting.place_digest import place_digest
from headstart.fitting.place_plan import validation_share
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.place_start import PlaceStart, start_places
from headstart.fitting.place_time import PlaceTime, Told, time_notes
from headstart.fitting.snapshots import own_snapshots
from headstart.fitting.time_left import least_row_seconds
from headstart.fitting.training_evidence import epochs_decision, states_decision
from headstart.fitting.watch import Watch
from headstart.plan import Plan
from headstart.progress import Progress
from headstart.runs.place_model import PlaceModel
from headstart.tasks.place_task import PlaceTask
from headstart.training.batches import drawn_views

if TYPE_CHECKING:
    from headstart.training.checkpoints import Checkpoints
    from headstart.training.place_training import PlaceOutcome

#: Boxes are shown from this score on where no picture was held back to choose one.
_THRESHOLD = 0.3


@dataclass(frozen=True)
class Learned:
    """A model without figures, and how it did on training pictures that were held back.

    Parameters
    ----------
    model : PlaceModel
        Its result holds no figure.
    merit : float
        The task's figure on those pictures; 0 where there are none.
    held_back : tuple of Boxes or CanvasMask
        What it says of them.
    flops : float
        Of the stages that are read, a picture.
    notes : tuple of str
        What there was no time for.
    interrupted : bool
        Whether the user ended the training.
    """

    model: PlaceModel
    merit: float
    held_back: tuple[Any, ...] = ()
    flops: float = 0.0
    notes: tuple[str, ...] = ()
    interrupted: bool = False


@dataclass
class PlaceLearner:
    """The steps, in their order.

    Parameters
    ----------
    settings : PlaceSettings
        What is asked for.
    task : PlaceTask
        With its classes.
    dataset : Dataset
        The training pictures.
    progress : Progress
        Who is told how far it is.
    watch : Watch
        Where the seconds go.
    time : PlaceTime or None
        What there is of it; None: as much as it takes.
    """

    settings: PlaceSettings
    task: PlaceTask
    dataset: Dataset
    progress: Progress
    watch: Watch
    time: PlaceTime | None = None

    def learn(self, plan: Plan | None = None) -> Learned:
        """By a plan that is settled already, or by the one that the settings ask for."""
        self.progress("build the network", 0, None)
        with self.watch.step("build the network"):
            asked = start_places(self.settings, self.task, self.labels, len(self.rows[0]), plan)
        with self.watch.step("encode"):
            start = asked if self.time is None else self.in_time(asked, self.time)
            states, room, is_stored = self.states(start)
        digest = place_digest(
            start, self.task, self.head_settings, self.dataset, self.settings.seed
        )
        with own_snapshots(digest, self.settings.resume) as checkpoints:
            with self.watch.step("train"):
                outcome = self.train(start, states, checkpoints)
                start = replace(start, plan=outcome.plan)
            self.progress("convert the trained network", 0, None)
            with self.watch.step("convert the trained network"):
                model = self.model(start, outcome)
            checkpoints.clear()
        decisions = (
            canvas_decision(start.canvas, start.taps, [one.size for one in self.labels]),
            states_decision(room, is_stored),
            epochs_decision(outcome.trained),
        )
        judged = self.judged(replace(model, evidence=Evidence(decisions)))
        read = start.assembled.backbone.stages[: 1 + max(tap.index for tap in start.taps)]
        return replace(
            judged,
            flops=sum(stage.flops for stage in read),
            notes=(*asked.notes, *self.cut_short(asked, start, outcome)),
            interrupted=outcome.trained.ended == "interrupted",
        )

    def cut_short(
        self, asked: PlaceStart, start: PlaceStart, outcome: PlaceOutcome
    ) -> tuple[str, ...]:
        """What there was no time for of what was asked."""
        if self.time is None:
            return ()
        trained, planned = outcome.trained, start.training.epochs
        is_whole = trained.ended in ("finished", "fell behind")
        done = planned if is_whole else trained.history[-1].epoch
        views = len(start.training.views), len(asked.training.views)
        return time_notes(views, (done, asked.training.epochs), trained.ended == "interrupted")

    @property
    def labels(self) -> list[Any]:
        """Boxes or masks of the training pictures."""
        return [] if self.dataset.labels is None else list(self.dataset.labels)

    @cached_property
    def rows(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows that are learned from, and rows that are held back to judge each epoch."""
        count = len(self.dataset)
        # It has to be known before the plan is.
        share = validation_share(self.settings.plan, self.settings.training)
        every = np.arange(count)
        if share * count < 1:
            return every, every[:0]
        same = np.zeros(count, dtype=np.intp)
        return stratified_split(same, self.dataset.fingerprints, share, self.settings.seed)

    def in_time(self, start: PlaceStart, time: PlaceTime) -> PlaceStart:
        """With as many views as there is time for, by the pass that validation needs anyway."""
        flops = sum(stage.flops for stage in start.assembled.backbone.stages)
        told = Told(self.progress)
        replace(self, progress=told).states(start.with_views((ORIGINAL,)))
        # A pass that was stored before, or over in no time, tells nothing.
        measured = (time.row_seconds, least_row_seconds(flops), told.row_seconds or 0.0)
        time.row_seconds = max(measured)
        pass_seconds = time.row_seconds * len(self.dataset)
        return start.with_views(time.views(start.training.views, pass_seconds))

    def states(self, start: PlaceStart) -> tuple[States, Room, bool]:
        """Rows of the training pictures, stored where there is room.

        Those views are computed of each picture that an epoch draws, and the original.

        Raises
        ------
        InputError
            If a picture that was there cannot be read.
        """
        check_views(start.training.views, whole=True)
        store, plan = ActivationStore(), start.plan
        encoders = TapEncoders(
            start.assembled.backbone, [tap.index for tap in start.taps], plan.cut
        )
        items, wanted = self.dataset.items, self.wanted(start)
        n_rows = int(sum(rows.sum() for rows in wanted.values()))
        room = room_for(n_rows, encoders.bytes_a_row, store)
        if not room.stored(self.settings.states):
            return encoders.computed(items, start.views), room, False
        states, lost = encoders.store(items, wanted, store, self.progress)
        refuse_lost(self.dataset.names, lost)
        return states, room, True

    def wanted(self, start: PlaceStart) -> dict[str, NDArray[np.bool_]]:
        """View to whether it is ever read of each training picture; the original of all is."""
        rows, epochs = self.rows[0], start.training.epochs
        drawn = drawn_views(len(rows), start.drawn_from, self.settings.seed, epochs)
        read = np.zeros((len(self.dataset), len(start.views)), dtype=np.bool_)
        read[rows, : drawn.shape[1]] = drawn
        read[:, 0] = True
        return dict(zip(start.views, read.T, strict=True))

    def train(self, start: PlaceStart, states: States, checkpoints: Checkpoints) -> PlaceOutcome:
        """Train the head, and what else the plan trains."""
        from headstart.training.place_training import PlaceLearning, train_places

        learning = PlaceLearning(
            states,
            self.labels,
            *self.rows,
            start.views,
            start.drawn_from,
            start.canvas,
            self.settings.seed,
            seconds=None if self.time is None else max(self.time.for_training, 0.0),
        )
        head = (self.task, self.head_settings)
        return train_places(
            start.assembled, start.plan, start.taps, learning, head, checkpoints, self.progress
        )

    @cached_property
    def head_settings(self) -> dict[str, Any]:
        """What the head is built with beside its task and its maps."""
        labels = self.labels
        learned = [labels[row] for row in self.rows[0]]
        own = self.task.head_settings(learned, self.settings.class_weights)
        return {**own, **self.settings.head}

    def model(self, start: PlaceStart, outcome: PlaceOutcome) -> PlaceModel:
        """The whole network in the form that predicts."""
        from headstart.fitting.place_conversion import convert_trained_places

        kept = {key: value for key, value in self.head_settings.items() if key != "weights"}
        network = convert_trained_places(start.assembled, start.taps, outcome, kept)
        plan, classes = start.plan, tuple(self.task.class_names)
        result = Result(self.task.name, "image", classes, 0, 0, plan.source, plan.to_dict(), {}, ())
        return PlaceModel(
            self.task, plan, network, result, Evidence(), best_precision(), _THRESHOLD
        )

    def judged(self, model: PlaceModel) -> Learned:
        """How the model does on the pictures that were held back, and from which score on."""
        rows = self.rows[1]
        labels = self.labels
        truth = [labels[row] for row in rows]
        if not len(rows) or (model.has_boxes and not any(len(one) for one in truth)):
            return Learned(model, 0.0)
        with self.watch.step("judge"):
            items = [self.dataset.items[row] for row in rows]
            answers = all_answers(model, items, self.progress)
        threshold = self.task.best_threshold(truth, answers)
        if threshold is not None:
            model = replace(model, threshold=threshold)
        return Learned(model, self.task.merit(truth, answers), tuple(answers))
