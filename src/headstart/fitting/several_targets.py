"""A fit with several targets: one pass, one network or several, figures for each target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from headstart.advice.transfer_choice import is_clearly_worse
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.target_columns import Targets
from headstart.errors import InputError, PlanError
from headstart.evaluation.result import NearDuplicate
from headstart.evaluation.several_targets import (
    Served,
    SeveralResult,
    Sharing,
    TargetResult,
    sharing_verdict,
)
from headstart.evidence import Decision
from headstart.fitting.course import Course, Fitted
from headstart.fitting.job import choose_course, measured, without_shared
from headstart.fitting.settings import Settings
from headstart.fitting.sides import together
from headstart.fitting.target_sides import (
    Column,
    TargetSides,
    read_columns,
    split_rows,
    target_sides,
)
from headstart.fitting.vectors import Vectors
from headstart.fitting.watch import Watch
from headstart.progress import Progress, silent
from headstart.runs.model import Model
from headstart.runs.several_targets import SeveralModel, TargetAnswers
from headstart.training.objective import objective_for

if TYPE_CHECKING:
    from headstart.fitting.shared_course import Trained

GROUPINGS = ("auto", "joint", "separate")
UNCERTAINTY, EQUAL = "uncertainty", "equal"
#: Fewer held-out samples cannot show that sharing hurts.
_FEWEST = 20
_SHARED = "shared"
_COINCIDE = (
    "All stages are frozen, so the targets share one pass and each has a linear model of its own: "
    "one network for all and one for each are the same here, and cost one pass. A plan that trains "
    "(--plan freeze:-2, say) has something to share."
)


@dataclass(frozen=True)
class TargetSettings:
    """What a fit with several targets is asked for.

    Parameters
    ----------
    fit : Settings
        What any fit is asked for; its task is not looked at.
    kinds : mapping of str to str
        Target to what it asks for; those that are not named, and ``"auto"``, are seen from their
        cells.
    grouping : {"auto", "joint", "separate"}
        One network for all, one for each, or both trained and the better one kept for each target.
    loss_weights : {"uncertainty", "equal"} or mapping of str to float
        How the targets' losses are weighed: learned, alike, or as given (1 where not named).

    Raises
    ------
    InputError, PlanError
        If a value is not accepted.
    """

    fit: Settings = field(default_factory=Settings)
    kinds: Mapping[str, str] = field(default_factory=dict)
    grouping: str = "auto"
    loss_weights: str | Mapping[str, float] = UNCERTAINTY

    def __post_init__(self) -> None:
        if self.grouping not in GROUPINGS:
            raise InputError(
                f"The grouping is {self.grouping!r}; accepted: {', '.join(GROUPINGS)}. Leave it "
                "out to have both trained and the better one kept."
            )
        self._check_weights()
        if self.fit.searches or self.fit.compares_sources:
            what = "several sources" if self.fit.compares_sources else f"{str(self.fit.plan)!r}"
            raise PlanError(
                f"With several targets one source and one plan are fitted, but {what} or a time "
                "limit was asked for. Accepted: one source, and a plan such as probe, full or "
                "freeze:-2. Find the plan for one target first: headstart fit --label-column NAME "
                "--time-limit SECONDS."
            )
        if self.fit.resume:
            raise InputError(
                "With several targets a training cannot be gone on with. Leave out --resume; what "
                "was encoded is kept all the same."
            )

    def _check_weights(self) -> None:
        given = self.loss_weights
        if isinstance(given, str):
            if given not in (UNCERTAINTY, EQUAL):
                raise InputError(
                    f"The loss weights are {given!r}; accepted: {UNCERTAINTY}, {EQUAL}, or a "
                    "number for each target, such as car=1,sign=0.5. Correct them."
                )
            return
        for name, value in given.items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not 0.0 <= value < float("inf"):
                raise InputError(
                    f"The loss weight of {name!r} is {value!r}; accepted is a number of at least "
                    "0, such as 1. Correct it."
                )

    def check_names(self, names: tuple[str, ...]) -> None:
        """Refuse kinds and weights of targets that there are not.

        Raises
        ------
        InputError
            Naming the first.
        """
        weights = () if isinstance(self.loss_weights, str) else self.loss_weights
        for what, given in (("kind", self.kinds), ("loss weight", weights)):
            odd = [name for name in given if name not in names]
            if odd:
                raise InputError(
                    f"A {what} is given for {odd[0]!r}, which is no target. The targets: "
                    f"{', '.join(map(repr, names))}. Correct the name."
                )

    def weight(self, name: str) -> float | None:
        """Of a target's loss; None: learned."""
        if isinstance(self.loss_weights, str):
            return None if self.loss_weights == UNCERTAINTY else 1.0
        return float(self.loss_weights.get(name, 1.0))


@dataclass(frozen=True)
class _Way:
    """How a target is answered, and what is known of the alternatives."""

    fitted: Fitted
    served_by: Served = "shared"
    sharing: Sharing | None = None
    log_variance: float | None = None


@dataclass(frozen=True)
class _Fits:
    """A way for each target, and what the networks cost."""

    ways: Mapping[str, _Way]
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def fit_targets(
    targets: Targets,
    settings: TargetSettings | None = None,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> SeveralModel:
    """Encode once, fit every target, and find out whether sharing one network is better.

    Parameters
    ----------
    targets : Targets
        Samples with columns of targets; gaps are left out of what is learned, and never filled.
    settings : TargetSettings or None
        What is asked for; None: everything chosen.
    progress : Progress
        Who is told how far it is.
    watch : Watch or None
        Where the seconds go.

    Raises
    ------
    InputError
        If the data make a target impossible.
    SourceError, PlanError
        If the source or the plan cannot be had.
    """
    asked, watch = settings or TargetSettings(), watch or Watch()
    asked.check_names(targets.names)
    job = _Job(asked, progress, watch)
    train = targets.train
    shared: tuple[str, ...] = ()
    if targets.test is not None:
        train, shared = without_shared(train, targets.test)
    course, vectors, sides = job.encode(replace(targets, train=train))
    with watch.step("read vectors"):
        found = [
            target_sides(column, sides.learner, sides.tester, vectors, job.settings(train))
            for column in sides.columns
        ]
    parts = [part for part, _ in found]
    fits = _fit(course, parts, sides, asked)
    progress("evaluate", 0, None)
    with watch.step("evaluate"):
        models = {
            one.name: measured(one.halves, fits.ways[one.name].fitted, vectors, job.settings(train))
            for one in parts
        }
    told = (note for _, some in found for note in some)
    notes = (*sides.notes, *told, *fits.notes, *_notes_of(models))
    result = replace(
        _result(sides, parts, models, fits),
        grouping=asked.grouping,
        duplicates=shared,
        notes=tuple(dict.fromkeys(notes)),
        seconds=watch.seconds,
    )
    return SeveralModel(models, result, _predictions(parts, models, sides.tester))


@dataclass(frozen=True)
class _Sides:
    """All samples that could be read, and the targets' cells of both sides in a row."""

    learner: Dataset
    tester: Dataset
    columns: list[Column]
    quarantined: tuple[Quarantined, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Job:
    """What is asked for, who is told, and where the seconds go."""

    asked: TargetSettings
    progress: Progress
    watch: Watch

    def settings(self, dataset: Dataset) -> Settings:
        """What any fit of such samples is asked for."""
        return replace(self.asked.fit, modality=dataset.modality, keeps_samples=False)

    def encode(self, targets: Targets) -> tuple[Course, Vectors, _Sides]:
        """One pass over the samples of both sides, and the sides without what cannot be read."""
        train, test = targets.train, targets.test
        whole = train if test is None else together(train, test)
        boundary = len(whole) if test is None else len(train)
        columns = read_columns(whole, targets.names, self.asked.kinds, boundary)
        settings = self.settings(whole)
        course = choose_course(settings, whole, self.progress, self.watch)
        vectors = course.gather(whole)
        kept = np.array([row for row in range(len(whole)) if row not in vectors.failures], int)
        columns = [column.among(kept) for column in columns]
        whole = whole.set_aside(vectors.failures)
        limit = int((kept < boundary).sum())
        rows = np.arange(limit), np.arange(limit, len(whole))
        if test is None:
            rows = split_rows(columns, whole.fingerprints, settings)
        columns = [column.among(np.concatenate(rows)) for column in columns]
        learner, tester = whole.take(rows[0]), whole.take(rows[1])
        sides = _Sides(learner, tester, columns, whole.quarantined, whole.notes)
        return course, vectors, sides


def _notes_of(models: Mapping[str, Model]) -> Iterator[str]:
    for name, model in models.items():
        yield from (f"Target {name!r}: {note}" for note in model.result_.notes)


def _result(
    sides: _Sides, parts: Sequence[TargetSides], models: Mapping[str, Model], fits: _Fits
) -> SeveralResult:
    plan = next(iter(fits.ways.values())).fitted.plan
    return SeveralResult(
        modality=sides.learner.modality,
        n_train=len(sides.learner),
        n_test=len(sides.tester),
        source=plan.source,
        plan=plan.to_dict(),
        targets=tuple(_target_result(one, models[one.name], fits) for one in parts),
        training_seconds=fits.seconds,
        near_duplicates=_near_duplicates(models),
        quarantined=tuple({"input": one.input, "reason": one.reason} for one in sides.quarantined),
    )


def _fit(course: Any, parts: list[TargetSides], sides: _Sides, asked: TargetSettings) -> _Fits:
    """A way for each target; where nothing is trained, there is only one."""
    from headstart.fitting.frozen_course import FrozenCourse

    if isinstance(course, FrozenCourse):
        ways = {one.name: _Way(course.fit(one.halves)) for one in parts}
        return _Fits(ways, notes=(_COINCIDE,) if len(parts) > 1 else ())
    return _train(course, parts, sides, asked)


def _train(course: Any, parts: list[TargetSides], sides: _Sides, asked: TargetSettings) -> _Fits:
    """One network for all, one for each, or both."""
    from headstart.fitting.shared_course import Samples, SharedCourse

    samples = Samples(sides.learner, sides.tester)
    first = SharedCourse.like(course)
    first.open(len(sides.learner) + len(sides.tester))
    first.store_views(samples)
    rows = first.rows(samples, parts)
    heads = [first.first_head(one, *rows) for one in parts]
    shared: Trained | None = None
    own: dict[str, Trained] = {}
    if asked.grouping != "separate":
        course.progress("train the shared network", 0, None)
        weights = [asked.weight(one.name) for one in parts] if len(parts) > 1 else [1.0]
        shared = first.learn(samples, heads, rows, weights)
    if asked.grouping == "separate" or (asked.grouping == "auto" and len(parts) > 1):
        for one in heads:
            course.progress(f"train the network of {one.part.name}", 0, None)
            own[one.part.name] = first.again(samples).learn(samples, [one], rows, [1.0])
    ways = {part.name: _way(part, shared, own.get(part.name), asked.fit.seed) for part in parts}
    seconds = {} if shared is None else {_SHARED: shared.seconds}
    return _Fits(ways, seconds | {name: one.seconds for name, one in own.items()})


def _way(part: TargetSides, shared: Trained | None, own: Trained | None, seed: int) -> _Way:
    """The better of both networks, or the one that there is."""
    alone = None if own is None else own.fitted[part.name]
    if shared is None:
        if alone is None:
            raise RuntimeError(f"no network was trained for {part.name}")
        return _Way(alone, "own")
    fitted, learned = shared.fitted[part.name], shared.log_variances.get(part.name)
    if alone is None:
        return _Way(fitted, log_variance=learned)
    return _better(part, fitted, alone, learned, seed)


def _better(
    part: TargetSides, shared: Fitted, own: Fitted, log_variance: float | None, seed: int
) -> _Way:
    """The shared network, unless training samples held out say that it hurts."""
    halves, task = part.halves, part.halves.task
    held_out, hurts = _held_out(part, shared, own, seed)
    targets = halves.tester.targets
    sharing = Sharing({}, {}, held_out=held_out)
    if len(halves.tester):
        one, other = (task.outputs(each.head, each.test_vectors) for each in (shared, own))
        difference = task.difference(targets, one, other, seed)
        figures = [task.figures(targets, each, seed) for each in (one, other)]
        verdict = sharing_verdict(difference)
        sharing = Sharing(figures[0], figures[1], difference, verdict, held_out)
    decision = _decision(hurts, held_out)
    chosen = own if hurts else shared
    fitted = replace(chosen, decisions=(*chosen.decisions, decision))
    return _Way(fitted, "own" if hurts else "shared", sharing, log_variance)


def _held_out(
    part: TargetSides, shared: Fitted, own: Fitted, seed: int
) -> tuple[dict[str, Any] | None, bool]:
    """Both on training samples that neither learned from, and whether sharing clearly hurts.

    It does where the loss is higher by more than its standard error, and no more is right.
    """
    if shared.held_out is None or own.held_out is None:
        return None, False
    rows, one, other = shared.held_out.beside(own.held_out)
    if not len(rows):
        return None, False
    learner, task = part.halves.learner, part.halves.task
    targets = learner.targets[rows]
    objective = objective_for(task, learner.targets)
    merits = [objective.merits(scores, targets) for scores in (one, other)]
    losses = [objective.losses(scores, targets) for scores in (one, other)]
    gain = task.difference(targets, one, other, seed)
    row = {
        "samples": "training, held out",
        "count": len(rows),
        "measure": objective.merit,
        "shared": abs(float(merits[0].mean())),
        "own": abs(float(merits[1].mean())),
        "shared_loss": float(losses[0].mean()),
        "own_loss": float(losses[1].mean()),
        "difference": gain.value,
        "low": gain.low,
        "high": gain.high,
    }
    # The loss sees how sure the answers were, where few samples hardly differ in what is right.
    is_worse = is_clearly_worse(-losses[0], -losses[1]) and merits[0].mean() <= merits[1].mean()
    return row, len(rows) >= _FEWEST and bool(is_worse)


def _decision(hurts: bool, held_out: dict[str, Any] | None) -> Decision:
    rows = () if held_out is None else (held_out,)
    reason = (
        "On training samples that were held out, a network of its own had a lower loss than the "
        "shared one by more than the standard error."
        if hurts
        else "No training samples that were held out show that sharing hurts."
    )
    return Decision("which network answers", "its own" if hurts else "the shared one", reason, rows)


def _target_result(part: TargetSides, model: Model, fits: _Fits) -> TargetResult:
    way = fits.ways[part.name]
    result = replace(model.result_, near_duplicates=())
    return TargetResult(part.name, result, way.served_by, way.sharing, way.log_variance)


def _near_duplicates(models: Mapping[str, Model]) -> tuple[NearDuplicate, ...]:
    """Those of all targets, each once."""
    pairs = {
        (one.test, one.train): one
        for model in models.values()
        for one in model.result_.near_duplicates
    }
    return tuple(pairs.values())


def _predictions(
    parts: list[TargetSides], models: Mapping[str, Model], tester: Dataset
) -> tuple[TargetAnswers, ...]:
    """What is said of the test samples, where it is known what is right."""
    answers: list[dict[str, Any]] = [{} for _ in range(len(tester))]
    for part in parts:
        for row, one in zip(part.test_rows, models[part.name].predictions, strict=True):
            answers[row][part.name] = one
    return tuple(TargetAnswers(*one) for one in zip(tester.names, answers, strict=True))
