"""Learning curves of a data set: read vectors, measure with and without transfer, compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.evaluation.curve_comparison import crossing, labels_saved
from headstart.evaluation.curve_measure import MEASURES
from headstart.evaluation.curve_result import WITH, WITHOUT, Curve, CurveResult
from headstart.evaluation.learning_curve import curve_repeats, measure_curve
from headstart.fitting.measuring import habit_of
from headstart.fitting.settings import Settings
from headstart.fitting.sides import folds_of, labels_of, read_for
from headstart.fitting.vectors import EMBEDDINGS, Features, gather
from headstart.fitting.watch import Watch
from headstart.progress import Progress, silent
from headstart.tasks.registry import task_named
from headstart.tasks.task import Task
from headstart.training.objective import Objective, objective_for
from headstart.training.probe import Samples

#: With fewer points a note says that the law leans on other curves.
_ENOUGH_SIZES = 4

#: Kind of features to the curve that they make.
_CURVES = {"source": WITH, "classical": WITHOUT}


def learning_curves(
    train: Dataset,
    settings: Settings | None = None,
    target: float | None = None,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> CurveResult:
    """Measure how well probes do with few labels and with more, and what more would bring.

    Every sample is judged by probes that did not learn from it; no test set is looked at.

    Parameters
    ----------
    train : Dataset
        Labelled samples.
    settings : Settings or None
        Source, task and seed; None: everything chosen.
    target : float or None
        Accuracy to reach, or the mean absolute error of a regression.
    progress : Progress
        Who is told how far it is.
    watch : Watch or None
        Where the seconds go.

    Raises
    ------
    InputError
        If the data make the task impossible, no sample can be held out, or no error is like the
        target.
    """
    settings, watch = settings or Settings(), watch or Watch()
    kind = task_named(settings.task)
    error = None if target is None else MEASURES[settings.task].error_of(target)
    settings = replace(settings, modality=train.modality)
    train = read_for(kind, train)
    notes = kind.check(train)
    vectors = gather(train, settings, progress, watch)
    train = train.set_aside(vectors.failures)
    notes += kind.check(train)
    task = kind.from_labels(labels_of(train))
    with watch.step("read vectors"):
        features = vectors.of(train)
    with watch.step("learning curves"):
        curves = _curves(train, task, features, settings.seed, progress)
    return CurveResult(
        task=settings.task,
        modality=train.modality,
        source=EMBEDDINGS if vectors.backbone is None else vectors.backbone.source.name,
        n_labels=len(train),
        curves=curves,
        **_answers(settings.task, curves, len(train), error),
        quarantined=tuple({"input": one.input, "reason": one.reason} for one in train.quarantined),
        notes=tuple(dict.fromkeys((*train.notes, *notes, *_about_sizes(curves[0])))),
        seconds=watch.seconds,
    )


def _curves(
    train: Dataset, task: Task, features: Mapping[str, Features], seed: int, progress: Progress
) -> tuple[Curve, ...]:
    """A curve for each kind of features, on the same folds and subsets."""
    targets, ids = task.encode(labels_of(train)), train.fingerprints
    numbers = range(seed, seed + curve_repeats(len(train)))
    dealt = [folds_of(task, targets, ids, number) for number in numbers]
    objective = objective_for(task, targets)
    guess = _guess_error(task, objective, targets)
    curves = []
    for kind, name in _CURVES.items():
        if kind in features:
            samples = Samples(
                features[kind], targets, objective, dealt[0], habit_of(train.modality, kind)
            )
            strata = task.strata(targets)
            measured = measure_curve(samples, strata, dealt, seed=seed, progress=progress)
            curves.append(Curve.of(name, measured, guess, seed))
    return tuple(curves)


def _about_sizes(curve: Curve) -> tuple[str, ...]:
    """Too few points say nothing of how fast the error falls; usual curves say it instead."""
    if len(curve.points) >= _ENOUGH_SIZES:
        return ()
    return (
        f"The curve has {len(curve.points)} points only, since there are few samples for each "
        "class. What it says of more labels is a guess from other curves: do not count on it.",
    )


def _guess_error(task: Task, objective: Objective, targets: NDArray[Any]) -> float:
    """Mean error of what all that is known without looking at a sample would say."""
    scores = np.tile(task.guess(targets), (len(targets), 1))
    return float((objective.best - objective.merits(scores, targets)).mean())


def _answers(
    task: str, curves: tuple[Curve, ...], n_labels: int, error: float | None
) -> dict[str, Any]:
    """What more labels bring, and what transfer is worth in labels."""
    law = curves[0].law
    step = MEASURES[task].step_from(law.predict(n_labels).value)
    answers: dict[str, Any] = {"step": step, "more": law.more_for(n_labels, step)}
    if error is not None:
        answers |= {"target": error, "needed": law.labels_needed(error)}
    if len(curves) > 1:
        least = curves[0].points[0].labels
        without = curves[1].law
        answers["saved"] = labels_saved(law, without, n_labels)
        answers["crossing"] = crossing(law, without, least)
    return answers
