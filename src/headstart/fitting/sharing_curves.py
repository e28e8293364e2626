"""One network for several targets against one for each, learned from few samples and from more.

The samples pass through the frozen stages once; every size reads the same stored states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from headstart.data.target_columns import Targets
from headstart.errors import InputError, PlanError
from headstart.evaluation.learning_curve import nested_order
from headstart.evaluation.sharing_curve import (
    SharingCurve,
    SharingPoint,
    TargetCurve,
    lacks,
    sharing_sizes,
)
from headstart.fitting.sharing import Fits, train_ways
from headstart.fitting.sides import Side
from headstart.fitting.target_job import TargetJob, begin
from headstart.fitting.target_settings import TargetSettings
from headstart.fitting.target_sides import Column, Rows, TargetSides, joint_strata
from headstart.fitting.watch import Watch
from headstart.progress import Progress, silent

if TYPE_CHECKING:
    from headstart.fitting.shared_course import SharedCourse


def sharing_curves(
    targets: Targets,
    settings: TargetSettings,
    sizes: Sequence[int] | None = None,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> SharingCurve:
    """Train both ways from growing parts of the training samples, and compare them.

    Parameters
    ----------
    targets : Targets
        Samples with columns of targets.
    settings : TargetSettings
        What is asked for; the plan has to train.
    sizes : sequence of int or None
        Numbers of training samples; None: :func:`~.sharing_sizes` of them.
    progress : Progress
        Who is told how far it is.
    watch : Watch or None
        Where the seconds go.

    Raises
    ------
    InputError
        If there is one target, no test sample, or a size that there is not.
    PlanError
        If the plan trains no stage: both ways are the same then.
    SourceError
        If the source cannot be had.
    """
    watch = watch or Watch()
    if len(targets.names) < 2:
        raise InputError(
            f"There is one target ({targets.names[0]!r}), and one network for all is compared with "
            "one for each. Name two or more with --targets; of one target, headstart curve "
            "--label-column NAME shows what more labels bring."
        )
    if sizes:
        _checked(sizes, len(targets.train))  # at most so many: nothing has to be read to know it
    both = replace(settings, grouping="auto")
    job = begin(targets, both, progress, watch)
    start = _Start.of(job)
    wanted = _checked(sizes, len(job.learner)) if sizes else sharing_sizes(len(job.learner))
    order = nested_order(np.arange(len(job.learner)), _strata(job), settings.fit.seed)
    found = {}
    for size in wanted:
        progress(f"learn from {size} samples", 0, None)
        found[size] = _at(start, np.sort(order[:size]), both)
    return _result(start, found, watch)


@dataclass(frozen=True)
class _At:
    """What was found with one number of samples."""

    fits: Fits
    labels: Mapping[str, int]
    lost: Mapping[str, str]


@dataclass(frozen=True)
class _Start:
    """Where each training starts."""

    job: TargetJob
    course: SharedCourse

    @classmethod
    def of(cls, job: TargetJob) -> _Start:
        """Refuse what trains nothing or cannot be judged, and store what all epochs read."""
        from headstart.fitting.shared_course import Samples, SharedCourse
        from headstart.fitting.training_course import TrainingCourse

        if not isinstance(job.course, TrainingCourse):
            raise PlanError(
                "The plan freezes all stages, so each target has a linear model of its own on the "
                "same vectors, and one network for all is the same as one for each. Accepted is a "
                "plan that trains, such as --plan freeze:-2 or --plan full."
            )
        if not len(job.tester):
            raise InputError(
                "No test sample is left to compare on. Put 'test' into a column 'split', or leave "
                "that column out to have a part held back."
            )
        course = SharedCourse.like(job.course)
        samples = Samples(job.learner, job.tester)
        course.open(len(job.learner) + len(job.tester))
        course.store_views(samples)  # of all, so that no size pays for a pass
        return cls(job, course)


def _checked(sizes: Sequence[int], n_samples: int) -> list[int]:
    odd = [size for size in sizes if not 2 <= size <= n_samples]
    if odd:
        raise InputError(
            f"The size {odd[0]} is asked for, and there are {n_samples} training samples; accepted "
            f"are numbers from 2 to {n_samples}, such as {sharing_sizes(n_samples)[0]}. Correct "
            "--sizes."
        )
    return sorted(set(sizes))


def _strata(job: TargetJob) -> Any:
    columns = [
        Column(one.name, type(one.halves.task), one.halves.learner.targets, one.rows)
        for one in job.parts
    ]
    return joint_strata(columns, len(job.learner))


def _at(start: _Start, rows: Rows, settings: TargetSettings) -> _At:
    """Both ways, learned from these rows of the training side."""
    from headstart.fitting.shared_course import Samples

    job = start.job
    parts = [among(part, rows) for part in job.parts]
    why = {one.name: lacks(one.halves.task, one.halves.learner.targets) for one in parts}
    lost = {name: reason for name, reason in why.items() if reason is not None}
    kept = [one for one in parts if one.name not in lost]
    labels = {one.name: len(one.rows) for one in kept}
    if len(kept) < 2:
        return _At(Fits({}), labels, lost)
    samples = Samples(job.learner.take(rows), job.tester)
    return _At(train_ways(start.course.again(samples), samples, kept, settings), labels, lost)


def among(part: TargetSides, chosen: Rows) -> TargetSides:
    """A target with some of the training samples, in rising order; their rows are counted anew."""
    places = np.flatnonzero(np.isin(part.rows, chosen))
    learner = part.halves.learner
    features = {"source": {name: one[places] for name, one in learner.features["source"].items()}}
    side = Side(learner.dataset.take(places), learner.targets[places], features)
    halves = replace(part.halves, learner=side, folds=())
    return replace(part, halves=halves, rows=np.searchsorted(chosen, part.rows[places]))


def _result(start: _Start, found: Mapping[int, _At], watch: Watch) -> SharingCurve:
    job, plan = start.job, start.course.plan
    lost = [
        f"With {size} samples the target {name!r} is not compared: {reason} among them."
        for size, one in found.items()
        for name, reason in one.lost.items()
    ]
    return SharingCurve(
        modality=job.learner.modality,
        source=plan.source,
        plan=plan.to_dict(),
        n_train=len(job.learner),
        n_test=len(job.tester),
        sizes=tuple(found),
        targets=tuple(_curve(part, found) for part in job.parts),
        training_seconds={str(size): one.fits.seconds for size, one in found.items()},
        quarantined=tuple({"input": one.input, "reason": one.reason} for one in job.quarantined),
        notes=tuple(dict.fromkeys((*job.notes, *lost))),
        seconds=watch.seconds,
    )


def _curve(part: TargetSides, found: Mapping[int, _At]) -> TargetCurve:
    points = []
    for size, one in found.items():
        way = one.fits.ways.get(part.name)
        if way is not None and way.sharing is not None:
            points.append(SharingPoint(size, one.labels[part.name], way.sharing))
    return TargetCurve(part.name, part.halves.task.name, len(part.halves.tester), tuple(points))
