"""What can be had without transfer, on the same test samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.tasks.task import Task
from headstart.training.features import joined
from headstart.training.held_out import HeldOut
from headstart.training.linear_head import zero_head
from headstart.training.objective import Objective
from headstart.training.probe import Probe, Samples, fit_probe

#: What the linear model of the classical baseline reads, of pictures and of texts.
CLASSICAL = "pixels and HOG"
TFIDF = "TF-IDF of words and characters"
_CLASSICAL = {"image": CLASSICAL, "text": TFIDF}
RANDOM_TWIN = "the same network with random weights"


@dataclass(frozen=True)
class Baseline:
    """A model without transfer: what it says of the test samples.

    Parameters
    ----------
    name : str
        What a person calls it.
    outputs : ndarray of shape (n_test, n_outputs)
        Of the test samples.
    cv_score : float
        Mean merit of training samples it had not learned from (accuracy, say), minus infinity
        where there were none; chooses what the verdict compares with, so that the test set does
        not.
    held_out : HeldOut or None
        What it said of those training samples, where there were any.
    probe : Probe or None
        What reads the features; None where no sample is looked at.
    features : str or None
        Kind of those features.
    """

    name: str
    outputs: NDArray[Any]
    cv_score: float
    held_out: HeldOut | None = None
    probe: Probe | None = None
    features: str | None = None


def classical_features(modality: str) -> str:
    """What a person calls the features of samples of that kind that nothing was learned for.

    Examples
    --------
    >>> classical_features("image")
    'pixels and HOG'
    """
    return _CLASSICAL[modality]


def guess_baseline(
    task: Task, objective: Objective, targets: NDArray[Any], n_test: int
) -> Baseline:
    """Every sample gets the same outputs: all that the training targets say.

    Parameters
    ----------
    task : Task
        Knows what to guess.
    objective : Objective
        Judges the guess.
    targets : ndarray of shape (n_train,)
        Of the training samples.
    n_test : int
        Rows of the answer.

    Examples
    --------
    >>> from headstart.tasks.regression import RegressionTask
    >>> from headstart.training.objective import RidgeObjective
    >>> guess = guess_baseline(RegressionTask(), RidgeObjective(), np.array([1.0, 3.0]), 2)
    >>> guess.outputs.tolist(), guess.cv_score
    ([[2.0], [2.0]], -1.0)
    """
    guess = task.guess(targets)
    scores = np.tile(zero_head(0, guess, task.gives_probabilities).bias, (len(targets), 1))
    merits = objective.merits(scores, targets)
    held_out = HeldOut(np.arange(len(targets)), scores)
    return Baseline(task.guess_name, np.tile(guess, (n_test, 1)), float(merits.mean()), held_out)


def probe_baseline(
    task: Task,
    name: str,
    samples: Samples,
    test_vectors: Sequence[NDArray[Any]],
    features: str | None = None,
) -> Baseline:
    """A linear model on features that were not transferred.

    Parameters
    ----------
    task : Task
        Turns the scores of the head into outputs.
    name : str
        What a person calls it.
    samples : Samples
        Features of the training samples.
    test_vectors : sequence of ndarray or csr_matrix of shape (n_test, n_features)
        Features of the test samples, in the order of ``samples.features``; empty where there is
        no test sample.
    features : str or None
        Kind of the features.
    """
    probe = fit_probe(samples)
    outputs = np.empty((0, task.n_outputs))
    if test_vectors:
        by_stage = dict(zip(samples.features, test_vectors, strict=True))
        read = joined([by_stage[stage] for stage in probe.plan.stages])
        outputs = task.outputs(probe.head, read)
    score = float("-inf") if probe.cv_score is None else probe.cv_score
    return Baseline(name, outputs, score, probe.held_out, probe, features)


def reference(baselines: Sequence[Baseline]) -> Baseline:
    """The baseline that did best in training: the one that transfer has to beat."""
    return max(baselines, key=lambda baseline: baseline.cv_score)
