"""The report of a regression: errors in place of shares, a scatter in place of a matrix."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from headstart.evaluation.hardest import hardest_predictions
from headstart.metrics.figure import Figure
from headstart.report import Exhibits, render_html, render_markdown, report_contents
from headstart.report.charts import SQUARE, scatter_marks, stage_marks
from headstart.report.scatter import MOST, scatter


@pytest.fixture
def contents(number_result, number_evidence, number_predictions):
    pictures = {"val/19.jpg": b"\xff\xd8\xffrest"}
    return report_contents(number_result, number_evidence, number_predictions, Exhibits(pictures))


def test_the_answer_is_an_error_in_the_unit_of_the_numbers(contents):
    answer = contents["answer"]
    assert answer["headline"] == (
        "For new pictures like your test pictures it is off by about 2.5 on average"
    )
    assert answer["short"] == "off by 2.5 on average"
    assert "interval 2.25 to 3; measured on 153 pictures" in answer["small_print"]
    assert answer["beats"] == (
        "It errs less than “mean of the training targets” (off by 11). "
        "It does not err less than “pixels and HOG, ridge regression” (off by 2)."
    )


@pytest.mark.parametrize(
    ("verdict", "difference", "said"),
    [
        ("transfer helps", Figure(1.5, 1.0, 2.0), "is smaller by 1.5 than that of “pixels and HOG"),
        ("transfer hurts", Figure(-0.5, -0.8, -0.2), "larger by 0.5 than .* difference 0.2 to 0.8"),
        (
            "no measurable difference",
            Figure(0.1, -1.0, 1.2),
            "smaller by 0.1 .* -1 to 1.2; below 0",
        ),
    ],
)
def test_the_verdict_says_whose_error_is_smaller(
    number_result, number_evidence, verdict, difference, said
):
    changed = replace(number_result, verdict=verdict, difference=difference)
    sentence = report_contents(changed, number_evidence)["answer"]["verdict"]["sentence"]
    assert re.search(said, sentence), sentence


def test_the_scores_are_written_as_what_they_are(contents):
    rows = {row["title"]: row["cells"][0]["text"] for row in contents["scores"]["rows"]}
    assert rows == {"R²": "0.800", "Mean absolute error": "2.5", "Root mean squared error": "3.25"}
    assert all(row["meaning"] for row in contents["scores"]["rows"])


def test_the_lanes_share_a_scale_that_holds_all_intervals(contents):
    assert [lane["cell"]["value"] for lane in contents["lanes"]] == [2.5, 11.0, 2.0]
    assert contents["lane_axis"]["scale"] == [0.0, pytest.approx(13.2)]
    assert contents["lane_axis"]["ends"] == ["0", "13.2"]


def test_there_are_no_classes_to_tell_of(contents):
    assert contents["confusion"] is contents["calibration"] is None
    assert "Classes" not in [fact["name"] for fact in contents["facts"]]
    assert json.loads(json.dumps(contents, allow_nan=False)) == contents


def test_the_hardest_have_the_largest_errors(contents, number_predictions):
    hardest = hardest_predictions(number_predictions, 2)
    assert [row["error"] for row in hardest] == [-4.75, 4.5]
    first, second, *_ = contents["hardest"]
    assert (first["label"], first["predicted"], first["error"]) == ("119", "114.2", "4.75 too low")
    assert second["error"] == "4.5 too high"
    assert first["picture"]


def test_next_steps_are_about_errors(contents, number_result, number_evidence):
    said = " ".join(step["text"] for step in contents["next_steps"])
    assert "Look at the largest errors below" in said
    assert "Predict new pictures:" in said
    assert "interval is wide" not in said
    wide = {**number_result.test, "mean_absolute_error": Figure(2.0, 1.0, 3.0)}
    steps = report_contents(replace(number_result, test=wide), number_evidence)["next_steps"]
    assert any("About 612 test pictures would halve it" in step["text"] for step in steps)


def test_without_a_test_set_the_held_out_error_is_told(bare_result, number_evidence):
    bare = replace(bare_result, task="regression", classes=())
    answer = report_contents(bare, number_evidence)["answer"]
    assert "it was off by about 2.625 on average when held out in turn" in answer["small_print"]


def test_stages_are_drawn_from_no_error(contents):
    stages = contents["stages"]
    assert (stages["measure"], stages["form"]) == ("Mean absolute error", "amount")
    marks = stage_marks(stages["rows"], stages["form"])
    assert marks["ends"] == ["0", "9.25"]
    assert marks["strips"][0]["high"] == "100.00%"


def test_the_scatter_has_perfect_predictions_on_the_diagonal():
    points = [{"true": true, "predicted": true} for true in (-3.0, 0.0, 7.5)]
    marks = scatter_marks(points)
    assert all(circle["x"] + circle["y"] == pytest.approx(SQUARE) for circle in marks["circles"])
    assert [tick["text"] for tick in marks["ticks"]] == ["0", "5"]


@pytest.mark.parametrize("value", [0.0, 1e-9, -5e12])
def test_equal_numbers_can_be_drawn(value):
    marks = scatter_marks([{"true": value, "predicted": value}])
    assert marks["circles"] == [{"x": SQUARE / 2, "y": SQUARE / 2}]
    assert marks["ticks"]


def test_many_points_are_thinned_and_counted(number_predictions):
    assert scatter([]) is None
    rows = [{"label": float(n), "predicted": 0.0, "error": -float(n)} for n in range(2500)]
    drawn = scatter(rows[::-1])
    assert (len(drawn["points"]), drawn["left_out"]) == (MOST, 1500)
    assert drawn["points"][-1]["true"] > 2490


def test_the_page_draws_it_all(contents):
    html = render_html(contents)
    assert html.count('class="point" cx') == 3 + 20 + 2
    for said in (
        "Where is it right?",
        "mean absolute error: less is better",
        "Said 114.2",
        "4.75 too low",
        "Those with the largest errors.",
        "2.625 <span",
    ):
        assert said in html
    for unsaid in ("labelled correctly", "% sure", "What does it mix up?"):
        assert unsaid not in html


def test_the_markdown_says_the_same(contents):
    text = render_markdown(contents)
    for said in (
        "| Mean absolute error | 2.5 (2.25 to 3) | 11 (9.9 to 13.2) |",
        "| input | true | predicted | error |",
        "| val/19.jpg | 119 | 114.2 | 4.75 too low |",
        "| stages | cross-validated mean absolute error |",
        "| blocks.1 | 2.625 | chosen |",
    ):
        assert said in text
