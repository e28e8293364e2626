"""From annotated pictures to a model that says where something is, without figures yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.openvino_engine import best_precision
from headstart.activations.place import cache_folder
from headstart.activations.room import Room, room_for
from headstart.activations.states import States
from headstart.activations.store import ActivationStore
from headstart.activations.tap_states import TapEncoders
from headstart.activations.views import ORIGINAL, check_views
from headstart.backbones.catalogue import RUN
from headstart.backbones.variants import split_canvas, split_variant, with_canvas
from headstart.data.boxes import Boxes
from headstart.data.dataset import Dataset
from headstart.data.placement import Placement
from headstart.data.splits import stratified_split
from headstart.errors import InputError, SourceError
from headstart.evaluation.result import Result
from headstart.evidence import Decision, Evidence
from headstart.fitting.canvas import canvas_for, strides_for_boxes
from headstart.fitting.place_plan import place_plan
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.training_evidence import epochs_decision, states_decision
from headstart.fitting.watch import Watch
from headstart.plan import Plan, TrainingPlan, changed_training
from headstart.progress import Progress
from headstart.runs.place_model import PlaceModel
from headstart.tasks.detection import DetectionTask
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.place_reading import CanvasMask, read_small
from headstart.tasks.segmentation import SegmentationTask, class_weights

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.backbones.taps import Tap
    from headstart.training.checkpoints import Checkpoints
    from headstart.training.place_training import PlaceOutcome

#: A decoder of pixels goes from fine to coarse; one box needs the whole alone.
_PIXEL_STRIDES = (4, 8, 16, 32)
_ONE_STRIDE = (32,)
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
    """

    model: PlaceModel
    merit: float


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
    """

    settings: PlaceSettings
    task: Any
    dataset: Dataset
    progress: Progress
    watch: Watch

    def learn(self, plan: Plan | None = None) -> Learned:
        """By a plan that is settled already, or by the one that the settings ask for."""
        self.progress("build the network", 0, None)
        with self.watch.step("build the network"):
            assembled, plan = self.begun() if plan is None else (self.assembled_by(plan), plan)
            taps = self.taps(assembled)
        plan = as_read(plan.with_head(replace(plan.head, stages=_names(taps))), taps)
        with self.watch.step("encode"):
            states, room, is_stored = self.states(assembled, plan, taps)
        checkpoints = self.checkpoints(assembled, plan)
        with self.watch.step("train"):
            outcome = self.train(assembled, plan, taps, states, checkpoints)
        self.progress("convert the trained network", 0, None)
        with self.watch.step("convert the trained network"):
            model = self.model(assembled, plan, taps, outcome)
        checkpoints.clear()
        decisions = (
            _canvas_decision(self.canvas, taps, self.sizes),
            states_decision(room, is_stored),
            epochs_decision(outcome.trained),
        )
        return self.judged(replace(model, evidence=Evidence(decisions)))

    @property
    def labels(self) -> list[Any]:
        """Boxes or masks of the training pictures."""
        return [] if self.dataset.labels is None else list(self.dataset.labels)

    @cached_property
    def sizes(self) -> list[tuple[int, int]]:
        """Width and height of each training picture."""
        return [one.size for one in self.labels]

    @cached_property
    def rows(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows that are learned from, and rows that are held back to judge each epoch."""
        count, share = len(self.dataset), self._validation
        every = np.arange(count)
        if share * count < 1:
            return every, every[:0]
        same = np.zeros(count, dtype=np.intp)
        return stratified_split(same, self.dataset.fingerprints, share, self.settings.seed)

    @property
    def _validation(self) -> float:
        """The share that is held back, which has to be known before the plan is."""
        asked = self.settings.plan
        usual = asked.training if isinstance(asked, Plan) and asked.training else TrainingPlan()
        return changed_training(usual, self.settings.training).validation

    def begun(self) -> tuple[Assembled, Plan]:
        """The network on its canvas with the weights that it starts from, and the plan for it.

        Raises
        ------
        SourceError
            If it cannot be had, or does not read pictures.
        PlanError
            If the plan does not fit its stages.
        """
        from headstart.backbones.assembly import check_stages, randomise

        assembled = self.on_canvas()
        plan = self.planned(assembled)
        check_stages(plan, assembled.backbone.stage_names)
        if any(stage.init == "pretrained" for stage in plan.stages):
            randomise(assembled, plan.stages, self.settings.seed)
        return assembled, plan

    def on_canvas(self) -> Assembled:
        """The source's network on the canvas that suits the pictures, or on its own."""
        from headstart.backbones.catalogue import find_source

        name = self.settings.source_to_read
        modality = find_source(name)["modality"]
        if modality != "image":
            raise SourceError(
                f"Source {name!r} reads samples of kind {modality!r}; accepted for "
                f"{self.settings.task}: sources that read pictures. See: headstart sources"
            )
        bare, canvas_given = split_canvas(name)
        if canvas_given is not None:
            return self._loaded(name)
        is_run = name.startswith(RUN)
        bare, variant = (name, None) if is_run else split_variant(name)
        own = int(variant) if variant is not None else None
        height, width = find_source(bare)["preprocessing"]["size"]
        usual = canvas_for(self.sizes, sqrt(height * width))
        canvas = (own, own) if own is not None else usual
        try:
            return self._loaded(with_canvas(bare, canvas))
        except SourceError:
            if own is not None:
                raise
        return self._loaded(with_canvas(bare, (height, width)))

    def _loaded(self, name: str) -> Assembled:
        """No weights are asked for where the plan wants none."""
        from headstart.backbones.assembly import load_assembled

        asked = self.settings.plan
        inits = {one.init for one in asked.stages} if isinstance(asked, Plan) else {asked.init}
        if inits == {"random"}:
            return load_assembled(name, init="random", seed=self.settings.seed)
        return load_assembled(name, self.settings.weights)

    def planned(self, assembled: Assembled) -> Plan:
        """What the settings ask for, with this network."""
        self.canvas: tuple[int, int] = assembled.source.preprocessing.size
        return place_plan(
            self.settings.plan,
            self.task.name,
            assembled.source.name,
            assembled.backbone.stage_names,
            len(self.rows[0]),
            self.settings.training,
            len(self.task.class_names),
        )

    def assembled_by(self, plan: Plan) -> Assembled:
        """The network with the weights that each stage of the plan starts from."""
        from headstart.backbones.assembly import assemble

        has_weights = any(stage.init == "pretrained" for stage in plan.stages)
        weights = self.settings.weights if has_weights else None
        assembled = assemble(plan, weights, self.settings.seed)
        self.canvas = assembled.source.preprocessing.size
        return assembled

    def taps(self, assembled: Assembled) -> tuple[Tap, ...]:
        """The stages that the head reads, by the sizes of what is to be found."""
        from headstart.backbones.taps import taps_for

        if isinstance(self.task, DetectionTask):
            strides = strides_for_boxes(self.labels, self.canvas)
        else:
            is_one = isinstance(self.task, LocalisationTask)
            strides = _ONE_STRIDE if is_one else _PIXEL_STRIDES
        return taps_for(assembled.backbone, strides)

    def states(
        self, assembled: Assembled, plan: Plan, taps: Sequence[Tap]
    ) -> tuple[States, Room, bool]:
        """Rows of all views of the training pictures, stored where there is room.

        Raises
        ------
        InputError
            If a picture that could be read before cannot be read now.
        """
        check_views(_training(plan).views, whole=True)
        store = ActivationStore()
        encoders = TapEncoders(assembled.backbone, [tap.index for tap in taps], plan.cut)
        items, views = self.dataset.items, _views(plan)
        room = room_for(len(items) * len(views), encoders.bytes_a_row, store)
        if not room.stored(self.settings.states):
            return encoders.computed(items, views), room, False
        states, lost = encoders.store(items, views, store, self.progress)
        for row, reason in lost.items():
            raise InputError(
                f"{items[row].name} could be found when the fit began, and cannot be read: "
                f"{reason.rstrip('.')}. Take it out of the annotations, or replace the file."
            )
        return states, room, True

    def train(
        self,
        assembled: Assembled,
        plan: Plan,
        taps: Sequence[Tap],
        states: States,
        checkpoints: Checkpoints,
    ) -> PlaceOutcome:
        """Train the head, and what else the plan trains."""
        from headstart.training.place_training import PlaceLearning, train_places

        names = _views(plan)
        views = tuple(names.index(view) for view in _training(plan).views)
        learning = PlaceLearning(
            states, self.labels, *self.rows, names, views, self.canvas, self.settings.seed
        )
        head = (self.task, self.head_settings)
        return train_places(assembled, plan, taps, learning, head, checkpoints, self.progress)

    @cached_property
    def head_settings(self) -> dict[str, Any]:
        """What the head is built with beside its task and its maps."""
        settings = dict(self.settings.head)
        if isinstance(self.task, SegmentationTask):
            settings.setdefault("mirrored", True)
        if isinstance(self.task, SegmentationTask) and self.settings.class_weights:
            masks = [self.labels[row] for row in self.rows[0]]
            settings["weights"] = class_weights(self.task.pixels(masks))
        return settings

    def checkpoints(self, assembled: Assembled, plan: Plan) -> Checkpoints:
        """On the disk, so that the same fit can be gone on with."""
        from headstart.training.checkpoints import DiskCheckpoints

        found = DiskCheckpoints(cache_folder() / "checkpoints" / self._digest(assembled, plan))
        if not self.settings.resume:
            found.clear()
        return found

    def _digest(self, assembled: Assembled, plan: Plan) -> str:
        """Of everything that the trained numbers depend on."""
        from headstart.backbones.identity import stages_digest

        backbone = assembled.backbone
        facts = [plan.to_dict(), self.settings.seed, self.task.name, self.task.to_manifest()]
        head = {name: np.asarray(one).tolist() for name, one in self.head_settings.items()}
        told = json.dumps([*facts, head, version("torch")], sort_keys=True)
        digest = hashlib.blake2b(told.encode(), digest_size=16)
        digest.update(stages_digest(backbone, len(backbone.stages)).encode())
        for one, label in zip(self.dataset.fingerprints, self.labels, strict=True):
            digest.update(one)
            digest.update(_bytes_of(label))
        return digest.hexdigest()

    def model(
        self, assembled: Assembled, plan: Plan, taps: Sequence[Tap], outcome: PlaceOutcome
    ) -> PlaceModel:
        """The whole network in the form that predicts."""
        from headstart.fitting.place_conversion import convert_trained_places

        kept = {key: value for key, value in self.head_settings.items() if key != "weights"}
        network = convert_trained_places(assembled, taps, outcome, kept)
        name = self.task.name
        classes = tuple(self.task.class_names)
        result = Result(name, "image", classes, 0, 0, plan.source, plan.to_dict(), {}, ())
        return PlaceModel(
            self.task, plan, network, result, Evidence(), best_precision(), _THRESHOLD
        )

    def judged(self, model: PlaceModel) -> Learned:
        """How the model does on the pictures that were held back, and from which score on."""
        rows = self.rows[1]
        truth = [self.labels[row] for row in rows]
        if not len(rows) or (model.has_boxes and not any(len(one) for one in truth)):
            return Learned(model, 0.0)
        with self.watch.step("judge"):
            items = [self.dataset.items[row] for row in rows]
            answers: list[Any] = all_answers(model, items, self.progress)
        if isinstance(model.task, DetectionTask):
            model = replace(model, threshold=model.task.best_threshold(truth, answers))
        return Learned(model, self.task.merit(truth, answers))


def all_answers(
    model: PlaceModel, items: Sequence[Any], progress: Progress
) -> list[Boxes | CanvasMask]:
    """Answers to pictures that could be read a moment ago, all of which are held.

    Raises
    ------
    InputError
        Naming one that cannot be read any more.
    """
    answers: dict[int, Boxes | CanvasMask] = {}

    def receive(row: int, outputs: list[NDArray[Any]], placement: Placement) -> None:
        answers[row] = read_small(model.task, outputs, model.network.strides, placement)

    failures = model.engine.run(items, receive, progress, "evaluate")
    for row, reason in failures.items():
        raise InputError(
            f"{items[row].name} could be read when the fit began, and now: {reason.rstrip('.')}. "
            "Leave the pictures where they are while a model is fitted."
        )
    return [answers[row] for row in range(len(items))]


def as_read(plan: Plan, taps: Sequence[Tap]) -> Plan:
    """The plan as it is carried out: what comes after the last stage that is read learns nothing.

    Parameters
    ----------
    plan : Plan
        As it was asked for.
    taps : sequence of Tap
        What the head reads.
    """
    last = max(tap.index for tap in taps)
    stages = tuple(
        replace(stage, mode="frozen") if place > last and stage.init == "pretrained" else stage
        for place, stage in enumerate(plan.stages)
    )
    return replace(plan, stages=stages)


def _training(plan: Plan) -> TrainingPlan:
    return plan.training or TrainingPlan()


def _views(plan: Plan) -> tuple[str, ...]:
    """The original, which validation reads, and all that are drawn from."""
    return tuple(dict.fromkeys((ORIGINAL, *_training(plan).views)))


def _names(taps: Sequence[Tap]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tap.stage for tap in taps))


def _bytes_of(label: Any) -> bytes:
    """Of an annotation: what would be learned otherwise if it changed."""
    if hasattr(label, "codes"):
        return hashlib.blake2b(np.ascontiguousarray(label.codes()).tobytes()).digest()
    return np.ascontiguousarray(label.corners).tobytes() + "|".join(map(str, label.labels)).encode()


def _canvas_decision(
    canvas: tuple[int, int], taps: Sequence[Tap], sizes: Sequence[tuple[int, int]]
) -> Decision:
    rows = tuple(
        {
            "stage": tap.stage,
            "stride of the map": tap.stride,
            "stride of the stage": round(tap.own_stride, 2),
            "channels": tap.channels,
        }
        for tap in taps
    )
    width, height = np.median(np.asarray(sizes), axis=0).round().astype(int)
    reason = (
        f"The pictures are {width} x {height} pixels in the middle; they are seen whole on "
        f"{canvas[1]} x {canvas[0]}."
    )
    answer = f"{canvas[1]} x {canvas[0]} pixels, maps of stride " + ", ".join(
        str(tap.stride) for tap in taps
    )
    return Decision("what the network sees", answer, reason, rows)
