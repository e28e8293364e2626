"""What a fit of a task of places begins with: a network on its canvas, a plan, maps to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Any

from headstart.activations.views import ORIGINAL
from headstart.backbones.catalogue import RUN
from headstart.backbones.variants import split_canvas, split_variant, with_canvas
from headstart.errors import SourceError
from headstart.fitting.canvas import canvas_for
from headstart.fitting.place_plan import as_read, place_plan
from headstart.fitting.place_settings import PlaceSettings
from headstart.plan import Plan, TrainingPlan
from headstart.tasks.place_task import PlaceTask

if TYPE_CHECKING:
    from headstart.backbones.assembly import Assembled
    from headstart.backbones.taps import Tap


@dataclass(frozen=True)
class PlaceStart:
    """A network that has not learned yet, and what is done with it.

    Parameters
    ----------
    assembled : Assembled
        The network with the weights that it starts from.
    plan : Plan
        As it is carried out.
    taps : tuple of Tap
        What the head reads.
    unread : tuple of str
        Stages that were to be trained, and come after what the head reads.
    """

    assembled: Assembled
    plan: Plan
    taps: tuple[Tap, ...]
    unread: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not done that was asked for."""
        if not self.unread or self.plan.suffix:
            return ()
        named = ", ".join(self.unread)
        return (f"Nothing but the head was trained: it does not read what {named} gives.",)

    @property
    def canvas(self) -> tuple[int, int]:
        """Height and width of what the network reads."""
        return self.assembled.source.preprocessing.size

    @property
    def training(self) -> TrainingPlan:
        """How it is trained."""
        return self.plan.training or TrainingPlan()

    @property
    def views(self) -> tuple[str, ...]:
        """The original, which validation reads, and all that are drawn from."""
        return tuple(dict.fromkeys((ORIGINAL, *self.training.views)))

    @property
    def drawn_from(self) -> tuple[int, ...]:
        """Places among the views of those that epochs draw from."""
        return tuple(self.views.index(view) for view in self.training.views)

    def with_views(self, views: tuple[str, ...]) -> PlaceStart:
        """The same, trained on other views."""
        return replace(self, plan=replace(self.plan, training=replace(self.training, views=views)))


def start_places(
    settings: PlaceSettings,
    task: PlaceTask,
    labels: Sequence[Any],
    n_train: int,
    plan: Plan | None = None,
) -> PlaceStart:
    """The network, by a plan that is settled already or by the one that the settings ask for.

    Parameters
    ----------
    settings : PlaceSettings
        What is asked for.
    task : PlaceTask
        With its classes.
    labels : sequence of Boxes or Mask
        Of the training pictures.
    n_train : int
        Pictures that are learned from.
    plan : Plan or None
        Settled already.

    Raises
    ------
    SourceError
        If the network cannot be had, or does not read pictures.
    PlanError
        If the plan does not fit its stages.
    """
    from headstart.backbones.taps import taps_for

    if plan is None:
        assembled, plan = _begun(settings, task, labels, n_train)
    else:
        assembled = _assembled_by(plan, settings)
    taps = taps_for(assembled.backbone, task.strides(labels, assembled.source.preprocessing.size))
    stages = tuple(dict.fromkeys(tap.stage for tap in taps))
    read = as_read(plan.with_head(replace(plan.head, stages=stages)), taps)
    both = zip(plan.stages, read.stages, strict=True)
    unread = tuple(asked.name for asked, own in both if asked.mode != own.mode)
    return PlaceStart(assembled, read, taps, unread)


def _begun(
    settings: PlaceSettings, task: PlaceTask, labels: Sequence[Any], n_train: int
) -> tuple[Assembled, Plan]:
    """The network on its canvas with the weights that it starts from, and the plan for it."""
    from headstart.backbones.assembly import check_stages, randomise

    assembled = _on_canvas(settings, [one.size for one in labels])
    stages = assembled.backbone.stage_names
    plan = place_plan(
        settings.plan,
        task.name,
        assembled.source.name,
        stages,
        n_train,
        settings.training,
        len(task.class_names),
    )
    check_stages(plan, stages)
    if any(stage.init == "pretrained" for stage in plan.stages):
        randomise(assembled, plan.stages, settings.seed)
    return assembled, plan


def _on_canvas(settings: PlaceSettings, sizes: Sequence[tuple[int, int]]) -> Assembled:
    """The source's network on the canvas that suits the pictures, or on its own."""
    from headstart.backbones.catalogue import find_source

    name = settings.source_to_read
    modality = find_source(name)["modality"]
    if modality != "image":
        raise SourceError(
            f"Source {name!r} reads samples of kind {modality!r}; accepted for "
            f"{settings.task}: sources that read pictures. See: headstart sources"
        )
    bare, canvas_given = split_canvas(name)
    if canvas_given is not None:
        return _loaded(settings, name)
    is_run = name.startswith(RUN)
    bare, variant = (name, None) if is_run else split_variant(name)
    own = int(variant) if variant is not None else None
    height, width = find_source(bare)["preprocessing"]["size"]
    usual = canvas_for(sizes, sqrt(height * width))
    canvas = (own, own) if own is not None else usual
    try:
        return _loaded(settings, with_canvas(bare, canvas))
    except SourceError:
        if own is not None:
            raise
    return _loaded(settings, with_canvas(bare, (height, width)))


def _loaded(settings: PlaceSettings, name: str) -> Assembled:
    """No weights are asked for where the plan wants none."""
    from headstart.backbones.assembly import load_assembled

    asked = settings.plan
    inits = {one.init for one in asked.stages} if isinstance(asked, Plan) else {asked.init}
    if inits == {"random"}:
        return load_assembled(name, init="random", seed=settings.seed)
    return load_assembled(name, settings.weights)


def _assembled_by(plan: Plan, settings: PlaceSettings) -> Assembled:
    """The network with the weights that each stage of the plan starts from."""
    from headstart.backbones.assembly import assemble

    has_weights = any(stage.init == "pretrained" for stage in plan.stages)
    return assemble(plan, settings.weights if has_weights else None, settings.seed)
