"""What a target's own samples say of a source, from stored vectors: nothing is trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.advice.quick_probe import StageFigures, prefer_last, probe_stages
from headstart.evidence import Decision
from headstart.metrics.standard_error import standard_error
from headstart.scores import h_score, knn, logme
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.regression import RegressionTask
from headstart.tasks.task import Task
from headstart.training.objective import objective_for
from headstart.training.probe import Folds

#: A score of vectors and targets; higher is better.
Measure = Callable[[NDArray[Any], NDArray[Any]], float]

#: By the name of the task: what is measured beside the probe.
MEASURES: Mapping[str, Mapping[str, Measure]] = {
    ClassificationTask.name: {"knn": knn, "logme": logme, "h_score": h_score},
    RegressionTask.name: {"logme": logme},
}
#: The mean loss of the probe, with a minus sign, and its merit at the stage where that is highest:
#: the loss tells sure answers from lucky ones, the merit is what people ask for.
PROBE, PROBE_MERIT = "probe", "probe_merit"
#: Samples that the scores beside the probe look at.
_MOST_SAMPLES = 500


@dataclass(frozen=True)
class SourceEvidence:
    """What was measured for one source.

    Parameters
    ----------
    source : str
        Its name.
    stages : tuple of StageFigures
        A linear model on each stage, from the first to the last.
    measures : mapping of str to float
        Score name to value, higher is better.
    seconds : float
        That scoring took, without the pass.
    """

    source: str
    stages: tuple[StageFigures, ...]
    measures: Mapping[str, float]
    seconds: float

    @cached_property
    def best(self) -> StageFigures:
        """The last stage, or one that is measurably better."""
        return prefer_last(self.stages)

    def decision(self) -> Decision:
        """Which stage, with a row for each."""
        is_last = self.best is self.stages[-1]
        reason = (
            "No other stage beats the last one by more than the standard error."
            if is_last
            else "It beats the last stage by more than the standard error of the difference."
        )
        rows = tuple(
            {
                "stage": one.stage,
                "score": one.merit,
                "loss": one.loss,
                "standard_error": standard_error(one.merits.astype(float)),
                "chosen": one is self.best,
            }
            for one in self.stages
        )
        return Decision("which stage", self.best.stage, reason, rows)


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
        The same for all sources that are compared; at least one.
    """
    began = time.perf_counter()
    stages = probe_stages(features, targets, objective_for(task, targets), folds)
    measures = {
        PROBE: -prefer_last(stages).loss,
        PROBE_MERIT: max(stage.merit for stage in stages),
    }
    last, rows = features[stages[-1].stage], _some(len(targets))
    for name, measure in MEASURES[task.name].items():
        value = measure(last[rows], targets[rows])
        if np.isfinite(value):
            measures[name] = float(value)
    return SourceEvidence(source, stages, measures, time.perf_counter() - began)


def _some(n_samples: int) -> NDArray[np.intp]:
    """Rows spread evenly, so that the scores stay quick."""
    return np.unique(np.linspace(0, n_samples - 1, min(n_samples, _MOST_SAMPLES)).astype(np.intp))
