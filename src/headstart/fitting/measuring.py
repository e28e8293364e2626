"""The figures of a fitted model beside those of models without transfer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from headstart.evaluation.baselines import (
    CLASSICAL,
    RANDOM_TWIN,
    Baseline,
    guess_baseline,
    probe_baseline,
    reference,
)
from headstart.evaluation.near_duplicates import near_duplicates
from headstart.evaluation.result import BaselineFigures, NearDuplicate, Result
from headstart.evaluation.verdict import verdict
from headstart.fitting.sides import Side, Split
from headstart.plan import Plan
from headstart.training.objective import objective_for
from headstart.training.probe import Samples

#: Kind of features to the name of the linear model that reads them.
_KINDS = {"classical": CLASSICAL + ", {model}", "random": RANDOM_TWIN}


def samples_of(halves: Split, kind: str) -> Samples:
    """What a probe learns from: the features of one kind on the training side."""
    learner = halves.learner
    objective = objective_for(halves.task, learner.targets)
    return Samples(learner.features[kind], learner.targets, objective, halves.folds)


def baselines_of(halves: Split) -> list[Baseline]:
    """A guess always, classical features where there are pictures, the twin where asked for."""
    learner, tester, task = halves.learner, halves.tester, halves.task
    objective = objective_for(task, learner.targets)
    guess = guess_baseline(task, objective, learner.targets, len(tester))
    others = [
        probe_baseline(
            task,
            name.format(model=objective.model),
            samples_of(halves, kind),
            list(tester.features[kind].values()),
        )
        for kind, name in _KINDS.items()
        if kind in learner.features
    ]
    return [guess, *others]


def measure(
    halves: Split,
    plan: Plan,
    outputs: NDArray[Any],
    baselines: Sequence[Baseline],
    seed: int,
) -> Result:
    """Figures with intervals on the test side, which is looked at here for the first time.

    Parameters
    ----------
    halves : Split
        Both sides.
    plan : Plan
        As it was carried out.
    outputs : ndarray of shape (n_test, n_outputs)
        What the model says of the test samples.
    baselines : sequence of Baseline
        What models without transfer say of them.
    seed : int
        For resampling.
    """
    learner, tester, task = halves.learner, halves.tester, halves.task
    common = _described(halves, plan)
    if len(tester) == 0:
        return Result(**common, test={}, baselines=())
    rival = reference(baselines)
    targets = tester.targets
    difference = task.difference(targets, outputs, rival.outputs, seed)
    return Result(
        **common,
        test=task.figures(targets, outputs, seed),
        baselines=tuple(
            BaselineFigures(one.name, task.figures(targets, one.outputs, seed)) for one in baselines
        ),
        compared_with=rival.name,
        verdict=verdict(difference),
        difference=difference,
        near_duplicates=_near_duplicates(learner, tester),
        **task.details(targets, outputs),
    )


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
    """Found by the vectors of the last stage; embeddings are nobody's pictures."""
    if learner.dataset.modality == "embedding":
        return ()
    last = list(learner.features["source"])[-1]
    pairs = near_duplicates(tester.features["source"][last], learner.features["source"][last])
    test_names, train_names = tester.dataset.names, learner.dataset.names
    return tuple(
        NearDuplicate(test_names[test], train_names[train], float(similarity))
        for test, train, similarity in pairs
    )
