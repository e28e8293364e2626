"""The report of tasks of places: overlaps, and a figure for each class."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from headstart.evidence import Evidence
from headstart.metrics.figure import Figure
from headstart.report import render_html, render_markdown, report_contents


def contents_of(result, **changes):
    return report_contents(replace(result, **changes), Evidence())


def test_a_detection_is_told_by_its_average_precision(detection_result):
    contents = contents_of(detection_result)
    answer = contents["answer"]
    assert answer["headline"] == (
        "For new pictures like your test pictures the average precision of its boxes is about "
        "80\u00a0%"
    )
    assert answer["short"] == "average precision 80\u00a0%"
    assert answer["small_print"] == (
        "95\u00a0% interval 70 to 90\u00a0%; measured on 153 pictures kept away from training"
    )
    assert answer["beats"] == "It scores above “the mean box of each class” (50\u00a0%)."
    assert json.loads(json.dumps(contents, allow_nan=False)) == contents


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Its average precision is higher by 30 points than that of “the mean box"),
        (
            {"verdict": "transfer hurts", "difference": Figure(-0.3, -0.4, -0.2)},
            "lower by 30 points than that of “the mean box of each class”, which uses no "
            "pretrained network (95\u00a0% interval of the difference −40 to −20)",
        ),
        (
            {"verdict": "no measurable difference", "difference": Figure(0.02, -0.1, 0.1)},
            "its average precision is higher by +2 points (95\u00a0% interval −10 to +10; below 0 "
            "it is lower)",
        ),
    ],
)
def test_the_verdict_is_in_points(detection_result, changes, said):
    assert said in contents_of(detection_result, **changes)["answer"]["verdict"]["sentence"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("localisation_result", "pictures its box and the true one overlap by about 80\u00a0%"),
        ("segmentation_result", "its regions and the true ones overlap by about 80\u00a0%"),
    ],
)
def test_other_places_are_told_by_their_overlap(request, name, said):
    contents = contents_of(request.getfixturevalue(name))
    assert said in contents["answer"]["headline"]
    assert contents["lane_axis"]["words"] == "overlap with the truth"


@pytest.mark.parametrize("name", ["detection_result", "localisation_result", "segmentation_result"])
def test_every_figure_and_rule_is_explained(request, name):
    contents = contents_of(request.getfixturevalue(name))
    assert all(row["meaning"] for row in contents["scores"]["rows"])
    assert all(lane["meaning"] for lane in contents["lanes"])


def test_classes_stand_by_how_well_they_do(segmentation_result):
    contents = contents_of(segmentation_result)
    assert contents["per_class"]["title"] == "Mean IoU"
    rows = contents["per_class"]["rows"]
    assert [(row["label"], row["cell"]["text"]) for row in rows] == [
        ("bees", "90.0\u00a0%"),
        ("ants", "70.0\u00a0%"),
    ]
    steps = " ".join(step["text"] for step in contents["next_steps"])
    assert "Of the classes “ants” does worst (70\u00a0%). Add training pictures" in steps
    assert "Segment new pictures:" in steps


def test_a_single_class_is_no_worst_one(localisation_result):
    contents = contents_of(localisation_result)
    assert contents["per_class"] is None
    assert not any("does worst" in step["text"] for step in contents["next_steps"])
    assert 'id="classes"' not in render_html(contents)


def test_a_wide_interval_is_told(detection_result):
    def steps(low):
        test = {"ap50": Figure(0.8, low, 0.85)}
        return [step["text"] for step in contents_of(detection_result, test=test)["next_steps"]]

    assert any("About 612 test pictures would halve it" in step for step in steps(0.6))
    assert not any("would halve it" in step for step in steps(0.75))


def test_the_page_and_the_markdown_hold_the_classes(detection_result):
    contents = contents_of(detection_result, per_class={"<b>": Figure(0.25, 0.1, 0.4)})
    html, text = render_html(contents), render_markdown(contents)
    assert "How good is it for each class?" in html
    assert "<bdi>&lt;b&gt;</bdi>" in html
    assert "25.0\u00a0%" in html
    assert "## How good is it for each class?" in text
    assert "| 25.0 % (10.0 to 40.0 %) |" in text
    assert "<b>" not in text.split("How good is it for each class?")[1].split("##")[0]
    for unsaid in ("labelled correctly", "% sure", "What does it mix up?"):
        assert unsaid not in html
