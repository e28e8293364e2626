"""What a person reads at the end of a fit."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from headstart.cli.score_table import score_table, short_name
from headstart.cli.summary import print_summary, summary
from headstart.evaluation.baselines import RANDOM_TWIN
from headstart.evaluation.result import (
    BaselineFigures,
    NearDuplicate,
    Result,
    TransferFigures,
)
from headstart.metrics.figure import Figure
from headstart.plan import Plan, StagePlan, TrainingPlan, frozen_plan

MAJORITY, CLASSICAL = "majority class", "pixels and HOG, logistic regression"
FIGURES = {
    "accuracy": Figure(0.94, 0.876, 0.959),
    "macro_f1": Figure(0.93, 0.87, 0.96),
    "auroc": Figure(0.99, 0.97, 1.0),
    "log_loss": Figure(0.2, 0.1, 12.345),
    "calibration_error": Figure(0.02, 0.01, 0.05),
}
RESULT = Result(
    task="classification",
    modality="image",
    classes=("ant", "bee"),
    n_train=1244,
    n_test=153,
    source="bundled/efficientnet-lite0",
    plan={},
    test=FIGURES,
    baselines=tuple(BaselineFigures(name, FIGURES) for name in (MAJORITY, CLASSICAL, RANDOM_TWIN)),
    compared_with=CLASSICAL,
    verdict="transfer helps",
    difference=Figure(0.078, 0.034, 0.152),
    seconds={"read": 0.5, "encode": 3.25, "fit the head": 1.0, "evaluate": 0.25},
)
RUN = Path("out/run")


def lines(**changes):
    return list(summary(replace(RESULT, **changes), RUN))


def test_every_line_as_a_person_sees_it():
    assert lines() == [
        "153 test pictures, learned from 1,244 with bundled/efficientnet-lite0",
        "",
        "                     this model    95 % interval  majority  classical  random",
        "  Accuracy                0.940   0.876 to 0.959     0.940      0.940   0.940",
        "  Macro F1                0.930   0.870 to 0.960     0.930      0.930   0.930",
        "  AUROC                   0.990   0.970 to 1.000     0.990      0.990   0.990",
        "  Log loss                0.200  0.100 to 12.345     0.200      0.200   0.200",
        "  Calibration error       0.020   0.010 to 0.050     0.020      0.020   0.020",
        "  classical: pixels and HOG, logistic regression",
        "  random: the same network with random weights",
        "  Log loss and calibration error: lower is better.",
        "",
        "Verdict: transfer helps: +7.8 points of accuracy against classical (95 %: +3.4 to +15.2).",
        "Took 5.0 s (encode 3.2, fit the head 1.0, read 0.5).",
        f"Run: {RUN}",
        f"Report: {RUN / 'report.html'}",
    ]


def test_what_was_saved_in_place_of_the_model_with_transfer():
    tried = TransferFigures("bundled/efficientnet-lite0", {}, FIGURES)
    shown = lines(
        fallback=CLASSICAL,
        source="classical",
        with_transfer=tried,
        verdict="transfer hurts",
        difference=Figure(-0.078, -0.152, -0.034),
    )
    assert shown[0] == "153 test pictures, learned from 1,244 without transfer (classical)"
    assert shown[2].split()[-3:] == ["majority", "random", "transfer"]
    assert shown[8] == f"  this model: {CLASSICAL}, without transfer"
    assert shown[10] == "  transfer: with transfer from bundled/efficientnet-lite0"
    assert "Verdict: transfer hurts: -7.8 points of accuracy against classical" in "\n".join(shown)


def test_without_transfer_there_is_no_verdict_on_it():
    assert (
        "Verdict: none, for nothing was transferred: +7.8 points of accuracy against classical "
        "(95 %: +3.4 to +15.2)."
    ) in lines(verdict=None)


def test_the_table_fits_into_eighty_characters_and_is_plain():
    table = score_table(RESULT)
    assert max(map(len, table)) <= 80
    assert "".join(table).isascii()


def test_a_baseline_without_a_figure_gets_a_dash():
    other = BaselineFigures("another", {"accuracy": FIGURES["accuracy"]})
    table = score_table(replace(RESULT, baselines=(other,)))
    assert table[0].split()[-1] == "another"
    assert table[1].split()[-1] == "0.940"
    assert table[2].split()[-1] == "-"


def test_short_names_are_for_the_baselines_we_know():
    assert [short_name(name) for name in (MAJORITY, CLASSICAL, RANDOM_TWIN, "mine")] == [
        "majority",
        "classical",
        "random",
        "mine",
    ]


def test_without_test_samples_it_says_so():
    text = lines(test={}, baselines=(), verdict=None, difference=None, n_test=0)
    assert text[:2] == [
        "Learned from 1,244 pictures with bundled/efficientnet-lite0.",
        "No test sample was left, so there is no figure. Give --test, or more samples.",
    ]
    assert not any("Verdict" in line for line in text)


def test_nothing_to_compare_with():
    assert "Verdict: nothing to compare with." in lines(verdict=None, difference=None)


def test_what_was_set_aside_is_counted_and_the_first_are_named():
    rows = tuple({"input": f"{number}.jpg", "reason": "an empty file"} for number in range(7))
    text = lines(quarantined=rows)
    start = text.index("Set aside, because they could not be used: 7")
    assert text[start + 1] == "  0.jpg: an empty file"
    assert text[start + 6] == "  ... and 2 more in result.json"


def test_duplicates_near_duplicates_and_notes():
    text = lines(
        duplicates=("a.jpg", "b.jpg"),
        near_duplicates=(NearDuplicate("t.jpg", "l.jpg", 0.99),),
        notes=("The classes are uneven.",),
    )
    assert "Left out of training, because the test set holds them too: 2 (a.jpg, b.jpg)" in text
    assert any(line.startswith("Near-duplicates across training and test: 1;") for line in text)
    assert "Note: The classes are uneven." in text


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_on_a_screen_lines_end_between_words(monkeypatch, columns):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", str(columns))
    print_summary(RESULT, RUN)
    sentences = [line for line in screen.getvalue().splitlines() if not line.startswith(" ")]
    assert max(map(len, sentences)) <= columns
    assert "Verdict: transfer helps" in screen.getvalue()


def test_in_a_file_lines_stay_whole(monkeypatch):
    file = io.StringIO()
    monkeypatch.setattr(sys, "stdout", file)
    monkeypatch.setenv("COLUMNS", "20")
    print_summary(RESULT, RUN)
    assert file.getvalue().splitlines() == lines()


NUMBERS = {
    "r2": Figure(0.91, 0.85, 0.94),
    "mean_absolute_error": Figure(1234.5, 1100.0, 1400.25),
    "root_mean_squared_error": Figure(0.012345, 0.01, 0.02),
}


def test_numbers_as_a_person_sees_them():
    text = lines(
        task="regression",
        classes=(),
        test=NUMBERS,
        baselines=(
            BaselineFigures("mean of the training targets", {**NUMBERS, "r2": Figure(0, -0.1, 0)}),
            BaselineFigures("pixels and HOG, ridge regression", NUMBERS),
            BaselineFigures(RANDOM_TWIN, NUMBERS),
        ),
        compared_with="pixels and HOG, ridge regression",
        difference=Figure(12.5, 3.25, 20.125),
    )
    assert text[2:6] == [
        "                       this model   95 % interval     mean  classical   random",
        "  R2                        0.910  0.850 to 0.940    0.000      0.910    0.910",
        "  Mean absolute error       1,234  1,100 to 1,400    1,234      1,234    1,234",
        "  Root mean sq. error     0.01235    0.01 to 0.02  0.01235    0.01235  0.01235",
    ]
    assert text[6:11] == [
        "  mean: mean of the training targets",
        "  classical: pixels and HOG, ridge regression",
        "  random: the same network with random weights",
        "  R2: 1 is perfect, 0 is no better than always answering the mean.",
        "  Mean absolute error and root mean sq. error: lower is better.",
    ]
    assert max(map(len, text[2:11])) <= 80
    assert (
        "Verdict: transfer helps: mean absolute error smaller by 12.5 against classical "
        "(95 %: 3.25 to 20.12; below 0 it is larger)."
    ) in text


def test_a_plan_that_trains_is_told():
    plan = Plan(
        "x/y",
        (StagePlan("a"), StagePlan("b", mode="train"), StagePlan("c", mode="train")),
        training=TrainingPlan(epochs=5),
    )
    assert lines(plan=plan.to_dict())[:3] == [
        "153 test pictures, learned from 1,244 with bundled/efficientnet-lite0",
        "Plan: 1 stage frozen, 2 trained (5 epochs).",
        "",
    ]
    untested = lines(plan=plan.to_dict(), n_test=0, test={})
    assert untested[1] == "Plan: 1 stage frozen, 2 trained (5 epochs)."


def test_a_plan_that_trains_nothing_goes_without_saying():
    told = lines(plan=frozen_plan("x/y", ["a", "b"]).to_dict())
    assert not any(line.startswith("Plan") for line in told)


def test_places_are_compared_in_points():
    figures = {"ap50": Figure(0.8, 0.7, 0.9)}
    rule = "the mean box of each class"
    said = lines(
        task="detection",
        test=figures,
        baselines=(BaselineFigures(rule, figures),),
        compared_with=rule,
    )
    assert "  AP50       0.800  0.700 to 0.900     0.800" in said
    assert "  mean box: the mean box of each class" in said
    assert (
        "Verdict: transfer helps: +7.8 points of AP50 against mean box (95 %: +3.4 to +15.2)."
        in said
    )
