"""The names of plans: each becomes an entry for every stage, and nothing else."""

from __future__ import annotations

import pytest

from headstart.cli.plan_argument import read_plan
from headstart.errors import PlanError
from headstart.plan import Plan, frozen_plan
from headstart.strategies import (
    PICTURES,
    STRATEGIES,
    PlanName,
    accepted_plans,
    count_of,
    read_plan_name,
)

STAGES = ["stem", "blocks.0", "blocks.1", "top"]
#: An argument for each name that wants one.
ARGUMENTS = {"freeze": "2", "copy": "2"}


def plan_of(text: str, stages=STAGES) -> Plan:
    return read_plan_name(text).plan("tiny/net", stages)


def modes(plan: Plan) -> str:
    """``f`` for a frozen stage, ``a`` for an adapted and ``t`` for a trained one."""
    return "".join(stage.mode[0] for stage in plan.stages)


def inits(plan: Plan) -> str:
    return "".join(stage.init[0] for stage in plan.stages)


def typed(name: str) -> str:
    return f"{name}:{ARGUMENTS[name]}" if name in ARGUMENTS else name


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_name_gives_a_plan_of_all_stages(name):
    plan = plan_of(typed(name))
    assert [stage.name for stage in plan.stages] == STAGES
    assert plan.source == "tiny/net"
    assert set(plan.head.stages) <= {"top"}


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_name_is_written_as_it_was_typed(name):
    assert str(read_plan_name(typed(name))) == typed(name)


@pytest.mark.parametrize("name", STRATEGIES)
def test_usage_and_meaning_are_told(name):
    strategy = STRATEGIES[name]
    assert strategy.usage.partition(":")[0] == name
    assert strategy.usage in accepted_plans()
    assert strategy.meaning


@pytest.mark.parametrize("name", ["auto", "probe"])
def test_names_that_freeze_everything(name):
    assert plan_of(name) == frozen_plan("tiny/net", STAGES)
    assert read_plan_name(name).is_frozen


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - {"auto", "probe"}))
def test_names_that_may_train(name):
    assert not read_plan_name(typed(name)).is_frozen


@pytest.mark.parametrize(
    ("name", "is_open", "searches"),
    [("auto", True, False), ("freeze:auto", True, True), ("freeze:1", False, False)],
)
def test_names_that_leave_the_plan_open(name, is_open, searches):
    assert read_plan_name(name).is_open is is_open
    assert read_plan_name(name).searches is searches


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - {"auto", "freeze"}))
def test_all_others_have_nothing_to_try(name):
    assert read_plan_name(typed(name)).ladder(STAGES) is None


@pytest.mark.parametrize("name", ["auto", "freeze:auto"])
def test_a_ladder_begins_with_the_probe_and_each_plan_trains_something_else(name):
    ladder = read_plan_name(name).ladder(STAGES)
    plans = [one.plan("tiny/net", STAGES) for one in ladder.plans.values()]
    assert next(iter(ladder.plans)) == "probe"
    assert plans[0] == frozen_plan("tiny/net", STAGES)
    assert all(plan.suffix for plan in plans[1:])
    assert all(plan not in plans[:place] for place, plan in enumerate(plans))


@pytest.mark.parametrize("name", ["auto", "freeze:auto"])
@pytest.mark.parametrize("count", [1, 2])
def test_ladders_of_short_networks(name, count):
    stages = STAGES[:count]
    ladder = read_plan_name(name).ladder(stages)
    plans = [one.plan("tiny/net", stages) for one in ladder.plans.values()]
    assert len(plans) >= 2
    assert all(plan not in plans[:place] for place, plan in enumerate(plans))


def test_all_cuts_are_on_the_ladder_from_the_last_to_the_first():
    ladder = read_plan_name("freeze:auto").ladder(STAGES)
    cuts = [one.plan("tiny/net", STAGES).cut for one in ladder.plans.values()]
    assert cuts == list(range(len(STAGES), -1, -1))
    assert [*ladder.plans][1:] == [*(f"freeze:{name}" for name in STAGES[-2::-1]), "full"]


@pytest.mark.parametrize("name", STRATEGIES)
def test_random_weights_are_enough_for_scratch_alone(name):
    assert (read_plan_name(typed(name)).init == "random") == (name == "scratch")


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("0", "tttt"),
        ("1", "fttt"),
        ("3", "ffft"),
        ("4", "ffff"),
        ("-1", "ffft"),
        ("-4", "tttt"),
        ("stem", "fttt"),
        ("blocks.1", "ffft"),
        ("top", "ffff"),
    ],
)
def test_freezing_some_stages(argument, expected):
    plan = plan_of(f"freeze:{argument}")
    assert modes(plan) == expected
    assert inits(plan) == "pppp"
    assert plan.head.stages == (() if expected == "ffff" else ("top",))


def test_freezing_all_stages_is_the_probe_and_freezing_none_is_full():
    assert plan_of("freeze:4") == plan_of("probe")
    assert plan_of("freeze:0") == plan_of("full")


def test_earlier_stages_learn_more_slowly():
    scales = [stage.lr_scale for stage in plan_of("full").stages]
    assert scales == sorted(scales)
    assert scales[-1] == 1.0
    assert scales[-2] == PICTURES.layer_decay


@pytest.mark.parametrize("argument", ["5", "-5", "neck", "1.5", "stem,top"])
def test_a_cut_that_is_not_there(argument):
    message = f"'{argument}' is neither a stage nor a number of stages; accepted: 0 to 4, -1 to -4"
    with pytest.raises(PlanError, match=f"{message}, or one of stem, blocks"):
        plan_of(f"freeze:{argument}")


def test_a_number_is_a_number_even_where_a_stage_is_called_so():
    stages = ["0", "3", "5"]
    assert [count_of(text, stages) for text in ("0", "1", "3", "-1")] == [0, 1, 3, 2]
    assert count_of("5", stages) == 3


@pytest.mark.parametrize("kind", ["lora", "bias", "pointwise"])
def test_adapters_of_all_stages(kind):
    plan = plan_of(kind)
    assert modes(plan) == "aaaa"
    assert plan.adapter is not None
    assert (plan.adapter.kind, plan.adapter.rank) == (kind, 8)
    assert plan.head.stages == ("top",)


def test_the_rank_of_additions():
    adapter = plan_of("lora:4").adapter
    assert adapter is not None
    assert adapter.rank == 4


@pytest.mark.parametrize("argument", ["four", "-1", "1.5", "²"])
def test_a_rank_that_is_no_number(argument):
    with pytest.raises(PlanError, match=f"rank '{argument}' of lora must be a whole .*: lora:8"):
        plan_of(f"lora:{argument}")


def test_a_rank_of_nothing():
    with pytest.raises(PlanError, match="rank of the adapter is 0; it must be a whole number of a"):
        plan_of("lora:0")


def test_from_scratch_everything_is_random_and_trained():
    plan = plan_of("scratch")
    assert (modes(plan), inits(plan)) == ("tttt", "rrrr")
    assert (plan.head.start, plan.head.stages) == ("zero", ("top",))


@pytest.mark.parametrize(
    ("argument", "expected"), [("0", "rrrr"), ("1", "prrr"), ("blocks.0", "pprr"), ("-1", "pppr")]
)
def test_copying_some_stages(argument, expected):
    plan = plan_of(f"copy:{argument}")
    assert (modes(plan), inits(plan)) == ("tttt", expected)
    assert (plan.head.start, plan.head.stages) == ("zero", ("top",))


def test_copying_no_stage_is_from_scratch():
    assert plan_of("copy:0") == plan_of("scratch")


def test_one_stage_more_is_unfrozen_each_epoch():
    plan = plan_of("gradual")
    assert [stage.from_epoch for stage in plan.stages] == [3, 2, 1, 0]
    assert plan.training is not None
    assert plan.training.epochs > max(stage.from_epoch for stage in plan.stages)
    assert modes(plan) == "tttt"


@pytest.mark.parametrize("count", [1, 2, 30])
def test_gradual_has_epochs_for_every_stage(count):
    plan = plan_of("gradual", [str(place) for place in range(count)])
    assert [stage.from_epoch for stage in plan.stages] == [*range(count - 1, -1, -1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("melt", "The plan is 'melt'; accepted: auto, probe, freeze:K, full, gradual, lora:.RANK."),
        ("", "The plan is ''; accepted: auto, probe"),
        ("Full", "The plan is 'Full'; accepted: auto"),
        ("probe:3", "The plan is 'probe:3'; it is written probe"),
        ("bias:3", "The plan is 'bias:3'; it is written bias"),
        ("full:", "The plan is 'full:'; it is written full"),
        ("lora:", r"The plan is 'lora:'; it is written lora:\[RANK\]"),
        ("freeze:", "The plan is 'freeze:'; it is written freeze:K"),
        ("freeze", r"'freeze', which does not say where to cut; .* freeze:K, for example freeze:3"),
        ("copy", r"'copy', which does not say where to cut; .* copy:K, for example copy:3"),
    ],
)
def test_a_name_at_fault(text, message):
    with pytest.raises(PlanError, match=message):
        read_plan_name(text)


def test_a_name_is_checked_whoever_makes_it():
    with pytest.raises(PlanError, match="The plan is 'melt'; accepted: auto, probe"):
        PlanName("melt")


def test_a_plan_file_and_a_manifest_are_read(tmp_path):
    from headstart.files import to_json

    plan = plan_of("freeze:2")
    (tmp_path / "plan.json").write_bytes(to_json(plan.to_dict()))
    (tmp_path / "manifest.json").write_bytes(to_json({"format": 1, "plan": plan.to_dict()}))
    assert read_plan(str(tmp_path / "plan.json")) == plan
    assert read_plan(str(tmp_path / "manifest.json")) == plan


@pytest.mark.parametrize("content", [b"full", b"\xff", b"["])
def test_a_plan_file_that_is_no_json(tmp_path, content):
    (tmp_path / "plan").write_bytes(content)
    with pytest.raises(PlanError, match=r"plan' is not JSON: .* a run's manifest\.json"):
        read_plan(str(tmp_path / "plan"))


@pytest.mark.parametrize("content", [b"[]", b"3", b"{}", b'{"plan": 3}'])
def test_a_plan_file_that_is_no_plan(tmp_path, content):
    (tmp_path / "plan").write_bytes(content)
    with pytest.raises(PlanError, match="The plan cannot be understood"):
        read_plan(str(tmp_path / "plan"))


def test_a_name_is_a_name_even_where_a_file_is_called_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").write_bytes(b"my notes")
    assert read_plan("full") == PlanName("full")


def test_a_file_that_is_not_there_is_no_name(tmp_path):
    with pytest.raises(PlanError, match=r"The plan is '.*none\.json'; .*, or a JSON file"):
        read_plan(str(tmp_path / "none.json"))
    with pytest.raises(PlanError, match="accepted: auto"):
        read_plan("x" * 5000)


def test_gradual_unfreezing_fits_into_fewer_epochs():
    plan = read_plan_name("gradual").plan("tiny/net", ["a", "b", "c", "d", "e"], epochs=3)
    assert [stage.from_epoch for stage in plan.stages] == [2, 1, 1, 0, 0]
    assert plan.training.epochs == 3
