"""What a target's own samples say of a source, from stored vectors: nothing is trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.scores import h_score, knn, logme
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.regression import RegressionTask
from headstart.tasks.task import Task
from headstart.training.objective import objective_for
from headstart.training.probe import Folds, Probe, Samples, fit_probe

#: A score of vectors and targets; higher is better.
Measure = Callable[[NDArray[Any], NDArray[Any]], float]

#: By the name of the task: what is measured beside the probe.
MEASURES: Mapping[str, Mapping[str, Measure]] = {
    ClassificationTask.name: {"knn": knn, "logme": logme, "h_score": h_score},
    RegressionTask.name: {"logme": logme},
}
#: Samples that the scores beside the probe look at.
_MOST_SAMPLES = 500
PROBE = "probe"


@dataclass(frozen=True)
class SourceEvidence:
    """What was measured for one source.

    Parameters
    ----------
    source : str
        Its name.
    probe : Probe
        A linear model on its vectors, and what it said of samples held out.
    measures : mapping of str to float
        Score name to value, higher is better; ``"probe"`` is the mean loss with a minus sign.
    seconds : float
        That scoring took, without the pass.
    """

    source: str
    probe: Probe
    measures: Mapping[str, float]
    seconds: float

    @property
    def stages(self) -> tuple[Mapping[str, Any], ...]:
        """The probe's figures for every stage and for the last ones joined."""
        for decision in self.probe.decisions:
            if decision.question == "which stages":
                return decision.measurements
        return ()


def weigh(
    source: str,
    features: Mapping[str, NDArray[Any]],
    targets: NDArray[Any],
    task: Task,
    folds: Folds,
) -> SourceEvidence:
    """Score a source by its stored vectors.

    Parameters
    ----------
    source : str
        Its name.
    features : mapping of str to ndarray of shape (n_samples, n_features)
        Pooled vectors of each stage, from the first to the last.
    targets : ndarray of shape (n_samples,)
        As the task encodes them.
    task : Task
        What is predicted.
    folds : sequence of (train_rows, valid_rows)
        The same for all sources that are compared.
    """
    began = time.perf_counter()
    probe = fit_probe(Samples(features, targets, objective_for(task, targets), folds))
    measures = {} if probe.cv_loss is None else {PROBE: -probe.cv_loss}
    last = list(features)[-1]
    rows = _some(len(targets))
    for name, measure in MEASURES.get(task.name, {}).items():
        value = measure(features[last][rows], targets[rows])
        if np.isfinite(value):
            measures[name] = float(value)
    return SourceEvidence(source, probe, measures, time.perf_counter() - began)


def _some(n_samples: int) -> NDArray[np.intp]:
    """Rows spread evenly, so that the scores stay quick."""
    return np.unique(np.linspace(0, n_samples - 1, min(n_samples, _MOST_SAMPLES)).astype(np.intp))
