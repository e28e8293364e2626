"""Runs are compared on the test samples that they share, and on no others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.place_runs import TASKS

from headstart import TransferClassifier, TransferRegressor, load
from headstart.cli.comparison_table import comparison_lines
from headstart.errors import InputError, RunError
from headstart.report.run_comparison import compare_runs
from headstart.tasks.detection import DetectionTask
from headstart.tasks.place_outcomes import OverlapOutcomes


def embeddings(shift, labels=("a", "b")):
    codes = np.arange(120) % 2
    vectors = np.random.default_rng(0).normal(size=(120, 3)) + shift * codes[:, None]
    return vectors, np.asarray(labels, dtype=object)[codes]


@pytest.fixture(scope="module")
def good():
    return TransferClassifier().fit(*embeddings(3.0)).model_


@pytest.fixture(scope="module")
def poor():
    return TransferClassifier().fit(*embeddings(0.2)).model_


def test_the_better_run_is_told(good, poor):
    told = compare_runs({"poor": poor, "good": good})
    first, second = told["runs"]
    assert first["against_first"] is None
    against = second["against_first"]
    assert against["said"] == "better"
    assert against["shared"] == second["n_test"] == len(good.predictions)
    own, other = (run["figures"]["accuracy"]["value"] for run in (second, first))
    assert against["value"] == pytest.approx(own - other)
    assert against["answered_otherwise"] == 0
    lines = list(comparison_lines(told))
    assert "good against poor: better: +" in lines[-1]
    assert lines[1].split()[0] == "poor"


def test_a_run_is_no_better_than_itself(good):
    again = replace(good)
    against = compare_runs({"one": good, "two": again})["runs"][1]["against_first"]
    assert (against["value"], against["said"]) == (0.0, "no measurable difference")


def test_only_shared_samples_with_the_same_label_count(good, poor):
    renamed = tuple(
        replace(one, input=f"other {row}") if row % 2 else one
        for row, one in enumerate(good.predictions)
    )
    relabelled = (replace(renamed[0], label="b" if renamed[0].label == "a" else "a"), *renamed[1:])
    told = compare_runs({"poor": poor, "good": replace(good, predictions=relabelled)})
    half = (len(good.predictions) + 1) // 2
    assert told["runs"][1]["against_first"]["shared"] == half - 1
    line = list(comparison_lines(told))[-1]
    assert f"on {half - 1} of " in line
    assert line.endswith(" 1 more is left out: the right answer is another one in either run.")


def test_nothing_shared_is_said(good, poor):
    apart = tuple(replace(one, input=f"other {one.input}") for one in good.predictions)
    told = compare_runs({"poor": poor, "good": replace(good, predictions=apart)})
    assert told["runs"][1]["against_first"] is None
    assert "share no test sample" in list(comparison_lines(told))[-1]


def test_rows_of_the_same_name_are_told_apart(good):
    alike = tuple(replace(one, input="row") for one in good.predictions)
    same = replace(good, predictions=alike)
    told = compare_runs({"one": same, "two": replace(same)})
    assert told["runs"][1]["against_first"]["shared"] == len(alike)


def test_numbers_are_compared_by_their_error():
    vectors = np.random.default_rng(0).normal(size=(120, 3))
    models = {
        name: TransferRegressor().fit(vectors, vectors[:, 0] * 10 + noise).model_
        for name, noise in (("exact", 0.0), ("same", 0.0))
    }
    told = compare_runs(models)
    assert told["metric"] == "mean_absolute_error"
    assert told["runs"][1]["against_first"]["value"] == 0.0


def test_runs_that_cannot_be_compared(good):
    other = TransferClassifier().fit(*embeddings(3.0, ("a", "c"))).model_
    number = TransferRegressor().fit(embeddings(1.0)[0], np.arange(120.0)).model_
    with pytest.raises(InputError, match=r"1 run is given; accepted: two or more"):
        compare_runs({"one": good})
    with pytest.raises(InputError, match=r"different classes: a, b; and a, c"):
        compare_runs({"one": good, "two": other})
    with pytest.raises(InputError, match=r"two is one of regression"):
        compare_runs({"one": good, "two": number})


@pytest.fixture(scope="module")
def found(place_runs):
    """A run of each task of places, opened."""
    return {task: load(run) for task, run in place_runs.items()}


@pytest.mark.parametrize("task", TASKS)
def test_runs_of_places_are_compared_on_their_test_pictures(found, task):
    told = compare_runs({"one": found[task], "two": replace(found[task])})
    assert (told["task"], told["runs"][1]["run"]) == (task, "two")
    assert told["metric"] in told["runs"][0]["figures"]
    against = told["runs"][1]["against_first"]
    assert (against["value"], against["shared"]) == (0.0, 4)
    assert against["answered_otherwise"] is None
    assert against["low"] < 0 < against["high"] or against["low"] == against["high"] == 0
    assert "no measurable difference: 0.000 (95 %: " in list(comparison_lines(told))[-1]
    assert "on 4 test pictures" in list(comparison_lines(told))[-1]


def test_the_better_run_of_places_is_told(found):
    model = found["localisation"]
    overlaps = model.outcomes.outcomes.overlaps
    worse = OverlapOutcomes(np.zeros_like(overlaps))
    poor = replace(model, outcomes=replace(model.outcomes, outcomes=worse))
    against = compare_runs({"poor": poor, "good": model})["runs"][1]["against_first"]
    assert against["value"] == pytest.approx(overlaps.mean())
    assert against["value"] > 0


def test_runs_of_places_without_a_common_picture(found):
    model = found["detection"]
    apart = tuple(bytes(16) for _ in model.outcomes.pictures)
    other = replace(model, outcomes=replace(model.outcomes, pictures=apart))
    told = compare_runs({"one": model, "two": other})
    assert told["runs"][1]["against_first"] is None
    assert "two against one: they share no test picture that is" in list(comparison_lines(told))[-1]


def test_runs_of_places_that_cannot_be_compared(found, good):
    model = found["detection"]
    with pytest.raises(InputError, match=r"one of detection, two is one of localisation"):
        compare_runs({"one": model, "two": found["localisation"]})
    with pytest.raises(InputError, match=r"one of detection, two is one of classification"):
        compare_runs({"one": model, "two": good})
    with pytest.raises(
        RunError, match=r"'two' was written by an earlier version .* 'headstart fit'"
    ):
        compare_runs({"one": model, "two": replace(model, outcomes=None)})
    other = replace(model, task=DetectionTask(("blue", "green")))
    with pytest.raises(InputError, match=r"different classes: blue, red; and blue, green"):
        compare_runs({"one": model, "two": other})
