"""What can be had without transfer, on the same test samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.probe import Samples, fit_probe

MAJORITY = "majority class"
CLASSICAL = "pixels and HOG, logistic regression"
RANDOM_TWIN = "the same network with random weights"


@dataclass(frozen=True)
class Baseline:
    """A model without transfer: what it says of the test samples.

    Parameters
    ----------
    name : str
        What a person calls it.
    probabilities : ndarray of shape (n_test, n_classes)
        Of the test samples.
    cv_accuracy : float
        Of training samples it had not learned from; chooses what the verdict compares with, so
        that the test set does not.
    """

    name: str
    probabilities: NDArray[Any]
    cv_accuracy: float


def majority_baseline(codes: NDArray[np.intp], n_classes: int, n_test: int) -> Baseline:
    """Every sample gets the shares of the classes in training.

    Parameters
    ----------
    codes : ndarray of shape (n_train,)
        Classes, 0 to n_classes - 1.
    n_classes, n_test : int
        Shape of the answer.

    Examples
    --------
    >>> majority_baseline(np.array([0, 1, 1, 1]), 2, 1).probabilities.tolist()
    [[0.25, 0.75]]
    """
    shares = np.bincount(codes, minlength=n_classes) / len(codes)
    return Baseline(MAJORITY, np.tile(shares, (n_test, 1)), float(shares.max()))


def probe_baseline(name: str, samples: Samples, test_vectors: Sequence[NDArray[Any]]) -> Baseline:
    """A linear model on features that were not transferred.

    Parameters
    ----------
    name : str
        What a person calls it.
    samples : Samples
        Features of the training samples.
    test_vectors : sequence of ndarray of shape (n_test, n_features)
        Features of the test samples, in the order of ``samples.features``.
    """
    probe = fit_probe(samples)
    by_stage = dict(zip(samples.features, test_vectors, strict=True))
    joined = np.concatenate([by_stage[stage] for stage in probe.plan.stages], axis=1)
    accuracy = 0.0 if probe.cv_accuracy is None else probe.cv_accuracy
    return Baseline(name, probe.head.probabilities(joined), accuracy)


def reference(baselines: Sequence[Baseline]) -> Baseline:
    """The baseline that did best in training: the one that transfer has to beat."""
    return max(baselines, key=lambda baseline: baseline.cv_accuracy)
