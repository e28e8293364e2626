"""A fit with several targets: one pass, one network or several, figures for each target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from headstart.data.dataset import Dataset
from headstart.data.target_columns import Targets
from headstart.evaluation.result import NearDuplicate
from headstart.evaluation.several_targets import SeveralResult, TargetResult
from headstart.fitting.frozen_course import FrozenCourse
from headstart.fitting.job import measured
from headstart.fitting.sharing import Fits, Way, train_ways
from headstart.fitting.snapshots import snapshots_of_all
from headstart.fitting.target_job import TargetJob, begin
from headstart.fitting.target_settings import TargetSettings
from headstart.fitting.target_sides import TargetSides
from headstart.fitting.watch import Watch
from headstart.progress import Progress, silent
from headstart.runs.model import Model
from headstart.runs.several_targets import SeveralModel, TargetAnswers

_COINCIDE = (
    "All stages are frozen, so the targets share one pass and each has a linear model of its own: "
    "one network for all and one for each are the same here, and cost one pass. A plan that trains "
    "(--plan freeze:-2, say) has something to share."
)


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
    job = begin(targets, asked, progress, watch)
    fits = _fit(job, asked)
    progress("evaluate", 0, None)
    with watch.step("evaluate"):
        models = {
            one.name: measured(one.halves, fits.ways[one.name].fitted, job.vectors, job.settings)
            for one in job.parts
        }
    notes = (*job.notes, *fits.notes, *_notes_of(models))
    result = replace(
        _result(job, models, fits),
        grouping=asked.grouping,
        notes=tuple(dict.fromkeys(notes)),
        seconds=watch.seconds,
    )
    return SeveralModel(models, result, _predictions(job.parts, models, job.tester))


def _fit(job: TargetJob, asked: TargetSettings) -> Fits:
    """A way for each target; where nothing is trained, there is only one."""
    course, parts = job.course, job.parts
    if isinstance(course, FrozenCourse):
        ways = {one.name: Way(course.fit(one.halves)) for one in parts}
        return Fits(ways, notes=(_COINCIDE,) if len(parts) > 1 else ())
    from headstart.fitting.shared_course import Samples, SharedCourse
    from headstart.fitting.training_course import TrainingCourse

    if not isinstance(course, TrainingCourse):
        raise TypeError(f"several targets cannot be fitted by a {type(course).__name__}")
    samples = Samples(job.learner, job.tester)
    with snapshots_of_all(asked.fit.resume) as snapshots:
        return train_ways(SharedCourse.like(course), samples, parts, asked, snapshots)


def _notes_of(models: Mapping[str, Model]) -> Iterator[str]:
    for name, model in models.items():
        yield from (f"Target {name!r}: {note}" for note in model.result_.notes)


def _result(job: TargetJob, models: Mapping[str, Model], fits: Fits) -> SeveralResult:
    plan = next(iter(fits.ways.values())).fitted.plan
    return SeveralResult(
        modality=job.learner.modality,
        n_train=len(job.learner),
        n_test=len(job.tester),
        source=plan.source,
        plan=plan.to_dict(),
        targets=tuple(_target_result(one, models[one.name], fits) for one in job.parts),
        training_seconds=fits.seconds,
        affinity={} if fits.groups is None else fits.groups.affinity,
        near_duplicates=_near_duplicates(models),
        duplicates=job.shared,
        quarantined=tuple({"input": one.input, "reason": one.reason} for one in job.quarantined),
    )


def _target_result(part: TargetSides, model: Model, fits: Fits) -> TargetResult:
    way = fits.ways[part.name]
    result = replace(model.result_, near_duplicates=())
    return TargetResult(
        part.name,
        result,
        way.served_by,
        way.sharing,
        way.log_variance,
        way.group,
        way.grouped,
    )


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
