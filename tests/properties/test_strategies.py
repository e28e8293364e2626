"""Every name gives a plan that names all stages in order, whatever the stages are called."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from headstart.plan import Plan
from headstart.strategies import STRATEGIES, count_of, read_plan_name

STAGES = st.lists(st.text(min_size=1), unique=True, min_size=1, max_size=12)
NAMES = st.sampled_from(sorted(STRATEGIES))


@st.composite
def typed(draw):
    """Stages, and what can be typed for them."""
    stages, name = draw(STAGES), draw(NAMES)
    wants = STRATEGIES[name].usage.partition(":")[2]
    numbers = st.integers(-len(stages), len(stages)).map(str)
    arguments = {
        "": st.none(),
        "K": numbers | st.sampled_from(stages),
        "[RANK]": st.none() | st.integers(1, 64).map(str),
    }
    argument = draw(arguments[wants])
    return stages, name if argument is None else f"{name}:{argument}"


@given(typed())
def test_all_stages_are_named_in_order(drawn):
    stages, text = drawn
    plan = read_plan_name(text).plan("x/y", stages)
    assert [stage.name for stage in plan.stages] == stages
    assert (plan.training is None) == (plan.suffix == ())
    assert set(plan.head.stages) <= {stage.name for stage in plan.suffix}


@given(typed())
def test_json_and_back(drawn):
    stages, text = drawn
    plan = read_plan_name(text).plan("x/y", stages)
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


@given(typed())
def test_a_name_is_written_as_it_was_typed(drawn):
    _, text = drawn
    assert str(read_plan_name(text)) == text


@given(st.lists(st.from_regex(r"[a-z]+\.[0-9]", fullmatch=True), unique=True, min_size=1))
def test_a_stage_means_itself_and_all_before_it(stages):
    assert [count_of(name, stages) for name in stages] == [*range(1, len(stages) + 1)]


@given(STAGES)
def test_a_number_means_so_many_stages(stages):
    counts = range(len(stages) + 1)
    assert [count_of(str(count), stages) for count in counts] == [*counts]
    assert [count_of(str(-count), stages) for count in counts[1:]] == [*counts[-2::-1]]
