"""The steps of a fit, in their order."""

from __future__ import annotations

from dataclasses import replace

from headstart.data import conflicting_labels, remove_shared
from headstart.data.dataset import Dataset
from headstart.errors import InputError, PlanError
from headstart.evidence import Decision, Evidence
from headstart.fitting.comparison import hopes
from headstart.fitting.course import Course, Fitted
from headstart.fitting.frozen_course import FrozenCourse
from headstart.fitting.keeping import hardest_of, kept_of
from headstart.fitting.label_evidence import label_notes
from headstart.fitting.measuring import measure
from headstart.fitting.settings import Settings, check_training
from headstart.fitting.settling import settle
from headstart.fitting.sides import Split, boundary_after, read_for, split, together
from headstart.fitting.source_choice import choose_source
from headstart.fitting.source_modality import check_modality
from headstart.fitting.text_length import for_length_of
from headstart.fitting.transfer_choice import nothing_transferred
from headstart.fitting.unknown_tokens import unknown_notes
from headstart.fitting.usual_plan import usual_plan
from headstart.fitting.vectors import Vectors
from headstart.fitting.watch import Watch
from headstart.progress import Progress, silent
from headstart.runs.model import Model
from headstart.tasks.registry import task_named
from headstart.tasks.task import Task


def fit(
    train: Dataset,
    test: Dataset | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> Model:
    """Encode once, choose and fit a head, measure it, and compare with not transferring.

    Parameters
    ----------
    train : Dataset
        Labelled samples.
    test : Dataset or None
        Held-out samples; None: a stratified part of ``train``.
    settings : Settings or None
        What is asked for; None: everything chosen.
    progress : Progress
        Who is told how far it is.
    watch : Watch or None
        Where the seconds go; one that ran before keeps what it has.

    Returns
    -------
    Model
        Fitted on the training side alone.

    Raises
    ------
    InputError
        If the data make the task impossible.
    SourceError, PlanError
        If the source or the plan cannot be had.
    """
    settings = settings or Settings()
    watch = watch or Watch()
    task = task_named(settings.task)
    train = read_for(task, train)
    test = None if test is None else read_for(task, test)
    settings = replace(settings, modality=train.modality)
    notes = _checked(task, train, test)
    shared: tuple[str, ...] = ()
    if test is not None:
        train, shared = without_shared(train, test)
    told: tuple[Decision, ...] = ()
    if settings.compares_sources:
        chosen = choose_source(train, test, settings, progress, watch)
        train, test, settings = chosen.train, chosen.test, chosen.settings
        told = (chosen.decision,)
    settings, why = usual_plan(settings, train)
    told = (*told, *why)
    whole = train if test is None else together(train, test)
    boundary = None if test is None else len(train)
    course = choose_course(settings, whole, progress, watch)
    vectors = course.gather(whole)
    boundary = boundary_after(boundary, list(vectors.failures))
    whole = whole.set_aside(vectors.failures)
    notes += task.check(whole if boundary is None else whole.take(range(boundary)))
    with watch.step("read vectors"):
        halves = split(whole, boundary, vectors, settings)
    task.check(halves.learner.dataset)
    fitted = course.fit(halves)
    progress("evaluate", 0, None)
    with watch.step("evaluate"):
        fitted = replace(fitted, decisions=(*told, *fitted.decisions))
        model = measured(halves, fitted, vectors, settings)
    result = replace(
        model.result_,
        duplicates=shared,
        quarantined=tuple(
            {"input": aside.input, "reason": aside.reason}
            for aside in halves.tester.dataset.quarantined
        ),
        notes=tuple(
            dict.fromkeys(
                (
                    *whole.notes,
                    *notes,
                    *unknown_notes(fitted.backbone.source if fitted.backbone else None, whole),
                    *fitted.notes,
                    *model.result_.notes,
                    *label_notes(fitted.decisions),
                )
            )
        ),
        seconds=watch.seconds,
        label_column=train.label_column,
    )
    return replace(model, result_=result)


def _checked(task: type[Task], train: Dataset, test: Dataset | None) -> tuple[str, ...]:
    """What can be seen to be impossible before anything is computed."""
    task.check(train)
    notes = tuple(conflicting_labels(train))
    if test is not None and len(test) == 0:
        raise InputError(
            f"The test set holds no sample that can be read ({len(test.quarantined)} were set "
            "aside). Give test samples, or leave the test set out to have a part held back."
        )
    return notes


def without_shared(train: Dataset, test: Dataset) -> tuple[Dataset, tuple[str, ...]]:
    """Training samples that the test set does not hold, and the names of those that it does.

    Raises
    ------
    InputError
        If none is left.
    """
    kept, shared = remove_shared(train, test)
    if len(kept) == 0:
        raise InputError(
            f"All {len(train)} training samples are in the test set too, so that none is left to "
            "learn from. Give a test set of other samples, or leave it out to have a part held "
            "back."
        )
    return kept, shared


def choose_course(settings: Settings, dataset: Dataset, progress: Progress, watch: Watch) -> Course:
    """Whether there is a suffix to train, and whether its cut is known: the plan tells.

    Raises
    ------
    PlanError
        If stages are to be trained and the samples are ready embeddings.
    """
    nothing_to_train = dataset.modality == "embedding" and not settings.must_train
    if nothing_to_train or not settings.trains:
        return FrozenCourse(settings, progress, watch)
    if dataset.modality == "embedding":
        raise PlanError(
            "Ready embeddings pass through no network, so there is no stage to train. Accepted for "
            "them: the plans auto and probe. Give pictures, or leave the plan out."
        )
    if settings.searches:
        from headstart.fitting.search_course import SearchCourse

        return SearchCourse(settings, progress, watch)
    from headstart.fitting.plan_settling import assemble_for
    from headstart.fitting.training_course import TrainingCourse

    progress("build the network", 0, None)
    with watch.step("build the network"):
        assembled, plan = assemble_for(settings)
        check_modality(assembled.source, dataset.modality)
        assembled = for_length_of(assembled, dataset)
    if not plan.suffix:
        check_training(settings.training, settings.plan, trains=False)
        return FrozenCourse(replace(settings, plan=plan), progress, watch)
    return TrainingCourse(settings, progress, watch, assembled, plan)


def measured(halves: Split, fitted: Fitted, vectors: Vectors, settings: Settings) -> Model:
    """The model that is saved, its figures, and what it says of each test sample."""
    contest, choice = settle(halves, fitted, vectors, settings)
    saved, task, tester = contest.saved, halves.task, halves.tester
    result = measure(halves, contest, settings.seed)
    transfers = fitted.plan.transfers
    notes = choice.notes() if transfers else (nothing_transferred(fitted.plan.source),)
    result = replace(result, notes=(*hopes(halves, contest), *notes))
    decisions = (*fitted.decisions, *([choice.decision()] if transfers else []))
    outputs = task.outputs(saved.head, saved.test_vectors)
    answers = zip(tester.dataset.names, outputs, tester.targets, strict=True)
    predictions = tuple(task.answer(*answer) for answer in answers)
    keeps = settings.keeps_samples
    return Model(
        task=task,
        plan=saved.plan,
        head=saved.head,
        result_=result,
        evidence=Evidence(decisions),
        backbone=saved.backbone,
        precision=saved.precision,
        predictions=predictions,
        kept_samples=kept_of(halves, saved) if keeps else None,
        kept_tests=hardest_of(halves, saved, predictions) if keeps else None,
    )
