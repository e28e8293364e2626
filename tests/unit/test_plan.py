"""Plans: an entry per stage, and nothing that cannot be carried out."""

from __future__ import annotations

import json

import pytest

from headstart.errors import PlanError
from headstart.plan import HeadPlan, Plan, StagePlan, frozen_plan

STEM, BLOCK, LAST = StagePlan("stem"), StagePlan("block", mode="adapter"), StagePlan("last")


def test_the_cut_is_after_the_leading_frozen_stages():
    plan = Plan("tiny/net", (STEM, BLOCK, LAST))
    assert plan.cut == 1
    assert plan.prefix == (STEM,)
    assert plan.suffix == (BLOCK, LAST)


@pytest.mark.parametrize(("modes", "cut"), [("", 0), ("f", 1), ("t", 0), ("ff", 2), ("fft", 2)])
def test_the_cut_of_frozen_and_trained_stages(modes, cut):
    words = {"f": "frozen", "t": "train"}
    stages = tuple(StagePlan(str(place), mode=words[one]) for place, one in enumerate(modes))
    assert Plan("tiny/net", stages).cut == cut


def test_a_frozen_plan_freezes_everything():
    plan = frozen_plan("tiny/net", ["a", "b"], "random")
    assert plan.cut == 2
    assert {stage.init for stage in plan.stages} == {"random"}
    assert plan.head == HeadPlan()


def test_another_head_leaves_the_stages():
    plan = frozen_plan("tiny/net", ["a", "b"])
    other = plan.with_head(HeadPlan(("b",), 3.0))
    assert other.stages == plan.stages
    assert other.head.stages == ("b",)
    assert plan.head.stages == ()


def test_json_and_back():
    plan = Plan("tiny/net", (STEM, BLOCK), HeadPlan(("stem",), 0.5))
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


def test_what_is_left_out_is_filled_in():
    plan = Plan.from_dict({"source": "tiny/net", "stages": [{"name": "stem"}]})
    assert plan == Plan("tiny/net", (STEM,))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"init": "zero"}, "init of stage 'stem' is 'zero'; accepted: pretrained, random"),
        ({"mode": "melt"}, "mode of stage 'stem' is 'melt'; accepted: frozen, adapter, train"),
        ({"lr_scale": -1.0}, "lr_scale of stage 'stem' is -1.0; it must be a number of at least 0"),
        ({"lr_scale": float("nan")}, "lr_scale of stage 'stem' is nan"),
    ],
)
def test_a_stage_at_fault(values, message):
    with pytest.raises(PlanError, match=message):
        StagePlan("stem", **values)


@pytest.mark.parametrize("value", [0.0, -2.0, float("nan")])
def test_a_penalty_at_fault(value):
    with pytest.raises(PlanError, match=f"inverse_penalty of the head is {value!r}; .* above 0"):
        HeadPlan(inverse_penalty=value)


def test_a_stage_named_twice():
    with pytest.raises(PlanError, match="names stage 'stem' twice"):
        Plan("tiny/net", (STEM, LAST, STEM))


def test_a_head_that_reads_what_is_not_there():
    with pytest.raises(PlanError, match=r"reads stage 'neck', .* Stages: stem, last\."):
        Plan("tiny/net", (STEM, LAST), HeadPlan(("neck",)))


def test_one_stage_of_the_head_may_stand_without_a_list():
    plain = {"source": "x", "stages": [{"name": "last"}], "head": {"stages": "last"}}
    assert Plan.from_dict(plain).head.stages == ("last",)


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"source": "x"},
        {"source": "x", "stages": 3},
        {"source": "x", "stages": [3]},
        {"source": "x", "stages": [{"nom": "stem"}]},
        {"source": "x", "stages": [], "head": {"stage": []}},
        {"source": "x", "stages": [], "head": [1]},
        {"source": "x", "stages": [{"name": "a", "lr_scale": "fast"}]},
        {"source": "x", "stages": [{"name": "a", "mode": []}]},
        {"source": "x", "stages": [{"name": ["a"]}]},
        {"source": 3, "stages": [{"name": "a"}]},
        {"source": "x", "stages": [{"name": "a"}], "head": {"inverse_penalty": "big"}},
        {"source": "x", "stages": [{"name": "a"}], "head": {"stages": [["a"]]}},
        [],
        None,
        "probe",
    ],
)
def test_a_plan_that_cannot_be_understood(plain):
    with pytest.raises(PlanError, match="plan"):
        Plan.from_dict(plain)
