"""Plans survive JSON, and their prefix and suffix are the whole."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from headstart.plan import HeadPlan, Plan, StagePlan

NAMES = st.lists(st.text(), unique=True, max_size=6)


@st.composite
def plans(draw):
    names = draw(NAMES)
    stages = tuple(
        StagePlan(
            name,
            draw(st.sampled_from(["pretrained", "random"])),
            draw(st.sampled_from(["frozen", "adapter", "train"])),
            draw(st.floats(0, allow_infinity=False)),
        )
        for name in names
    )
    read = tuple(draw(st.lists(st.sampled_from(names), unique=True))) if names else ()
    penalty = st.none() | st.floats(0, exclude_min=True, allow_infinity=False)
    return Plan(draw(st.text()), stages, HeadPlan(read, draw(penalty)))


@given(plans())
def test_json_and_back(plan):
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


@given(plans())
def test_prefix_and_suffix_are_the_whole(plan):
    assert plan.prefix + plan.suffix == plan.stages
    assert all(stage.mode == "frozen" for stage in plan.prefix)
    assert plan.suffix == () or plan.suffix[0].mode != "frozen"
