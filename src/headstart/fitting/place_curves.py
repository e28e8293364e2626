"""Learning curves of places: heads on growing parts of the training pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from headstart.data.dataset import Dataset
from headstart.data.growing import growing_order
from headstart.errors import InputError
from headstart.evaluation.place_curve import PlaceCurve, PlaceCurvePoint
from headstart.fitting.place_answers import all_answers
from headstart.fitting.place_learner import PlaceLearner
from headstart.fitting.place_plan import twin_plan
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.place_sides import PlaceSides, place_sides
from headstart.fitting.watch import Watch
from headstart.progress import Progress, silent

#: Fewer pictures say nothing that another few would not contradict.
_FEWEST = 8
_MOST_POINTS = 4


@dataclass(frozen=True)
class _Learned:
    """Answers about the test pictures of what learned from some of the training pictures."""

    n_train: int
    source: str
    answers: Sequence[Any]
    twin: Sequence[Any] | None


def place_sizes(n_train: int) -> list[int]:
    """Numbers of pictures to learn from: all, a half, a quarter, an eighth; 8 at least.

    Examples
    --------
    >>> place_sizes(160), place_sizes(20), place_sizes(5)
    ([20, 40, 80, 160], [10, 20], [5])
    """
    sizes = [n_train]
    while len(sizes) < _MOST_POINTS and sizes[0] // 2 >= _FEWEST:
        sizes.insert(0, sizes[0] // 2)
    return sizes


def place_curves(
    train: Dataset,
    test: Dataset | None,
    settings: PlaceSettings,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> PlaceCurve:
    """Learn from parts of the training pictures, each of which holds the smaller ones.

    Every part is trained for the steps of any fit, and measured on the same test pictures.

    Parameters
    ----------
    train : Dataset
        Pictures whose labels are Boxes or Masks.
    test : Dataset or None
        Held out; None: a share of ``train``.
    settings : PlaceSettings
        What a fit is asked for; ``twin``: whether random weights are learned on as well.
    progress : Progress
        Who is told how far it is.
    watch : Watch or None
        Where the seconds go.

    Raises
    ------
    InputError
        As a fit, and where several sources are named.
    """
    if settings.candidates:
        raise InputError(
            f"{len(settings.candidates)} sources are named; a curve is about one. Name one source, "
            "or have one chosen by: headstart fit."
        )
    watch = watch or Watch()
    sides = place_sides(train, test, settings)
    rows = growing_order(np.zeros(len(sides.train), dtype=np.intp), settings.seed)
    sizes = place_sizes(len(sides.train))
    # The largest comes first: it encodes most of what the others read.
    found = [_learned(sides, rows[:size], settings, progress, watch) for size in reversed(sizes)]
    found.reverse()
    with watch.step("evaluate"):
        points = _points(sides, found, settings.seed)
    notes = (*sides.train.notes, *sides.test.notes, *sides.notes)
    return PlaceCurve(
        task=sides.task.name,
        source=found[-1].source,
        metric=sides.task.metric,
        n_test=len(sides.test),
        points=points,
        notes=tuple(dict.fromkeys(notes)),
        seconds=watch.seconds,
    )


def _learned(
    sides: PlaceSides, rows: Any, settings: PlaceSettings, progress: Progress, watch: Watch
) -> _Learned:
    some = sides.train.take(rows)
    learner = PlaceLearner(settings, sides.task, some, progress, watch)
    model = learner.learn().model
    answers, twin = _answers(model, sides, progress, watch), None
    if settings.twin and model.plan.transfers:
        own = Watch()
        with watch.step("the random twin"):
            bare = replace(learner, watch=own).learn(twin_plan(model.plan)).model
            twin = _answers(bare, sides, progress, own)
    return _Learned(len(some), model.plan.source, answers, twin)


def _answers(model: Any, sides: PlaceSides, progress: Progress, watch: Watch) -> Sequence[Any]:
    with watch.step("evaluate"):
        return all_answers(model, sides.test.items, progress)


def _points(sides: PlaceSides, found: Sequence[_Learned], seed: int) -> tuple[PlaceCurvePoint, ...]:
    task, truth = sides.task, list(sides.test.labels if sides.test.labels is not None else ())
    points = []
    for place, one in enumerate(found):
        twin = one.twin
        before = found[place - 1].answers if place else None
        points.append(
            PlaceCurvePoint(
                one.n_train,
                task.figures(truth, one.answers, seed)[task.metric],
                None if twin is None else task.figures(truth, twin, seed)[task.metric],
                None if twin is None else task.difference(truth, one.answers, twin, seed),
                None if before is None else task.difference(truth, one.answers, before, seed),
            )
        )
    return tuple(points)
