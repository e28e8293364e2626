from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from headstart.evaluation.hardest import hardest_predictions
from headstart.evidence import Decision, Evidence
from headstart.metrics.figure import Figure
from headstart.report import Exhibits, render_html, render_markdown, report_contents

PNG, JPEG = b"\x89PNG\r\n\x1a\nrest", b"\xff\xd8\xffrest"


def test_the_answer_is_a_sentence_with_its_interval(result, evidence):
    answer = report_contents(result, evidence)["answer"]
    assert answer["headline"] == (
        "About 94 of 100 new pictures like your test pictures are labelled correctly"
    )
    assert "interval 89 to 97 of 100; measured on 153 pictures" in answer["small_print"]


def test_a_perfect_score_is_not_promised_for_new_pictures(result, evidence):
    perfect = replace(result, test={"accuracy": Figure(1.0, 0.93, 1.0)}, n_test=50)
    answer = report_contents(perfect, evidence)["answer"]
    assert answer["headline"].startswith("Nearly all new pictures")
    assert "93 to 100 of 100" in answer["small_print"]


@pytest.mark.parametrize(
    ("verdict", "difference", "tone", "said"),
    [
        ("transfer helps", Figure(0.23, 0.15, 0.31), "good", "gets 23 more of 100 right"),
        ("transfer hurts", Figure(-0.1, -0.2, -0.04), "bad", "gets 10 fewer of 100 right"),
        ("no measurable difference", Figure(0.01, -0.04, 0.06), "even", "cannot be told apart"),
    ],
)
def test_the_verdict_says_what_was_compared(result, evidence, verdict, difference, tone, said):
    shown = report_contents(replace(result, verdict=verdict, difference=difference), evidence)[
        "answer"
    ]["verdict"]
    assert shown["tone"] == tone
    assert said in shown["sentence"]
    assert "pixels and HOG" in shown["sentence"]


def test_a_verdict_without_a_difference_still_names_the_rival(result, evidence):
    shown = report_contents(replace(result, difference=None), evidence)["answer"]["verdict"]
    assert shown["sentence"].startswith("Compared with “pixels and HOG")


def test_it_owns_up_to_baselines_that_it_does_not_beat(result, evidence):
    worse = replace(result, test={"accuracy": Figure(0.6, 0.5, 0.7)})
    beats = report_contents(worse, evidence)["answer"]["beats"]
    assert beats == (
        "It scores above “majority class” (54 of 100). "
        "It does not score above “pixels and HOG, logistic regression” (71 of 100)."
    )


def test_score_table_has_a_column_for_each_model_and_a_meaning_for_each_row(result, evidence):
    scores = report_contents(result, evidence)["scores"]
    assert scores["models"][1:] == ["majority class", "pixels and HOG, logistic regression"]
    assert [row["title"] for row in scores["rows"]] == [
        "Accuracy", "Macro F1", "AUROC", "Log loss", "Calibration error",
    ]  # fmt: skip
    assert all(row["meaning"] and len(row["cells"]) == 3 for row in scores["rows"])
    assert scores["rows"][0]["cells"][0]["interval"] == "89.0 to 97.0\u00a0%"


def test_a_figure_that_is_not_defined_leaves_its_cell_empty(result, evidence):
    nan = float("nan")
    odd = replace(result, test={**result.test, "auroc": Figure(nan, nan, nan)})
    rows = {row["metric"]: row for row in report_contents(odd, evidence)["scores"]["rows"]}
    assert rows["auroc"]["cells"][0] is None
    assert rows["auroc"]["cells"][1]["text"] == "0.980"


def test_a_metric_nobody_told_the_report_about_is_still_shown(result, evidence):
    more = replace(result, test={**result.test, "top_5": Figure(0.9, 0.8, 1.0)})
    assert report_contents(more, evidence)["scores"]["rows"][-1]["title"] == "Top 5"


def test_mixups_come_most_frequent_first(result, evidence):
    mixups = report_contents(result, evidence)["confusion"]["mixups"]
    assert mixups[0] == {"true": "ants", "predicted": "bees", "count": 6}
    assert [mixup["count"] for mixup in mixups] == [6, 3]


def test_hardest_are_those_with_the_least_probability_of_their_class(result, evidence, predictions):
    cards = report_contents(result, evidence, predictions[::-1])["hardest"]
    assert [card["input"] for card in cards] == [f"val/{place}.jpg" for place in range(12)]
    assert not cards[0]["correct"]
    assert cards[-1]["correct"]


def test_a_class_the_model_does_not_know_is_the_hardest_and_unlabelled_are_left_out(predictions):
    unknown = {**predictions[5], "label": "wasp"}
    unlabelled = {**predictions[0], "label": None}
    hardest = hardest_predictions([predictions[1], unlabelled, unknown])
    assert hardest == [unknown, predictions[1]]


def test_pictures_become_data_uris_and_the_missing_ones_none(result, evidence, predictions):
    thumbnails = {"val/0.jpg": JPEG, "val/1.jpg": PNG}
    cards = report_contents(result, evidence, predictions, Exhibits(thumbnails))["hardest"]
    assert cards[0]["picture"].startswith("data:image/jpeg;base64,")
    assert cards[1]["picture"].startswith("data:image/png;base64,")
    assert cards[2]["picture"] is None


def test_names_that_are_no_unicode_find_their_picture_and_are_shown_escaped(
    result, evidence, predictions
):
    odd = {**predictions[0], "input": "val/\udcff.jpg"}
    card = report_contents(result, evidence, [odd], Exhibits({"val/\udcff.jpg": JPEG}))["hardest"][
        0
    ]
    assert card["input"] == "val/\\udcff.jpg"
    assert card["picture"]


def test_everything_is_plain_json(result, evidence, predictions):
    numpy_row = {**predictions[0], "correct": np.bool_(False), "confidence": np.float32(0.5)}
    numpy_seconds = replace(result, seconds={"read": np.float64(1.5)})
    contents = report_contents(numpy_seconds, evidence, [numpy_row])
    assert json.loads(json.dumps(contents, allow_nan=False)) == contents


def test_stage_scores_come_from_the_decision_about_stages(result, evidence):
    other = Decision("how strong a penalty", "0.1", "Lowest loss.")
    stages = report_contents(result, Evidence((other, *evidence.decisions)))["stages"]
    assert [row["stages"] for row in stages["rows"] if row["chosen"]] == ["blocks.0 + blocks.1"]


def test_neighbouring_stages_treated_alike_are_told_together(result, evidence):
    plan = {
        "stages": [
            {"name": "stem", "init": "pretrained", "mode": "frozen", "lr_scale": 1.0},
            {"name": "b.0", "init": "pretrained", "mode": "frozen", "lr_scale": 1.0},
            {"name": "b.1", "init": "random", "mode": "train", "lr_scale": 0.1},
        ]
    }
    stages = report_contents(replace(result, plan=plan), evidence)["method"]["stages"]
    assert [run["names"] for run in stages] == [["stem", "b.0"], ["b.1"]]
    assert stages[1]["words"] == "random weights, trained from scratch, learning rate times 0.1"


def test_without_a_test_set_it_says_that_nothing_was_measured(bare_result, evidence):
    contents = report_contents(bare_result, Evidence())
    assert "was not measured" in contents["answer"]["headline"]
    assert contents["next_steps"][0]["command"].startswith("headstart fit DATA --test")
    assert contents["confusion"] is contents["calibration"] is contents["stages"] is None
    with_stages = report_contents(bare_result, evidence)["answer"]["small_print"]
    assert "about 93 of 100" in with_stages


def _steps(result, evidence):
    return " ".join(step["text"] for step in report_contents(result, evidence)["next_steps"])


def test_next_steps_follow_from_what_was_found(result, evidence):
    said = _steps(result, evidence)
    assert "“ants” taken for “bees” (6 times)" in said
    assert "1 input that could not be used" in said
    assert "1 pair of near-duplicates" in said
    assert "interval is wide" not in said


def test_a_wide_interval_asks_for_four_times_the_test_set(result, evidence):
    wide = replace(result, n_test=20, test={"accuracy": Figure(0.9, 0.7, 0.97)})
    assert "About 80 test pictures would halve it." in _steps(wide, evidence)


def test_poor_calibration_is_warned_about(result, evidence):
    poor = {**result.test, "calibration_error": Figure(0.2, 0.1, 0.3)}
    assert "confidence at face value" in _steps(replace(result, test=poor), evidence)


@pytest.mark.parametrize(
    ("confidence", "accuracy", "said"),
    [(0.9, 0.7, "too sure of itself"), (0.6, 0.9, "better than it says"), (0.8, 0.81, "knows")],
)
def test_calibration_is_put_into_words(result, evidence, confidence, accuracy, said):
    bins = (
        {"confidence": confidence, "accuracy": accuracy, "count": 10},
        {"confidence": float("nan"), "accuracy": float("nan"), "count": 0},
    )
    calibration = report_contents(replace(result, calibration=bins), evidence)["calibration"]
    assert said in calibration["sentence"]
    assert len(calibration["bins"]) == 1


def test_a_model_without_transfer_is_called_one(fallen_result, evidence):
    contents = report_contents(fallen_result, evidence)
    verdict = contents["answer"]["verdict"]
    assert verdict["sentence"].startswith("The model with transfer gets 9 fewer of 100 right than")
    assert verdict["sentence"].endswith(
        "Your model is the one without transfer: “pixels and HOG, logistic regression”."
    )
    names = ["Your model", "majority class", "with transfer from bundled/x"]
    assert [lane["name"] for lane in contents["lanes"]] == names
    assert contents["scores"]["models"] == names
    assert contents["lanes"][0]["meaning"].startswith("learns from your pictures alone")
    assert contents["lanes"][2]["meaning"] == "starts from the source"
    assert contents["next_steps"][0]["text"].startswith("The model without transfer was saved")
    facts = {fact["name"]: fact["value"] for fact in contents["facts"]}
    assert facts["Tried, and not saved"] == "bundled/x"
    method = contents["method"]
    assert method["source_words"].startswith("no network")
    assert [run["words"] for run in method["stages"]] == ["computed by a rule, without weights"]
    assert "Your model is the one without transfer" in render_html(contents)
    assert "Your model is the one without transfer" in render_markdown(contents)


def test_numbers_without_transfer_are_called_so(fallen_result, number_result, number_evidence):
    fallen = replace(
        number_result,
        fallback="pixels and HOG, ridge regression",
        with_transfer=replace(fallen_result.with_transfer, test=number_result.test),
    )
    sentence = report_contents(fallen, number_evidence)["answer"]["verdict"]["sentence"]
    assert sentence.startswith("The model with transfer: its mean absolute error is larger by 0.5")


def test_nothing_transferred_is_no_verdict_on_transfer(result, evidence):
    verdict = report_contents(replace(result, verdict=None), evidence)["answer"]["verdict"]
    assert (verdict["title"], verdict["tone"]) == ("Nothing was transferred", "even")
    assert "23 more of 100 right" in verdict["sentence"]
