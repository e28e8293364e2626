"""From annotated pictures to a model that says where something is, with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from headstart.data.boxes import Boxes
from headstart.data.dataset import Dataset
from headstart.errors import SourceError
from headstart.evaluation.place_baselines import place_baselines
from headstart.evaluation.result import BaselineFigures, Result, TransferFigures
from headstart.evaluation.verdict import verdict
from headstart.evidence import Decision, Evidence
from headstart.fitting.place_answers import all_answers
from headstart.fitting.place_learner import Learned, PlaceLearner
from headstart.fitting.place_plan import twin_plan
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.place_sides import place_sides
from headstart.fitting.place_source_choice import choose_place_source
from headstart.fitting.place_time import PlaceTime
from headstart.fitting.watch import Watch
from headstart.metrics.figure import Figure
from headstart.plan import Budget
from headstart.progress import Progress, silent
from headstart.runs.kept_outcomes import keep_outcomes
from headstart.runs.kept_places import keep_places
from headstart.runs.place_model import PlaceModel

RANDOM_TWIN = "the same head on the same network with random weights"
NO_TWIN = (
    "There was no time for the same head on random weights, so that the verdict compares with what "
    "looks at no picture."
)


@dataclass(frozen=True)
class Rival:
    """A model without transfer.

    Parameters
    ----------
    name : str
        What a person calls it.
    answers : sequence of Boxes or masks
        About the test pictures.
    merit : float
        The task's figure on training pictures, which chooses what the verdict compares with.
    model : PlaceModel or None
        Where it is more than a rule.
    """

    name: str
    answers: Sequence[Any]
    merit: float
    model: PlaceModel | None = None


def fit_places(
    train: Dataset,
    test: Dataset | None = None,
    settings: PlaceSettings | None = None,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> PlaceModel:
    """Encode views once, train a head on them, measure it, and compare with not transferring.

    Parameters
    ----------
    train : Dataset
        Pictures whose labels are Boxes or Masks.
    test : Dataset or None
        Held out; None: a share of ``train``.
    settings : PlaceSettings or None
        What is asked for; None: a detection with everything chosen.
    progress : Progress
        Who is told how far it is.
    watch : Watch or None
        Where the seconds go; one that ran before keeps what it has.

    Returns
    -------
    PlaceModel
        Fitted on the training side alone.

    Raises
    ------
    InputError
        If nothing can be learned from, or nothing is left to measure with.
    SourceError, PlanError
        If the source or the plan cannot be had.
    """
    settings = settings or PlaceSettings("detection")
    watch = watch or Watch()
    sides = place_sides(train, test, settings)
    task, train, test, notes = sides.task, sides.train, sides.test, sides.notes
    told: tuple[Decision, ...] = ()
    time = None
    if settings.time_limit is not None:
        time = PlaceTime(Budget(settings.time_limit), watch, len(test))
    if settings.candidates:
        choice = choose_place_source(train, task, settings, progress, watch, time)
        told, notes = (choice.decision(),), (*notes, *choice.notes)
        best = choice.chosen.request
        settings = replace(settings, candidates=(), source=best.source, weights=best.weights)
    learner = PlaceLearner(settings, task, train, progress, watch, time)
    began = watch.elapsed
    learned = learner.learn()
    with watch.step("evaluate"):
        answers = all_answers(learned.model, test.items, progress)
    twins, untold = _twins_in_time(settings, learner, learned, test, watch.elapsed - began)
    notes = (*notes, *learned.notes, *untold)
    rivals = [*_rules(task, learner, test), *twins]
    with watch.step("evaluate"):
        model = _measured(learned, answers, rivals, test, settings.seed)
    result = replace(
        model.result_,
        n_train=len(train),
        n_test=len(test),
        duplicates=sides.shared,
        quarantined=tuple(
            {"input": one.input, "reason": one.reason}
            for one in dict.fromkeys((*train.quarantined, *test.quarantined))
        ),
        notes=tuple(dict.fromkeys((*train.notes, *test.notes, *notes, *model.result_.notes))),
        seconds=watch.seconds,
    )
    evidence = Evidence((*told, *model.evidence.decisions))
    kept = model.kept if settings.keeps_samples else None
    return replace(model, result_=result, evidence=evidence, kept=kept)


def _rules(task: Any, learner: PlaceLearner, test: Dataset) -> list[Rival]:
    """Models that look at no picture."""
    truth = list(test.labels) if test.labels is not None else []
    found = place_baselines(task, learner.labels, truth)
    return [Rival(one.name, one.answers, one.train_merit) for one in found]


def _twins_in_time(
    settings: PlaceSettings, learner: PlaceLearner, learned: Learned, test: Dataset, seconds: float
) -> tuple[list[Rival], tuple[str, ...]]:
    """The random twin where it can be had in time, and a note where it cannot.

    Parameters
    ----------
    seconds : float
        That the model itself took: its twin takes as many, encoding included.
    """
    if learner.time is None or not settings.twin:
        return _twins(settings, learner, learned, test), ()
    if learned.interrupted or learner.time.left < seconds:
        return [], (NO_TWIN,)
    try:
        return _twins(settings, learner, learned, test), ()
    except KeyboardInterrupt:
        return [], (NO_TWIN,)


def _twins(
    settings: PlaceSettings, learner: PlaceLearner, learned: Learned, test: Dataset
) -> list[Rival]:
    """The same head on a network that learned nothing; none where it computes no numbers."""
    if not settings.twin or not learned.model.plan.transfers:
        return []
    watch = Watch()
    twin = replace(learner, watch=watch, time=None)
    try:
        with learner.watch.step("the random twin"):
            own = twin.learn(twin_plan(learned.model.plan))
            answers = all_answers(own.model, test.items, learner.progress)
    except SourceError:  # random weights may give numbers that are too large to be kept
        return []
    return [Rival(RANDOM_TWIN, answers, own.merit, own.model)]


def _measured(
    learned: Learned, answers: Sequence[Any], rivals: Sequence[Rival], test: Dataset, seed: int
) -> PlaceModel:
    """Figures on the test pictures, the verdict, and the model that the user gets."""
    model, task = learned.model, learned.model.task
    truth = [] if test.labels is None else list(test.labels)
    rival = max(rivals, key=lambda one: one.merit)
    difference = task.difference(truth, answers, rival.answers, seed)
    baselines = tuple(
        BaselineFigures(one.name, task.figures(truth, one.answers, seed)) for one in rivals
    )
    transfers = model.plan.transfers
    result = replace(
        model.result_,
        baselines=baselines,
        compared_with=rival.name,
        difference=difference,
        verdict=verdict(difference) if transfers else None,
    )
    figures = task.figures(truth, answers, seed)
    if result.verdict == "transfer hurts" and rival.model is None:
        result = replace(result, notes=(*result.notes, _better_rule(rival.name)))
    elif result.verdict == "transfer hurts":
        return _without_transfer(model, result, rival, figures, test, seed)
    return _told(model, replace(result, test=figures), answers, test, seed)


def _better_rule(name: str) -> str:
    return (
        f"On the test pictures {name} is better than what was learned, and it looks at no picture. "
        "See whether pictures and annotations belong together, or add pictures."
    )


def _without_transfer(
    model: PlaceModel,
    result: Result,
    rival: Rival,
    figures: dict[str, Figure],
    test: Dataset,
    seed: int,
) -> PlaceModel:
    """The better model without transfer."""
    if rival.model is None:
        raise TypeError("a rule is no model that could be saved")
    truth = [] if test.labels is None else list(test.labels)
    result = replace(
        result,
        test=rival.model.task.figures(truth, rival.answers, seed),
        source=rival.model.plan.source,
        plan=rival.model.plan.to_dict(),
        fallback=rival.name,
        with_transfer=TransferFigures(model.plan.source, model.plan.to_dict(), figures),
    )
    return _told(rival.model, result, rival.answers, test, seed)


def _told(
    model: PlaceModel, result: Result, answers: Sequence[Any], test: Dataset, seed: int
) -> PlaceModel:
    """The model with what it says of each test picture."""
    truth = [] if test.labels is None else list(test.labels)
    details = model.task.details(truth, answers, seed)
    named = zip(test.names, answers, strict=True)
    rows = tuple(model.worth_showing(model.task.answer(name, one)) for name, one in named)
    shown = [model.shown(one) if isinstance(one, Boxes) else one for one in answers]
    kept = keep_places(model.task, test.names, truth, shown)
    return replace(
        model,
        result_=replace(result, **details),
        predictions=rows,
        kept=kept,
        outcomes=keep_outcomes(model.task, test, answers),
    )
