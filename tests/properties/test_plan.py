"""Plans survive JSON, and their prefix and suffix are the whole."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from headstart.plan import AdapterPlan, HeadPlan, Plan, StagePlan, TrainingPlan

NAMES = st.lists(st.text(), unique=True, max_size=6)


#: Where the weights come from and whether they change; an adapter needs pretrained ones.
KINDS = st.sampled_from(
    [
        ("pretrained", "frozen"),
        ("pretrained", "adapter"),
        ("pretrained", "train"),
        ("random", "frozen"),
        ("random", "train"),
    ]
)
TRAININGS = st.builds(
    TrainingPlan,
    epochs=st.integers(1, 9),
    learning_rate=st.floats(0, 1, exclude_min=True),
    patience=st.none() | st.integers(1, 5),
    views=st.lists(st.text(), min_size=1, max_size=3).map(tuple),
    statistics=st.sampled_from(["batch", "source"]),
)


@st.composite
def plans(draw):
    names = draw(NAMES)
    stages = tuple(
        StagePlan(name, *draw(KINDS), draw(st.floats(0, allow_infinity=False))) for name in names
    )
    trained = [place for place, stage in enumerate(stages) if stage.mode != "frozen"]
    stages = tuple(
        replace(stage, init="pretrained")
        if stage.mode == "frozen" and any(one < place for one in trained)
        else stage
        for place, stage in enumerate(stages)
    )
    read = tuple(draw(st.lists(st.sampled_from(names), unique=True))) if names else ()
    penalty = st.none() | st.floats(0, exclude_min=True, allow_infinity=False)
    head = HeadPlan(read, draw(penalty), draw(st.sampled_from(["probe", "zero"])))
    adapter = draw(st.none() | st.builds(AdapterPlan, st.sampled_from(["lora", "bias"])))
    return Plan(draw(st.text()), stages, head, draw(st.none() | TRAININGS), adapter)


@given(plans())
def test_json_and_back(plan):
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


@given(plans())
def test_prefix_and_suffix_are_the_whole(plan):
    assert plan.prefix + plan.suffix == plan.stages
    assert all(stage.mode == "frozen" for stage in plan.prefix)
    assert plan.suffix == () or plan.suffix[0].mode != "frozen"
