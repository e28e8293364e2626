"""What a fit of several targets prints of the networks that it compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headstart.cli.several_targets import _summary
from headstart.evaluation.result import Result
from headstart.evaluation.several_targets import SeveralResult, Sharing, TargetResult
from headstart.metrics.figure import Figure
from headstart.runs.several_targets import SeveralModel

SHARING = Sharing(
    {"accuracy": Figure(0.7, 0.6, 0.8)},
    {"accuracy": Figure(0.8, 0.7, 0.9)},
    Figure(-0.1, -0.2, -0.02),
    "sharing hurts",
)


def target(name, served, group=()):
    result = Result("classification", "image", ("a", "b"), 9, 3, "x", {}, {}, ())
    grouped = SHARING if group else None
    return TargetResult(name, result, served, SHARING, None, group, grouped)


@pytest.fixture
def result():
    pair = ("car", "sign")
    targets = (target("car", "group", pair), target("sign", "own", pair), target("age", "shared"))
    affinity = {"car": {"car": 0.1}}
    return SeveralResult("image", 9, 3, "x", {}, targets, affinity=affinity)


def lines_of(result):
    return [line.split() for line in _summary(SeveralModel({}, result), Path("run"))]


def test_a_star_stands_where_the_answer_comes_from(result):
    lines = lines_of(result)
    rows = [line for line in lines if line[:1] in (["car"], ["sign"], ["age"])]
    shared, grouped = rows[3:6], rows[6:]
    assert [row[1:3] for row in shared] == [["0.7", "0.8"], ["0.7", "0.8*"], ["0.7*", "0.8"]]
    assert [row[:6] for row in grouped] == [
        ["car", "car", "+", "sign", "0.7", "0.8*"],
        ["sign", "car", "+", "sign", "0.7", "0.8"],
    ]
    assert grouped[0][6:] == ["-0.1", "-0.2", "to", "-0.02", "sharing", "hurts"]


def test_no_group_is_told(result):
    alone = tuple(replace(one, group=(), grouped=None) for one in result.targets)
    told = [" ".join(line) for line in lines_of(replace(result, targets=alone))]
    assert "No group between one target and all helped more in training." in told
    assert not any(
        "group" in line
        for line in map(" ".join, lines_of(replace(result, targets=alone, affinity={})))
    )
