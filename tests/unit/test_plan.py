"""Plans: an entry per stage, and nothing that cannot be carried out."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from headstart.errors import PlanError
from headstart.plan import AdapterPlan, HeadPlan, Plan, StagePlan, TrainingPlan, frozen_plan

STEM, BLOCK, LAST = StagePlan("stem"), StagePlan("block", mode="adapter"), StagePlan("last")
TRAINED = StagePlan("top", mode="train")


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


def test_a_plan_that_trains_gets_a_training_part_and_others_do_not():
    assert Plan("tiny/net", (STEM, TRAINED)).training == TrainingPlan()
    assert Plan("tiny/net", (STEM,)).training is None


def test_a_plan_that_adapts_gets_an_adapter_and_others_do_not():
    assert Plan("tiny/net", (STEM, BLOCK)).adapter == AdapterPlan()
    assert Plan("tiny/net", (STEM, TRAINED)).adapter is None


def test_what_does_not_apply_is_left_out_of_the_json():
    assert set(Plan("tiny/net", (STEM,)).to_dict()) == {"source", "stages", "head"}
    trained = Plan("tiny/net", (STEM, TRAINED)).to_dict()
    assert set(trained) == {"source", "stages", "head", "training"}
    adapted = Plan("tiny/net", (STEM, BLOCK)).to_dict()
    assert set(adapted) == {"source", "stages", "head", "training", "adapter"}


def test_json_and_back_of_a_plan_that_says_everything():
    plan = Plan(
        "tiny/net",
        (STEM, StagePlan("block", "pretrained", "adapter", 0.5, 2), TRAINED),
        HeadPlan(("top",), 2.0, "zero", 3.0),
        TrainingPlan(epochs=7, clip_norm=None, patience=2, average_last=3, views=("original",)),
        AdapterPlan("bias"),
    )
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


def test_a_plan_of_a_version_that_knew_no_training_loads():
    plain = {
        "source": "tiny/net",
        "stages": [{"name": "stem", "init": "pretrained", "mode": "frozen", "lr_scale": 1.0}],
        "head": {"stages": ["stem"], "inverse_penalty": 0.1},
    }
    assert Plan.from_dict(plain) == Plan("tiny/net", (STEM,), HeadPlan(("stem",), 0.1))


def test_one_view_may_stand_without_a_list():
    plain = {"source": "x", "stages": [], "training": {"views": "mirrored"}}
    assert Plan.from_dict(plain).training == TrainingPlan(views=("mirrored",))


def test_another_training_leaves_the_stages():
    plan = Plan("tiny/net", (STEM, TRAINED))
    other = plan.with_training(epochs=3, learning_rate=0.5)
    assert other.stages == plan.stages
    assert other.training == TrainingPlan(epochs=3, learning_rate=0.5)
    assert plan.with_training() == plan


def test_another_training_for_a_plan_that_trains_nothing_changes_nothing():
    plan = Plan("tiny/net", (STEM,))
    assert plan.with_training(epochs=3) == plan


def test_training_that_nobody_knows():
    plan = Plan("tiny/net", (STEM, TRAINED))
    with pytest.raises(PlanError, match=r"training has no field 'epoch'; accepted: epochs, batch_"):
        plan.with_training(epoch=3)


BAD_TRAININGS = [
    ({"epochs": 0}, "epochs of the training is 0; it must be a whole number of at least 1"),
    ({"epochs": 2.0}, r"epochs of the training is 2\.0; it must be a whole number"),
    ({"epochs": True}, "epochs of the training is True; it must be a whole number"),
    ({"batch_size": -3}, "batch_size of the training is -3; it must be a whole number of at least"),
    ({"average_last": 0}, "average_last of the training is 0; it must be a whole number"),
    ({"patience": 0}, "patience of the training is 0; it must be a whole number of at least 1"),
    ({"learning_rate": 0}, "learning_rate of the training is 0; it must be a number above 0"),
    ({"learning_rate": float("inf")}, "learning_rate of the training is inf; it must be a number"),
    ({"learning_rate": "fast"}, "learning_rate of the training is 'fast'; it must be a number"),
    ({"clip_norm": 0.0}, r"clip_norm of the training is 0\.0; it must be a number above 0, or nu"),
    ({"weight_decay": -1}, "weight_decay of the training is -1; it must be a number of at least 0"),
    ({"mixup": -0.5}, r"mixup of the training is -0\.5; it must be a number of at least 0"),
    ({"l2_sp": float("nan")}, "l2_sp of the training is nan; it must be a number of at least 0"),
    ({"label_smoothing": 1.0}, r"label_smoothing of the training is 1\.0; it must be .* below 1"),
    ({"validation": 1}, "validation of the training is 1; it must be .* at least 0 and below 1"),
    ({"warm_up": 1.1}, r"warm_up of the training is 1\.1; it must be a number from 0 to 1"),
    ({"balance": "yes"}, "balance of the training is 'yes'; accepted: True, False"),
    ({"statistics": "mine"}, "statistics of the training is 'mine'; accepted: batch, source"),
    ({"views": ()}, r"views of the training are \(\); at least one name is needed"),
    ({"views": (3,)}, r"views of the training are \(3,\); at least one name is needed"),
    ({"views": 3}, "views of the training are 3; at least one name is needed"),
]


@pytest.mark.parametrize(("values", "message"), BAD_TRAININGS)
def test_a_training_at_fault(values, message):
    with pytest.raises(PlanError, match=message):
        TrainingPlan(**values)


@pytest.mark.parametrize(("values", "message"), BAD_TRAININGS)
def test_a_training_at_fault_in_a_file(values, message):
    with pytest.raises(PlanError, match="training"):
        Plan.from_dict({"source": "x", "stages": [], "training": values})


def test_every_field_of_a_training_is_checked():
    assert {name for values, _ in BAD_TRAININGS for name in values} == {
        part.name for part in fields(TrainingPlan)
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "melt"}, "kind of the adapter is 'melt'; accepted: lora, bias, pointwise"),
        ({"rank": 0}, "rank of the adapter is 0; it must be a whole number of at least 1"),
        ({"rank": 1.5}, r"rank of the adapter is 1\.5; it must be a whole number of at least 1"),
        ({"scale": 0}, "scale of the adapter is 0; it must be a number above 0"),
    ],
)
def test_an_adapter_at_fault(values, message):
    with pytest.raises(PlanError, match=message):
        AdapterPlan(**values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"start": "one"}, "start of the head is 'one'; accepted: probe, zero"),
        ({"lr_scale": -1}, "lr_scale of the head is -1; it must be a number of at least 0"),
        ({"inverse_penalty": "big"}, "inverse_penalty of the head is 'big'; it must be a number"),
        ({"inverse_penalty": True}, "inverse_penalty of the head is True; it must be a number"),
        ({"stages": ("a", "b", "a")}, "head reads stage 'a' twice; name each stage once"),
    ],
)
def test_a_head_at_fault(values, message):
    with pytest.raises(PlanError, match=message):
        HeadPlan(**values)


@pytest.mark.parametrize("value", [-1, 0.5, True, None])
def test_a_beginning_at_fault(value):
    with pytest.raises(PlanError, match=f"from_epoch of stage 'a' is {value!r}; it must be a whol"):
        StagePlan("a", mode="train", from_epoch=value)


def test_an_adapter_on_random_weights_adjusts_nothing():
    with pytest.raises(
        PlanError, match=r"'a' has random weights and mode 'adapter'.* train or frozen\. Correct it"
    ):
        StagePlan("a", "random", "adapter")


@pytest.mark.parametrize("mode", ["train", "adapter"])
def test_nothing_is_trained_below_a_frozen_random_stage(mode):
    stages = (STEM, StagePlan("a", mode=mode), StagePlan("b", "random"))
    message = r"'a' is trained below stage 'b', which is frozen with random weights.* Train 'b' too"
    with pytest.raises(PlanError, match=message):
        Plan("tiny/net", stages)


def test_a_stage_may_be_trained_above_a_frozen_random_one():
    plan = Plan("tiny/net", (StagePlan("a", "random"), TRAINED))
    assert plan.cut == 1


def test_a_stage_may_be_frozen_above_a_trained_one():
    assert Plan("tiny/net", (TRAINED, STEM)).cut == 0


@pytest.mark.parametrize("mode", ["train", "adapter"])
def test_training_never_begins_after_the_last_epoch(mode):
    stage = StagePlan("a", mode=mode, from_epoch=3)
    with pytest.raises(
        PlanError, match=r"'a' is to be trained from epoch 3 on, but the epochs are 3.* more epochs"
    ):
        Plan("tiny/net", (stage,), training=TrainingPlan(epochs=3))
    assert Plan("tiny/net", (stage,), training=TrainingPlan(epochs=4)).cut == 0


def test_fewer_epochs_than_a_stage_waits_for():
    plan = Plan("tiny/net", (StagePlan("a", mode="train", from_epoch=3),))
    with pytest.raises(PlanError, match="'a' is to be trained from epoch 3 on, but the epochs are"):
        plan.with_training(epochs=2)


def test_a_frozen_stage_begins_never():
    assert Plan("tiny/net", (StagePlan("a", from_epoch=99), TRAINED)).cut == 1


@pytest.mark.parametrize(
    ("plain", "key"),
    [
        ({"trainings": {}}, "trainings"),
        ({"training": {"epoch": 3}}, "epoch"),
        ({"adapter": {"alpha": 3}}, "alpha"),
    ],
)
def test_keys_that_nobody_knows(plain, key):
    with pytest.raises(PlanError, match=f"'{key}'.* A plan has the keys source, stages"):
        Plan.from_dict({"source": "x", "stages": [{"name": "a"}], **plain})


@pytest.mark.parametrize(
    "plain",
    [{"training": 3}, {"training": [1]}, {"training": {"views": 3}}, {"adapter": "lora"}],
)
def test_parts_that_are_no_parts(plain):
    with pytest.raises(PlanError, match="plan"):
        Plan.from_dict({"source": "x", "stages": [{"name": "a", "mode": "train"}], **plain})
