"""What the samples say of a source."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.advice.source_evidence import MEASURES, PROBE, PROBE_MERIT, weigh
from headstart.data import stratified_folds
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.registry import TASKS
from headstart.tasks.regression import RegressionTask

N = 60


@pytest.fixture
def targets():
    return np.arange(N) % 2


def evidence(signal, targets, task=None):
    noise = np.random.default_rng(0).normal(size=(N, 6))
    features = {"early": noise[:, :3], "late": noise + signal * targets[:, None]}
    folds = stratified_folds(targets % 2, range(N), 5, 0)
    task = ClassificationTask(np.array(["a", "b"])) if task is None else task
    return weigh("x/net", features, targets, task, folds)


def test_every_measure_rises_with_the_signal(targets):
    clear, weak = evidence(3.0, targets).measures, evidence(0.0, targets).measures
    assert set(clear) == {PROBE, PROBE_MERIT, *MEASURES["classification"]}
    for name in clear:
        assert clear[name] > weak[name], name


def test_the_merit_is_that_of_the_stage_where_it_is_highest(targets):
    found = evidence(1.0, targets)
    merits = [stage.merit for stage in found.stages]
    assert merits[0] != merits[1]
    assert found.measures[PROBE_MERIT] == max(merits)


def test_stages_are_told_with_their_figures(targets):
    found = evidence(3.0, targets)
    assert [one.stage for one in found.stages] == ["early", "late"]
    assert [row["chosen"] for row in found.decision().measurements] == [False, True]
    assert found.decision().answer == "late"


def test_a_regression_is_measured_by_what_numbers_allow(targets):
    measures = evidence(3.0, targets.astype(float), RegressionTask()).measures
    assert set(measures) == {PROBE, PROBE_MERIT, *MEASURES["regression"]}


def test_every_task_says_what_it_is_measured_by():
    assert set(MEASURES) == set(TASKS)
