"""The figures of a fitted model beside those of models without transfer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.evaluation.baselines import (
    CLASSICAL,
    RANDOM_TWIN,
    Baseline,
    majority_baseline,
    probe_baseline,
    reference,
)
from headstart.evaluation.near_duplicates import near_duplicates
from headstart.evaluation.result import BaselineFigures, NearDuplicate, Result
from headstart.evaluation.verdict import verdict
from headstart.fitting.sides import Side, Split
from headstart.metrics import confusion_matrix, paired_difference, reliability_bins
from headstart.plan import Plan
from headstart.training.probe import Samples

_KINDS = {"classical": CLASSICAL, "random": RANDOM_TWIN}


def samples_of(halves: Split, kind: str) -> Samples:
    """What a probe learns from: the features of one kind on the training side."""
    learner, task = halves.learner, halves.task
    weights = task.weights(learner.codes)
    features = learner.features[kind]
    return Samples(features, learner.codes, len(task.classes), halves.folds, weights)


def baselines_of(halves: Split) -> list[Baseline]:
    """Majority always, classical features where there are pictures, the twin where asked for."""
    learner, tester = halves.learner, halves.tester
    majority = majority_baseline(learner.codes, len(halves.task.classes), len(tester))
    others = [
        probe_baseline(name, samples_of(halves, kind), list(tester.features[kind].values()))
        for kind, name in _KINDS.items()
        if kind in learner.features
    ]
    return [majority, *others]


def measure(
    halves: Split,
    plan: Plan,
    probabilities: NDArray[Any],
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
    probabilities : ndarray of shape (n_test, n_classes)
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
    codes = tester.codes
    difference = paired_difference(_hits(probabilities, codes), _hits(rival.probabilities, codes))
    return Result(
        **common,
        test=task.figures(codes, probabilities, seed),
        baselines=tuple(
            BaselineFigures(one.name, task.figures(codes, one.probabilities, seed))
            for one in baselines
        ),
        compared_with=rival.name,
        verdict=verdict(difference),
        difference=difference,
        confusion=_confusion(codes, probabilities),
        calibration=tuple(reliability_bins(codes, probabilities)),
        near_duplicates=_near_duplicates(learner, tester),
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


def _hits(probabilities: NDArray[Any], codes: NDArray[np.intp]) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = np.argmax(probabilities, axis=1) == codes
    return result


def _confusion(codes: NDArray[np.intp], probabilities: NDArray[Any]) -> tuple[tuple[int, ...], ...]:
    counts = confusion_matrix(codes, np.argmax(probabilities, axis=1), probabilities.shape[1])
    return tuple(tuple(row) for row in counts.tolist())


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
