"""What the page shows of samples: neighbours, words that count, a map, sources and plans."""

from __future__ import annotations

import numpy as np
from PIL import Image

from headstart.evidence import Decision, Evidence
from headstart.explanations import PictureExplanation, TextExplanation
from headstart.report import Exhibits, render_html, report_contents
from headstart.report.data_map import data_map
from headstart.report.plan_table import plan_table
from headstart.report.source_table import source_table
from headstart.runs.kept_samples import KeptSamples, Nearest

JPEG = b"\xff\xd8\xff"


def kept(labels, texts=()):
    vectors = np.random.default_rng(0).normal(size=(len(labels), 5)).astype(np.float16)
    names = tuple(f"row {row}" for row in range(len(labels)))
    return KeptSamples(names, tuple(labels), vectors, tuple(texts))


def test_a_card_shows_a_sentence_its_words_and_its_neighbours(result, evidence, predictions):
    name = predictions[0]["input"]
    exhibits = Exhibits(
        texts={name: "so slow <b>"},
        nearest={name: [Nearest("row 3", "cat", 0.9, "a slow one")]},
        explanations={name: TextExplanation("dog", (("so ", -0.1), ("slow ", 0.3), ("<b>", 0.0)))},
    )
    contents = report_contents(result, evidence, predictions[:1], exhibits)
    (card,) = contents["hardest"]
    assert [word["strength"] for word in card["words"]] == [-1, 3, 0]
    assert card["nearest"][0]["label"] == "cat"
    assert contents["explained"]
    page = render_html(contents)
    assert '<span class="for3">slow </span>' in page
    assert '<span class="against1">so </span>' in page
    assert "&lt;b&gt;</span>" in page
    assert "a slow one" in page


def test_the_overlay_takes_the_place_of_the_picture(result, evidence, predictions):
    name = predictions[0]["input"]
    told = PictureExplanation("cat", np.eye(2), Image.new("RGB", (20, 20)))
    exhibits = Exhibits(thumbnails={name: JPEG}, explanations={name: told})
    page = render_html(report_contents(result, evidence, predictions[:1], exhibits))
    assert "orange where it speaks for cat" in page
    assert page.count("data:image/png;base64,") == 1


def test_the_map_has_a_mark_for_each_sample_and_a_legend_by_size(result, evidence):
    samples = kept(["b", "a", "b", "c"], ["one", "two", "three", "four"])
    told = data_map(samples, ("a", "b", "c"))
    assert [group["name"] for group in told["groups"]] == ["b", "a", "c"]
    assert told["groups"][0]["count"] == 2
    assert told["points"][0] == told["points"][0] | {"group": 0, "title": "b: one"}
    assert all(0 <= point[axis] <= 1 for point in told["points"] for axis in "xy")
    assert 0 < told["share"] <= 1
    page = render_html(report_contents(result, evidence, (), Exhibits(training=samples)))
    assert page.count('<g class="group') == 4 + 3
    assert "How the model sees your data" in page


def test_many_classes_share_the_last_group():
    told = data_map(kept([f"class {number}" for number in range(20)]), ("a", "b"))
    assert told["groups"][-1] == {"name": "14 other classes", "count": 14}
    assert max(point["group"] for point in told["points"]) == 6


def test_no_map_of_numbers_of_few_or_of_equal_samples():
    assert data_map(None, ("a", "b")) is None
    assert data_map(kept(["1.5", "2", "3"]), ()) is None
    assert data_map(kept(["a", "b"]), ("a", "b")) is None
    same = KeptSamples(("x",) * 4, ("a", "b") * 2, np.ones((4, 3), dtype=np.float16))
    assert data_map(same, ("a", "b")) is None


def compared(scores, **more):
    rows = [
        {"source": name, "score": max(some), "chosen": not place, "stage_scores": some}
        for place, (name, some) in enumerate(scores.items())
    ]
    return Evidence((Decision("which source", "one", "It is ahead.", tuple(rows)),))


def test_sources_and_stages_are_a_heat_map(result):
    evidence = compared({"one": [0.5, 0.8, 0.9], "two": [0.6, 0.7]})
    table = source_table(evidence)
    assert table["most"] == 3
    assert [cell["shade"] for cell in table["rows"][0]["cells"]] == [1, 5, 6]
    assert table["rows"][1]["cells"][0]["text"] == "60.0\N{NO-BREAK SPACE}%"
    page = render_html(report_contents(result, evidence))
    assert 'class="r6">90.0</td>' in page
    assert "stage scores" not in page


def test_errors_of_numbers_are_darkest_where_they_are_least():
    table = source_table(compared({"one": [-4.0, -2.0]}))
    assert [(cell["text"], cell["shade"]) for cell in table["rows"][0]["cells"]] == [
        ("4", 1),
        ("2", 6),
    ]


def test_plans_stand_beside_the_time_they_took(result):
    rows = (
        {"plan": "probe", "score": 0.8, "seconds": 1.0, "chosen": False, "what_happened": ""},
        {"plan": "full", "score": None, "seconds": 4.0, "chosen": False, "what_happened": "lost"},
        {"plan": "freeze:2", "score": 0.9, "seconds": 2.0, "chosen": True, "what_happened": ""},
    )
    evidence = Evidence((Decision("how much to transfer", "freeze:2", "Best.", rows),))
    table = plan_table(evidence)
    assert [row["length"] for row in table["rows"]] == [0.25, 1.0, 0.5]
    assert table["rows"][1]["value"] is None
    page = render_html(report_contents(result, evidence))
    assert "How much to transfer: what was tried" in page
    assert "lost" in page


def test_nothing_compared_is_nothing_shown(bare_result, evidence):
    assert source_table(Evidence()) is None
    assert plan_table(Evidence()) is None
    page = render_html(report_contents(bare_result, evidence))
    assert "How the model sees your data" not in page
