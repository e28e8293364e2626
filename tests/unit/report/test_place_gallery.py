"""Test pictures on the page: what is there beside what was found."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image

from headstart.cli.place_report import place_contents
from headstart.data.boxes import Boxes
from headstart.data.masks import ArrayMask
from headstart.data.thumbnails import thumbnail
from headstart.errors import InputError
from headstart.evaluation.curve_result import WITH, WITHOUT
from headstart.report import render_html, render_markdown, translated
from headstart.report.place_gallery import place_gallery
from headstart.runs import load
from headstart.runs.kept_places import keep_places
from headstart.tasks.detection import DetectionTask
from headstart.tasks.segmentation import SegmentationTask

CLASSES = ("cat", "<dog>")
ONE, FAR = (0.0, 0.0, 10.0, 10.0), (20.0, 20.0, 45.0, 30.0)


def boxes(*corners, scored=False):
    labels = [CLASSES[place % 2] for place in range(len(corners))]
    return Boxes.of(corners, labels, (40, 30), [0.876] * len(corners) if scored else None)


def gallery(count=3, thumbnails=None):
    truth = [boxes(ONE, FAR)] * count
    found = [boxes(*[ONE, FAR][: row % 3], scored=True) for row in range(count)]
    names = [f"{row}.jpg" for row in range(count)]
    kept = keep_places(DetectionTask(CLASSES), names, truth, found)
    return place_gallery(kept, thumbnails or {}, "detection", CLASSES)


def test_all_of_few_are_shown():
    (group,) = gallery(3)["groups"]
    assert (group["title"], group["lead"]) == ("", "All of them, the worst first.")
    assert [one["text"] for one in group["cards"]] == [
        "0 found, 2 missed, 0 made up",
        "1 found, 1 missed, 0 made up",
        "2 found, 0 missed, 0 made up",
    ]


def test_of_many_the_worst_and_the_best():
    worst, best = gallery(30)["groups"]
    assert (worst["title"], best["title"]) == ("The worst", "The best")
    assert {one["text"] for one in worst["cards"]} == {"0 found, 2 missed, 0 made up"}
    assert {one["text"] for one in best["cards"]} == {"2 found, 0 missed, 0 made up"}
    assert len(worst["cards"]) == len(best["cards"]) == 6


def test_boxes_are_cut_at_the_edge_and_know_their_partners():
    card = gallery(3)["groups"][0]["cards"][1]
    assert [one["paired"] for one in card["there"]] == [True, False]
    assert card["there"][1] == {
        **{"x": 20.0, "y": 20.0, "width": 20.0, "height": 10.0},
        **{"label": "<dog>", "score": None, "paired": False},
    }
    (found,) = card["found"]
    assert (found["label"], found["score"], found["paired"]) == ("cat", 0.88, True)


def test_masks_stand_side_by_side_with_a_legend():
    task = SegmentationTask(("background", *CLASSES))
    codes = np.zeros((30, 40), dtype=np.uint8)
    codes[:, 20:] = 2
    kept = keep_places(task, ["a.jpg"], [ArrayMask(codes)], [np.zeros_like(codes)])
    picture = thumbnail(Image.new("RGB", (40, 30)))
    shown = place_gallery(kept, {"a.jpg": picture}, "segmentation", task.classes)
    assert shown["legend"] == [{"name": "<dog>", "colour": "#ffe119"}]
    (card,) = shown["groups"][0]["cards"]
    assert card["text"] == "overlap 25\u00a0%"
    assert card["there"].startswith("data:image/jpeg;base64,")
    assert card["there"] != card["found"]


def test_a_run_that_keeps_nothing_shows_nothing():
    assert place_gallery(None, {}, "detection", CLASSES) is None


@pytest.mark.parametrize("task", ["detection", "localisation", "segmentation"])
def test_the_page_of_a_run_shows_its_pictures(place_runs, task):
    model = load(place_runs[task])
    contents = place_contents(model)
    page = render_html(contents)
    assert "What it finds in test pictures" in page
    written = (place_runs[task] / "report.html").read_text("utf-8")
    assert page.count("data:image/jpeg") == written.count("data:image/jpeg")
    pictures = 8 if task == "segmentation" else 4
    assert len(re.findall(r"data:image/jpeg;base64", page)) == pictures
    assert "## What it finds in test pictures" in render_markdown(contents)


def test_pictures_that_are_gone_are_told(place_runs, monkeypatch):
    def gone(path):
        raise FileNotFoundError(path)

    model = load(place_runs["detection"])
    monkeypatch.setattr("headstart.cli.place_report.Path.read_bytes", gone)
    contents = place_contents(model)
    monkeypatch.undo()
    page = render_html(contents)
    assert "data:image/jpeg" not in page
    assert page.count("The picture was not found") == 4


def test_another_picture_of_that_name_is_not_shown(place_runs, tmp_path, monkeypatch):
    model = load(place_runs["localisation"])
    Image.new("RGB", (7, 7)).save(tmp_path / "x.png")
    content = (tmp_path / "x.png").read_bytes()
    monkeypatch.setattr("headstart.cli.place_report.Path.read_bytes", lambda path: content)
    cards = place_contents(model)["places"]["groups"][0]["cards"]
    assert [card["picture"] for card in cards] == [None] * 4


def test_what_is_about_other_models_is_refused(place_runs):
    model = load(place_runs["detection"])
    with pytest.raises(InputError, match="--explain is about models whose answer is a label"):
        place_contents(model, explains=True)
    with pytest.raises(InputError, match="about a task of regression, and this run is one of dete"):
        place_contents(model, curve={"task": "regression"})
    with pytest.raises(InputError, match="The curve cannot be read: KeyError"):
        place_contents(model, curve={})


def test_a_curve_of_pictures_is_shown(place_runs):
    figure = {"value": 0.5, "low": 0.4, "high": 0.6}
    points = [{"labels": count, "ap50": figure} for count in (20, 40)]
    curves = [{"name": name, "points": points, "expected": []} for name in (WITH, WITHOUT)]
    told = {"task": "detection", "measure": "ap50", "curves": curves}
    contents = place_contents(load(place_runs["detection"]), curve=told)
    page = render_html(contents)
    assert "measured on the same test pictures. The solid line is with transfer" in page
    assert "what is expected of more labels" not in page
    told = translated(contents, "zh")
    assert told["untranslated"] == []
    assert "在同一批测试图片上度量" in render_html(told)


def test_the_command_to_do_it_again_names_the_task(place_runs):
    page = render_html(place_contents(load(place_runs["segmentation"])))
    assert "headstart fit PICTURES --masks MASKS --task segment --test TEST_PICTURES" in page
