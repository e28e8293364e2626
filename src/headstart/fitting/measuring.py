"""The figures of a fitted model beside those of models without transfer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from headstart.evaluation.baselines import (
    RANDOM_TWIN,
    Baseline,
    classical_features,
    guess_baseline,
    probe_baseline,
    reference,
)
from headstart.evaluation.near_duplicates import near_duplicates
from headstart.evaluation.result import (
    BaselineFigures,
    NearDuplicate,
    Result,
    TransferFigures,
    Verdict,
)
from headstart.fitting.course import Fitted
from headstart.fitting.sides import Side, Split
from headstart.plan import Plan
from headstart.training.features import is_sparse
from headstart.training.objective import objective_for
from headstart.training.probe import Habit, Samples

#: By modality and kind of features. The last layer of a text encoder is made for what it was
#: trained on; the layers before it know more of other things, and few samples cannot tell.
_ENCODERS = Habit(joined=3, inverse_penalty=1.0, errors=2.0, fewest=50)
_HABITS = {("text", "source"): _ENCODERS, ("text", "random"): _ENCODERS}
#: Kind of features to the name of the linear model that reads them.
_KINDS = {"classical": "{features}, {model}", "random": RANDOM_TWIN}


@dataclass(frozen=True)
class Contest:
    """The model that was asked for beside those without transfer.

    Parameters
    ----------
    fitted : Fitted
        What was asked for.
    outputs : ndarray of shape (n_test, n_outputs)
        What it says of the test samples.
    baselines : tuple of Baseline
        What can be had without transfer.
    saved : Fitted
        The same as ``fitted``, or what stands in for it.
    verdict : str or None
        On transfer.
    """

    fitted: Fitted
    outputs: NDArray[Any]
    baselines: tuple[Baseline, ...]
    saved: Fitted
    verdict: Verdict | None = None

    @property
    def rival(self) -> Baseline:
        """The baseline that did best in training."""
        return reference(self.baselines)


def samples_of(halves: Split, kind: str) -> Samples:
    """What a probe learns from: the features of one kind on the training side."""
    learner = halves.learner
    objective = objective_for(halves.task, learner.targets)
    habit = habit_of(learner.dataset.modality, kind)
    return Samples(learner.features[kind], learner.targets, objective, halves.folds, habit)


def habit_of(modality: str, kind: str = "source") -> Habit:
    """What a probe of one kind of features takes where the samples do not tell."""
    return _HABITS.get((modality, kind), Habit())


def baselines_of(halves: Split) -> tuple[Baseline, ...]:
    """A guess first, classical features but of ready embeddings, the twin where asked for."""
    learner, tester, task = halves.learner, halves.tester, halves.task
    objective, modality = objective_for(task, learner.targets), learner.dataset.modality
    guess = guess_baseline(task, objective, learner.targets, len(tester))
    others = [
        probe_baseline(
            task,
            name.format(features=classical_features(modality), model=objective.model),
            samples_of(halves, kind),
            list(tester.features.get(kind, {}).values()),
            kind,
        )
        for kind, name in _KINDS.items()
        if kind in learner.features
    ]
    return (guess, *others)


def measure(halves: Split, contest: Contest, seed: int) -> Result:
    """Figures with intervals on the test side.

    Parameters
    ----------
    halves : Split
        Both sides.
    contest : Contest
        What was fitted, and which model is saved.
    seed : int
        For resampling.
    """
    fitted, saved = contest.fitted, contest.saved
    fallback = None if saved is fitted else contest.rival.name
    common = {**_described(halves, saved.plan), "fallback": fallback}
    if len(halves.tester) == 0:
        tried = None if fallback is None else TransferFigures(**_tried(fitted.plan), test={})
        return Result(**common, test={}, baselines=(), with_transfer=tried)
    task, targets = halves.task, halves.tester.targets
    outputs = task.outputs(saved.head, saved.test_vectors)
    own = task.figures(targets, contest.outputs, seed)
    difference = task.difference(targets, contest.outputs, contest.rival.outputs, seed)
    return Result(
        **common,
        test=own if fallback is None else task.figures(targets, outputs, seed),
        baselines=tuple(
            BaselineFigures(one.name, task.figures(targets, one.outputs, seed))
            for one in contest.baselines
        ),
        compared_with=contest.rival.name,
        verdict=contest.verdict,
        difference=difference,
        with_transfer=None
        if fallback is None
        else TransferFigures(**_tried(fitted.plan), test=own),
        near_duplicates=_near_duplicates(halves.learner, halves.tester),
        **task.details(targets, outputs),
    )


def _tried(plan: Plan) -> dict[str, Any]:
    return {"source": plan.source, "plan": plan.to_dict()}


def _described(halves: Split, plan: Plan) -> dict[str, Any]:
    return {
        "task": halves.task.name,
        "modality": halves.learner.dataset.modality,
        "classes": tuple(halves.task.class_names),
        "n_train": len(halves.learner),
        "n_test": len(halves.tester),
        "source": plan.source,
        "plan": plan.to_dict(),
    }


def _near_duplicates(learner: Side, tester: Side) -> tuple[NearDuplicate, ...]:
    """Found by the vectors of the last stage; embeddings and counts are nobody's pictures."""
    if learner.dataset.modality == "embedding":
        return ()
    last = list(learner.features["source"])[-1]
    if is_sparse(learner.features["source"][last]):
        return ()
    pairs = near_duplicates(tester.features["source"][last], learner.features["source"][last])
    test_names, train_names = tester.dataset.names, learner.dataset.names
    return tuple(
        NearDuplicate(test_names[test], train_names[train], float(similarity))
        for test, train, similarity in pairs
    )
