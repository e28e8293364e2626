"""What more labels would bring is drawn from what the command ``curve`` printed."""

from __future__ import annotations

import re

import pytest

from headstart.cli.json_output import read_json
from headstart.errors import InputError
from headstart.report import Exhibits, render_html, report_contents, translated
from headstart.report.charts import curve_marks
from headstart.report.label_curve import label_curve


def figure(value):
    return {"value": value, "low": value - 0.05, "high": value + 0.05}


def curve(name, values, expected=()):
    points = [{"labels": 8 * 2**n, "accuracy": figure(one)} for n, one in enumerate(values)]
    more = [{"labels": 32 * 2**n, "accuracy": figure(one)} for n, one in enumerate(expected)]
    return {"name": name, "points": points, "expected": more}


@pytest.fixture
def told():
    curves = [curve("with transfer", (0.6, 0.7, 0.8), (0.8, 0.9))]
    return {"measure": "accuracy", "curves": [*curves, curve("without transfer", (0.5, 0.5, 0.6))]}


def test_both_curves_and_what_is_expected_are_drawn(told, result, evidence):
    contents = report_contents(result, evidence, (), Exhibits(curve=told))
    table = contents["labels"]
    assert [line["name"] for line in table["lines"]] == ["with transfer", "without transfer"]
    assert [row["labels"] for row in table["expected"]] == [32, 64]
    page = render_html(contents)
    part = page[page.index('<section id="labels"') :].split("</section>")[0]
    assert part.count("<polyline") == 3
    assert part.count('class="reach') == 3 + 3 + 2
    assert "75.0" in part
    assert "85.0\N{NO-BREAK SPACE}%" in part


def test_labels_that_double_stand_at_equal_steps(told):
    marks = curve_marks(label_curve(told))
    assert [tick["text"] for tick in marks["labels"]] == ["8", "16", "32", "64"]
    assert [point["x"] for point in marks["lines"][0]["points"]] == [0.0, 100.0, 200.0]
    heights = [point["value"] for point in marks["lines"][0]["points"]]
    assert heights == sorted(heights, reverse=True), "better is higher"


def test_errors_of_numbers_are_drawn_too(told):
    text = {"measure": "mean_absolute_error"}
    for one in told["curves"]:
        for point in (*one["points"], *one["expected"]):
            point["mean_absolute_error"] = point.pop("accuracy")
    table = label_curve({**told, **text})
    assert (table["measure"], table["form"]) == ("Mean absolute error", "amount")
    assert table["lines"][0]["rows"][0]["text"] == "0.6"


def test_it_is_said_in_chinese(told, result, evidence):
    contents = translated(report_contents(result, evidence, (), Exhibits(curve=told)), "zh")
    page = render_html(contents)
    part = page[page.index('<section id="labels"') :].split("</section>")[0]
    words = re.sub(r"<[^>]*>|&nbsp;", " ", part)
    assert "更多标签会带来什么" in words
    assert not re.search(r"[A-Za-z]{2,}", words), words


def test_no_curve_is_nothing_shown(result, evidence):
    assert label_curve(None) is None
    assert "What would more labels bring?" not in render_html(report_contents(result, evidence))


@pytest.mark.parametrize("odd", [{}, {"measure": "accuracy"}, {"measure": "x", "curves": [{}]}])
def test_something_else_is_refused(odd):
    with pytest.raises(InputError, match=r"The curve cannot be read: .*curve DATA --json"):
        label_curve(odd)


@pytest.mark.parametrize(("content", "reason"), [("{", "as JSON"), ("[1]", "holds a JSON list")])
def test_a_file_of_something_else_is_refused(tmp_path, content, reason):
    (tmp_path / "curve.json").write_text(content)
    with pytest.raises(InputError, match=reason):
        read_json(tmp_path / "curve.json")
    with pytest.raises(InputError, match="No such file"):
        read_json(tmp_path / "missing.json")
