"""The report of a run with several targets."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from headstart.errors import InputError
from headstart.evaluation.result import BaselineFigures, NearDuplicate, Result
from headstart.evaluation.several_targets import SeveralResult, Sharing, TargetResult
from headstart.evaluation.sharing_curve import SharingCurve, SharingPoint, TargetCurve
from headstart.metrics.figure import Figure
from headstart.report.several_targets import (
    render_several_html,
    render_several_markdown,
    several_contents,
    weight_of,
)
from headstart.report.target_cells import MAIN
from headstart.tasks.targets import KINDS

PLAN = {"stages": [{"name": "stem", "mode": "frozen"}, {"name": "top", "mode": "train"}]}


def target(name, kind, verdict="transfer helps", fallback=None, shared=True):
    figure, other = Figure(0.8, 0.7, 0.9), Figure(0.7, 0.6, 0.8)
    result = Result(
        kind,
        "image",
        ("a", "b"),
        40,
        10,
        "bundled/x",
        PLAN,
        {MAIN[kind]: figure},
        (BaselineFigures("pixels", {MAIN[kind]: other}),),
        "pixels",
        verdict,
        Figure(0.1, 0.05, 0.15),
        fallback=fallback,
    )
    sharing = Sharing(
        {MAIN[kind]: figure}, {MAIN[kind]: other}, Figure(0.1, 0.02, 0.2), "sharing helps"
    )
    return TargetResult(name, result, "shared", sharing if shared else None, -1.0)


@pytest.fixture
def result():
    targets = (
        target("car <b>", "classification"),
        target("age", "regression", "transfer hurts", "pixels"),
        target("tags", "multi-label", "no measurable difference"),
    )
    return SeveralResult(
        "image",
        40,
        10,
        "bundled/x",
        PLAN,
        targets,
        training_seconds={"shared": 1.0, "car <b>": 2.0, "age": 1.0, "tags": 1.0},
        near_duplicates=(NearDuplicate("t.png", "l.png", 0.99),),
        duplicates=("d.png",),
        quarantined=({"input": "q.png", "reason": "no such file"},),
        notes=("A note.",),
        seconds={"train": 3.0},
    )


def test_every_kind_has_a_figure_that_is_shown_first():
    assert set(MAIN) == set(KINDS)


def test_what_is_said(result):
    text = render_several_markdown(several_contents(result))
    assert "**3 targets, learned from 40 pictures, tested on 10 pictures**" in text
    assert "| car &lt;b&gt; | classification | 10 | 80.0 % (70.0 – 90.0 %) |" in text
    assert "| transfer hurts; not used |" in text
    assert "The shared network took 0.25 of the time of all the others." in text
    assert "+10.0 % (+2.0 % – +20.0 %) | sharing helps | the shared one |" in text
    assert "q.png: no such file" in text
    assert "t.png (test) and l.png (training), similarity 0.990" in text
    assert "Weight of age in the shared loss, learned: 1.36" in text
    assert weight_of(result.targets[0]) == pytest.approx(2.718, abs=0.001)


def test_the_page_asks_nothing_and_escapes(result):
    page = render_several_html(several_contents(result, circumstances={"command": "headstart <x>"}))
    assert "car &lt;b&gt;" in page
    assert "car <b>" not in page
    assert "headstart &lt;x&gt;" in page
    assert "<script" not in page
    assert "http://" not in page
    assert page.count("<h1>") == 1


def test_chinese_leaves_nothing_of_ours_in_english(result):
    contents = several_contents(result, "zh")
    english = several_contents(result)
    assert json.dumps(contents)
    for one, other in zip(contents["sections"], english["sections"], strict=True):
        assert one["title"] != other["title"]
        for first, second in zip(one["head"], other["head"], strict=True):
            assert first != second
        for first, second in zip(one["texts"], other["texts"], strict=True):
            assert first != second
    assert "共用有帮助" in render_several_markdown(contents)
    assert 'lang="zh-Hans"' in render_several_html(contents)


def test_where_nothing_was_compared_that_is_said(result):
    alone = SeveralResult("text", 4, 0, "x", PLAN, (target("a", "regression", shared=False),))
    text = render_several_markdown(several_contents(alone))
    assert "Only one of the two was there to compare." in text


def test_what_is_plain_data_comes_back(result):
    plain = json.loads(json.dumps(result.to_dict()))
    assert SeveralResult.from_dict(plain) == result
    assert plain["cost"] == 0.25
    assert plain["targets"][0]["test"]["accuracy"]["value"] == 0.8
    with pytest.raises(KeyError, match="nobody"):
        result.of("nobody")


def grouped(result):
    first, second, third = result.targets
    names = [one.name for one in result.targets]
    pair = (first.name, third.name)
    some = (replace(first, group=pair, grouped=first.sharing, served_by="group"), second)
    affinity = {name: dict.fromkeys(names, 0.0125) for name in names}
    third = replace(third, group=pair, grouped=third.sharing)
    return replace(result, targets=(*some, third), affinity=affinity)


def test_groups_and_what_they_were_read_from_are_shown(result):
    sections = {one["id"]: one for one in several_contents(grouped(result))["sections"]}
    assert [row[:2] for row in sections["groups"]["rows"]] == [
        ["car <b>", "car <b>, tags"],
        ["tags", "car <b>, tags"],
    ]
    assert sections["groups"]["lines"] == ["age: alone"]
    assert sections["sharing"]["rows"][0][-1] == "that of its group"
    assert sections["affinity"]["head"] == ["a step for", "car <b>", "age", "tags"]
    assert sections["affinity"]["rows"][1] == ["age", "+1.25 %", "+1.25 %", "+1.25 %"]


def test_groups_are_told_in_chinese(result):
    for section in several_contents(grouped(result), "zh")["sections"]:
        if section["id"] in ("groups", "affinity"):
            for one in (section["title"], *section["texts"], *section["lines"]):
                assert any("\u4e00" <= letter <= "\u9fff" for letter in one), one


def curve_of(result):
    targets = tuple(
        TargetCurve(
            one.name,
            one.result.task,
            10,
            tuple(SharingPoint(size, size - 3, one.sharing) for size in (13, 40)),
        )
        for one in result.targets
    )
    took = {"13": {"shared": 1.0, "age": 4.0}, "40": {"shared": 3.0, "age": 4.0}}
    note = "With 13 samples the target 'x' is not compared: no sample is 'a' among them."
    return SharingCurve(
        "image", "x", PLAN, 40, 10, (13, 40), targets, took, notes=(note,)
    ).to_dict()


def test_a_curve_has_a_row_for_each_target_and_size(result):
    told = json.loads(json.dumps(curve_of(result)))
    contents = several_contents(result, curve=told)
    assert [one["id"] for one in contents["sections"]][:3] == ["answers", "sharing", "by-labels"]
    section = contents["sections"][2]
    assert [row[:3] for row in section["rows"][:2]] == [["car <b>", 13, 10], ["car <b>", 40, 37]]
    assert section["rows"][0][5].startswith("+10.0 % (+2.0 %")
    assert section["rows"][0][6] == "sharing helps"
    assert "With 13 samples the shared network took 0.25 of the time" in section["lines"][0]
    assert section["lines"][2].startswith("With 13 samples the target 'x' is not compared")
    html = render_several_html(contents)
    assert "car &lt;b&gt;" in html
    assert "Does sharing help with few labels?" in html


def test_the_curve_is_told_in_chinese(result):
    section = several_contents(result, "zh", curve=curve_of(result))["sections"][2]
    told = [section["title"], *section["texts"], *section["head"], *section["lines"]]
    for one in told:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one), one


@pytest.mark.parametrize("told", [{}, {"measure": "accuracy", "curves": []}, {"targets": 3}])
def test_what_is_no_such_curve_is_refused(result, told):
    with pytest.raises(InputError, match=r"The curve cannot be read: .* --targets NAMES --json"):
        several_contents(result, curve=told)
