"""Runs with several targets are compared target by target, and with runs of one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headstart import MultiTaskModel, TransferClassifier, TransferRegressor, load
from headstart.cli.comparison_table import target_comparison_lines
from headstart.errors import InputError
from headstart.evaluation.result import Result
from headstart.evidence import Evidence
from headstart.plan import frozen_plan
from headstart.report.run_comparison import compare_runs
from headstart.report.target_comparison import compare_any, compare_targets
from headstart.runs.place_model import PlaceModel
from headstart.runs.several_targets import SeveralModel
from headstart.tasks.detection import DetectionTask
from headstart.tasks.multi_label import MultiLabelTask

COUNT = 120
RANDOM = np.random.default_rng(0)
SIGNS = {name: RANDOM.integers(0, 2, COUNT) for name in ("car", "sign")}
NOISE = RANDOM.normal(size=(COUNT, 4))
TRAIN, TEST = slice(0, 80), slice(80, COUNT)


def vectors(shift):
    """The larger the shift, the plainer what holds."""
    return NOISE + shift * np.stack([*SIGNS.values(), *SIGNS.values()], axis=1)


def columns():
    car, sign = SIGNS.values()
    tags = [
        ";".join([*["a"] * one, *["b"] * two]) or ";" for one, two in zip(car, sign, strict=True)
    ]
    return {
        "car": [str(one) for one in car],
        "sign": [str(one) for one in sign],
        "age": [float(one) + 0.5 for one in car],
        "tags": tags,
    }


def several(shift, *names):
    cells = {name: columns()[name] for name in names}
    given, held = ({name: some[side] for name, some in cells.items()} for side in (TRAIN, TEST))
    found = vectors(shift)
    return MultiTaskModel(fallback=False).fit(found[TRAIN], given, test=(found[TEST], held)).model_


def alone(shift, target, called=None, kind=TransferClassifier):
    found, labels = vectors(shift), np.asarray(columns()[target])
    test = found[TEST], labels[TEST]
    model = kind(fallback=False).fit(found[TRAIN], labels[TRAIN], test=test).model_
    return replace(model, result_=replace(model.result_, label_column=called))


@pytest.fixture(scope="module")
def poor():
    return several(0.1, "car", "sign", "age", "tags")


@pytest.fixture(scope="module")
def good():
    return several(5.0, "tags", "age", "car")


@pytest.fixture(scope="module")
def told(poor, good):
    return compare_any({"poor": poor, "good": good})


def test_every_target_that_both_have_is_compared(told, poor, good):
    assert told["task"] == "several targets"
    assert [one["target"] for one in told["targets"]] == ["car", "age", "tags"]
    for block in told["targets"]:
        name = block["target"]
        against = block["runs"][1]["against_first"]
        assert (against["said"], against["shared"]) == ("better", COUNT - 80)
        first, second = (
            model.result_.of(name).result.test[block["metric"]].value for model in (poor, good)
        )
        better = first - second if block["task"] == "regression" else second - first
        assert against["value"] == pytest.approx(better)
        assert (block["lacking"], block["known_by"]) == ([], {})
    assert told["targets"][2]["metric"] == "label_accuracy"


def test_a_target_that_one_alone_has_is_named(told):
    (left,) = told["left_out"]
    assert (left["target"], left["runs"]) == ("sign", ["poor"])
    lines = list(target_comparison_lines(told))
    assert lines[-1] == "Not compared: sign. Only poor has it."
    assert [line for line in lines if line.startswith("Target ")] == [
        "Target car",
        "Target age",
        "Target tags",
    ]
    assert sum("good against poor: better: +" in line for line in lines) == 3
    assert any("Label accuracy" in line for line in lines)


def test_the_seconds_are_those_of_the_whole_fit(told, poor):
    seconds = {block["runs"][0]["seconds"] for block in told["targets"]}
    assert seconds == {sum(poor.result_.seconds.values())}


def test_what_a_run_kept_says_the_same(told, poor, good, tmp_path):
    kept = {
        name: load(model.save(tmp_path / name)) for name, model in (("poor", poor), ("good", good))
    }
    again = compare_any(kept)
    for one, other in zip(told["targets"], again["targets"], strict=True):
        assert one["runs"][1]["against_first"] == other["runs"][1]["against_first"]


def test_a_target_is_beside_a_run_of_it_alone_by_its_column(poor):
    told = compare_any({"alone": alone(5.0, "sign", "sign"), "poor": poor})
    (block,) = told["targets"]
    assert (block["target"], block["first"]) == ("sign", "alone")
    assert block["known_by"] == {"alone": "column"}
    assert block["runs"][1]["against_first"]["said"] == "worse"
    assert [one["target"] for one in told["left_out"]] == ["car", "age", "tags"]


@pytest.mark.parametrize("target", ["car", "sign"])
def test_a_run_that_does_not_know_its_column_is_known_by_its_answers(poor, target):
    told = compare_any({"poor": poor, "alone": alone(5.0, target, "label")})
    (block,) = told["targets"]
    assert (block["target"], block["known_by"]) == (target, {"alone": "answers"})
    said = "alone does not know what its target is called: this is the only one with its classes"
    assert any(line.startswith(said) for line in target_comparison_lines(told))


def test_numbers_are_known_by_their_answers(good):
    told = compare_any({"good": good, "alone": alone(0.1, "age", kind=TransferRegressor)})
    (block,) = told["targets"]
    assert (block["target"], block["metric"]) == ("age", "mean_absolute_error")
    assert block["runs"][1]["against_first"]["said"] == "worse"


def test_runs_without_a_target_are_named(poor, good):
    told = compare_any({"poor": poor, "alone": alone(5.0, "sign", "sign"), "good": good})
    sign = told["targets"][1]
    assert (sign["target"], sign["lacking"]) == ("sign", ["good"])
    assert "Without this target: good." in list(target_comparison_lines(told))


def test_a_run_that_may_be_about_two_targets_is_refused(poor):
    renamed = tuple(replace(row, input=f"other {row.input}") for row in poor.predictions)
    rows = [
        replace(
            row, answers={name: replace(one, input=row.input) for name, one in row.answers.items()}
        )
        for row in renamed
    ]
    apart = replace(poor, predictions=tuple(rows))
    with pytest.raises(
        InputError,
        match=r"'alone' has one target, and which one is not known: of those of the others "
        r"\('car', 'sign', 'age', 'tags'\), 'car' and 'sign' have its classes "
        r".* --label-column NAME",
    ):
        compare_any({"poor": apart, "alone": alone(5.0, "car")})


def test_a_run_that_is_about_none_is_refused(good):
    with pytest.raises(
        InputError, match=r"'alone' has one target, .* none has its classes and the"
    ):
        compare_any({"good": good, "alone": alone(5.0, "sign")})


def test_a_target_with_other_classes_is_left_out(good):
    models = dict(good.models)
    models["tags"] = replace(models["tags"], task=MultiLabelTask(np.array(["a", "c"])))
    told = compare_any({"good": good, "other": replace(good, models=models)})
    assert [one["target"] for one in told["targets"]] == ["age", "car"]
    (left,) = told["left_out"]
    assert "have different classes: a, b; and a, c." in left["reason"]


def test_a_sample_with_another_right_answer_is_not_paired(good):
    first, *rest = good.predictions
    tags = replace(
        first.answers["tags"], label="a;b" if first.answers["tags"].label != "a;b" else ";"
    )
    changed = replace(first, answers={**first.answers, "tags": tags})
    told = compare_targets({"good": good, "other": replace(good, predictions=(changed, *rest))})
    shared = {one["target"]: one["runs"][1]["against_first"]["shared"] for one in told["targets"]}
    assert shared == {"tags": 39, "age": 40, "car": 40}


def test_no_shared_sample_is_said(good):
    told = compare_any({"good": good, "other": replace(good, predictions=())})
    assert all(one["runs"][1]["against_first"] is None for one in told["targets"])
    lines = list(target_comparison_lines(told))
    assert sum("Fit both with the same --test or column 'split'." in line for line in lines) == 3


def test_runs_that_share_no_target_are_refused(good, poor):
    sign = SeveralModel(
        {"sign": poor.models["sign"]},
        replace(poor.result_, targets=(poor.result_.of("sign"),)),
        poor.predictions,
    )
    with pytest.raises(InputError, match=r"no target that can be compared\. 'tags': Only good has"):
        compare_any({"good": good, "sign": sign})
    with pytest.raises(InputError, match=r"1 run is given; accepted: two or more"):
        compare_any({"good": good})


def test_a_run_of_places_is_refused(good):
    figures = Result("detection", "image", ("car",), 1, 1, "x", {}, {}, ())
    plan = frozen_plan("x", ["last"])
    found = PlaceModel(DetectionTask(("car",)), plan, None, figures, Evidence(), "f32", 0.5)
    with pytest.raises(InputError, match=r"'found' is one of detection, which says where"):
        compare_any({"good": good, "found": found})


def test_runs_of_one_target_are_compared_as_ever():
    models = {"one": alone(5.0, "car"), "two": alone(0.1, "car")}
    assert compare_any(models) == compare_runs(models)
