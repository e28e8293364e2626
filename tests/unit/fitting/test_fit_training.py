"""Plans that train stages, from pictures to a model that is saved and loaded."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from headstart import TransferClassifier, load
from headstart.data import read_any
from headstart.errors import InputError, PlanError
from headstart.fitting import Settings, Watch, fit
from headstart.plan import HeadPlan, Plan, StagePlan, TrainingPlan
from headstart.strategies import read_plan_name

FIRST, LAST = "0", "2"
QUICK = {"epochs": 2, "batch_size": 8}


def settings_of(source, plan, **options):
    if isinstance(plan, str):
        plan = read_plan_name(plan)
    return Settings(source, plan, **{"training": QUICK, **options})


@pytest.fixture
def fitted(tiny_source, photos):
    """Fit the photos by a plan."""

    def run(plan, data=None, test=None, **options):
        train = read_any(photos) if data is None else data
        return fit(train, test, settings_of(tiny_source, plan, **options))

    return run


@pytest.fixture
def numbers(photos):
    """The photos with numbers for labels."""
    paths = sorted(photos.glob("*/*.png"))
    return read_any(paths, [10.5 if path.parent.name == "red" else -2.5 for path in paths])


@pytest.fixture(scope="module")
def half_frozen(tiny_source, same_photos):
    """A model by ``freeze:1``, for tests that only look at it, and where the seconds went."""
    watch = Watch()
    return fit(
        read_any(same_photos), None, settings_of(tiny_source, "freeze:1"), watch=watch
    ), watch


def decisions(model):
    return {one.question: one for one in model.evidence.decisions}


def modes(model):
    return [stage.mode for stage in model.plan.stages]


def inits(model):
    return [stage.init for stage in model.plan.stages]


WHICH, WHERE = "which weights", "where the states at the cut come from"
TRAINING_PLANS = {
    "freeze:1": (["frozen", "train"], ["pretrained", "pretrained"]),
    "full": (["train", "train"], ["pretrained", "pretrained"]),
    "gradual": (["train", "train"], ["pretrained", "pretrained"]),
    "lora": (["adapter", "adapter"], ["pretrained", "pretrained"]),
    "bias": (["adapter", "adapter"], ["pretrained", "pretrained"]),
    "pointwise": (["adapter", "adapter"], ["pretrained", "pretrained"]),
    "copy:1": (["train", "train"], ["pretrained", "random"]),
    "scratch": (["train", "train"], ["random", "random"]),
}


@pytest.mark.parametrize("name", TRAINING_PLANS)
def test_classes_from_fit_to_load(fitted, photos, tmp_path, name):
    model = fitted(name)
    result = model.result_
    assert (modes(model), inits(model)) == TRAINING_PLANS[name]
    assert (result.task, result.n_train, result.n_test) == ("classification", 16, 4)
    assert result.plan == model.plan.to_dict()
    assert result.plan["training"]["epochs"] == 2
    assert set(decisions(model)) >= {WHICH, WHERE}
    paths = sorted(photos.glob("*/*.png"))
    loaded = load(model.save(tmp_path / "run"))
    assert loaded.plan == model.plan
    np.testing.assert_array_equal(loaded.predict_proba(paths), model.predict_proba(paths))
    found = {row.input: row.predicted for row in model.predictions}
    assert [model.predict([name])[0] for name in found] == [*found.values()]


@pytest.mark.parametrize("name", ["freeze:1", "full", "scratch"])
def test_numbers_from_fit_to_load(fitted, numbers, photos, tmp_path, name):
    model = fitted(name, numbers, task="regression")
    assert (model.result_.task, model.result_.n_test) == ("regression", 4)
    assert model.result_.test["mean_absolute_error"].value < 8.0
    paths = sorted(photos.glob("*/*.png"))
    loaded = load(model.save(tmp_path / "run"))
    np.testing.assert_array_equal(loaded.predict(paths), model.predict(paths))


def test_what_starts_as_a_probe_that_knows_all_still_does(half_frozen):
    assert half_frozen[0].result_.test["accuracy"].value == 1.0


def test_a_long_training_from_scratch_learns(fitted):
    model = fitted("scratch", training={"epochs": 12, "learning_rate": 0.05})
    assert model.result_.test["accuracy"].value == 1.0
    losses = [row["train_loss"] for row in decisions(model)[WHICH].measurements]
    assert losses[-1] < 0.5 * losses[1]


@pytest.mark.parametrize(
    ("name", "task"),
    [("freeze:1", "classification"), ("full", "classification"), ("freeze:1", "regression")],
)
def test_stored_and_computed_states_come_to_the_same(fitted, numbers, name, task):
    data = numbers if task == "regression" else None
    kept, again = (
        fitted(name, data, task=task, states=states) for states in ("store", "recompute")
    )
    for one, other in zip(kept.result_.test.values(), again.result_.test.values(), strict=True):
        assert one.value == pytest.approx(other.value, abs=0.02)
    losses = [
        [row["valid_loss"] for row in decisions(one)[WHICH].measurements] for one in (kept, again)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=0.05, abs=0.02)
    answers = [decisions(one)[WHERE].answer for one in (kept, again)]
    assert answers == ["stored once", "computed again in each epoch"]


def test_states_that_do_not_fit_are_computed_again(fitted, monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE_LIMIT", "5000")
    decision = decisions(fitted("freeze:1"))[WHERE]
    assert decision.answer == "computed again in each epoch"
    assert decision.measurements[0]["bytes allowed"] == 5000
    assert "and 5 KiB are allowed" in decision.reason


def test_a_cache_that_may_keep_nothing(fitted, monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE_LIMIT", "0")
    result = fitted("freeze:1", random_twin=True).result_
    assert result.test["accuracy"].value == 1.0
    assert len(result.baselines) == 3


def test_states_that_must_be_stored_and_do_not_fit(fitted, monkeypatch):
    from headstart.errors import CacheError

    monkeypatch.setenv("HEADSTART_CACHE_LIMIT", "5000")
    with pytest.raises(CacheError, match=r"states at the cut need \d+ KiB, and 5 KiB are allowed"):
        fitted("freeze:1", states="store")


def test_freezing_all_stages_is_the_probe(fitted):
    frozen, probe = (fitted(name, training={}) for name in ("freeze:2", "probe"))
    assert frozen.plan == probe.plan
    assert frozen.result_.test == probe.result_.test
    assert frozen.evidence == probe.evidence
    assert "training" not in frozen.result_.plan


def test_copying_no_stage_is_from_scratch(fitted):
    copied, scratch = fitted("copy:0"), fitted("scratch")
    assert copied.plan == scratch.plan
    assert copied.result_.test == scratch.result_.test
    losses = [decisions(one)[WHICH].measurements[0]["valid_loss"] for one in (copied, scratch)]
    assert losses[0] == losses[1]


def test_the_same_fit_twice_gives_the_same_numbers(fitted):
    one, other = fitted("full"), fitted("full")
    assert [row.probabilities for row in one.predictions] == [
        row.probabilities for row in other.predictions
    ]
    assert one.result_.test == other.result_.test


def test_another_seed_trains_other_numbers(fitted):
    one, other = (fitted("scratch", seed=seed) for seed in (1, 2))
    losses = [decisions(each)[WHICH].measurements[-1]["train_loss"] for each in (one, other)]
    assert losses[0] != losses[1]


def test_the_source_is_what_it_was_after_a_fit(fitted, tiny_source):
    from headstart.backbones.catalogue import load_network

    before = load_network(tiny_source)[0].state_dict()
    fitted("full")
    after = load_network(tiny_source)[0].state_dict()
    assert all((before[name] == after[name]).all() for name in before)


def test_frozen_stages_of_the_trained_network_are_those_of_the_source(half_frozen, tiny_source):
    from safetensors.torch import load_file

    from headstart.activations.conversion import NETWORK
    from headstart.backbones.catalogue import load_network

    source = load_network(tiny_source)[0].state_dict()
    trained = load_file(half_frozen[0].backbone.folder / NETWORK)
    changed = {name for name in source if not (source[name] == trained[name]).all()}
    assert {name.split(".")[0] for name in changed} == {"2"}


def test_trained_weights_say_what_they_are(half_frozen, tiny_source):
    source = half_frozen[0].backbone.source
    assert source.origin.startswith(f"trained by headstart from {tiny_source} (epoch ")
    assert source.weights_hash != "random-0"
    assert source.classes is None


@pytest.mark.parametrize("name", ["full", "freeze:1", "scratch", "lora"])
def test_embeddings_have_no_stage_to_train(name):
    vectors = np.random.default_rng(0).normal(size=(20, 4))
    with pytest.raises(PlanError, match=r"no stage to train\. .* plans auto and probe\. Give pict"):
        TransferClassifier(plan=name).fit(vectors, ["a", "b"] * 10)


@pytest.mark.parametrize("states", ["store", "recompute"])
def test_a_head_that_reads_a_stage_before_the_cut(fitted, tiny_source, states):
    stages = (StagePlan(FIRST), StagePlan(LAST, mode="train"))
    plan = Plan(tiny_source, stages, HeadPlan((FIRST, LAST)))
    with pytest.raises(
        PlanError,
        match=r"head reads stage '0', which lies before the cut\. .* after the cut: 2\. Correct",
    ):
        fitted(plan, states=states)


def test_a_head_may_read_several_trained_stages(fitted, tiny_source):
    stages = (StagePlan(FIRST, mode="train"), StagePlan(LAST, mode="train"))
    plan = Plan(tiny_source, stages, HeadPlan((LAST, FIRST)))
    model = fitted(plan)
    assert model.plan.head.stages == (FIRST, LAST)
    assert model.head.weights.shape[0] == 16
    assert model.result_.test["accuracy"].value == 1.0


def test_a_plan_that_freezes_a_mixture_is_refused(fitted, tiny_source):
    plan = Plan(tiny_source, (StagePlan(FIRST), StagePlan(LAST, "random")))
    with pytest.raises(PlanError, match="mixes pretrained and random stages and trains none of th"):
        fitted(plan)


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ((StagePlan(FIRST, mode="train"),), "leaves out stage '2'"),
        ((StagePlan(LAST), StagePlan(FIRST, mode="train")), "names the stages out of order"),
        ((StagePlan("nose", mode="train"),), "names stage 'nose', which its source does not have"),
    ],
)
def test_a_plan_for_other_stages(fitted, tiny_source, stages, message):
    with pytest.raises(PlanError, match=message):
        fitted(Plan(tiny_source, stages))


def test_a_cut_that_is_not_there(fitted):
    with pytest.raises(
        PlanError, match=r"'3' is neither a stage nor a number of stages; .* 0 to 2"
    ):
        fitted("freeze:3")


def test_a_view_that_nobody_knows(fitted):
    with pytest.raises(PlanError, match="asks for the view 'upside down'; accepted: original"):
        fitted("full", training={"views": ("upside down",)})


def test_views_that_leave_the_original_out(fitted):
    model = fitted("freeze:1", training={**QUICK, "views": ("mirrored", "closer")})
    assert model.plan.training.views == ("mirrored", "closer")
    assert model.result_.test["accuracy"].value == 1.0


def test_the_random_twin_beside_training(fitted):
    result = fitted("freeze:1", random_twin=True).result_
    assert [one.name for one in result.baselines] == [
        "majority class",
        "pixels and HOG, logistic regression",
        "the same network with random weights",
    ]


@pytest.mark.parametrize("states", ["store", "recompute"])
def test_what_cannot_be_read_is_set_aside(fitted, photos, make_picture, states):
    (photos / "red" / "broken.png").write_bytes(b"no picture")
    make_picture("red", 77).save(photos / "red" / "cut.png")
    content = (photos / "red" / "cut.png").read_bytes()
    (photos / "red" / "cut.png").write_bytes(content[: len(content) // 3])
    (photos / "blue" / "again.png").write_bytes((photos / "blue" / "1.png").read_bytes())
    result = fitted("freeze:1", states=states).result_
    assert sorted(row["input"].rsplit("/", 1)[1] for row in result.quarantined) == [
        "broken.png",
        "cut.png",
    ]
    assert result.n_train + result.n_test == 21


def test_a_class_with_one_sample(fitted, photos, make_picture):
    (photos / "rare").mkdir()
    make_picture("red", 50).rotate(90).save(photos / "rare" / "one.png")
    model = fitted("freeze:1")
    assert model.result_.classes == ("blue", "rare", "red")
    assert np.isfinite(model.predict_proba(sorted(photos.glob("*/*.png")))).all()


def test_no_sample_is_left_to_test(fitted, make_picture, tmp_path):
    for colour in ("red", "blue"):
        (tmp_path / "few" / colour).mkdir(parents=True)
        make_picture(colour, 1).save(tmp_path / "few" / colour / "1.png")
    model = fitted("freeze:1", read_any(tmp_path / "few"))
    assert (model.result_.n_train, model.result_.n_test) == (2, 0)
    assert model.result_.test == {}
    assert model.predictions == ()
    decision = decisions(model)[WHICH]
    assert decision.reason == "No sample was held back to judge the epochs, so the last one counts."
    assert decision.answer == "epoch 2"


def test_a_test_set_of_its_own(fitted, photos, make_picture, tmp_path):
    for colour in ("red", "blue"):
        (tmp_path / "test" / colour).mkdir(parents=True)
        for seed in (70, 71):
            make_picture(colour, seed).save(tmp_path / "test" / colour / f"{seed}.png")
    result = fitted("freeze:1", test=read_any(tmp_path / "test")).result_
    assert (result.n_train, result.n_test) == (20, 4)


def test_nothing_held_back(fitted):
    model = fitted("full", training={**QUICK, "validation": 0.0})
    rows = decisions(model)[WHICH].measurements
    assert [row["valid_loss"] for row in rows] == [None] * 3
    assert [row["chosen"] for row in rows] == [False, False, True]


def test_evidence_has_every_epoch(half_frozen):
    rows = decisions(half_frozen[0])[WHICH].measurements
    assert [row["epoch"] for row in rows] == [0, 1, 2]
    assert rows[0]["train_loss"] is None
    assert all(row["valid_loss"] is not None for row in rows)
    assert any(row["chosen"] for row in rows)
    json.dumps(rows)


def test_evidence_has_the_choice_of_the_probe(half_frozen):
    questions = [one.question for one in half_frozen[0].evidence.decisions]
    assert questions[-3:] == [WHERE, WHICH, "should I transfer"]
    assert len(questions) == len(set(questions)) >= 3


def test_the_plan_says_what_was_carried_out(fitted, tiny_source):
    plan = Plan(
        tiny_source,
        (StagePlan(FIRST), StagePlan(LAST, mode="train", lr_scale=0.5)),
        training=TrainingPlan(epochs=4, learning_rate=1e-3),
    )
    model = fitted(plan, training={"epochs": 2})
    assert model.plan.stages == plan.stages
    assert model.plan.training == replace(plan.training, epochs=2)
    assert model.plan.head.stages == (LAST,)
    assert model.plan.head.inverse_penalty is not None


def test_training_that_nobody_knows(fitted):
    with pytest.raises(PlanError, match="training has no field 'epoch'; accepted: epochs, batch_"):
        fitted("full", training={"epoch": 2})


@pytest.mark.parametrize("name", ["probe", "full"])
@pytest.mark.parametrize(
    ("training", "message"),
    [({"epoch": 2}, "has no field 'epoch'"), ({"epochs": 0}, "epochs of the training is 0")],
)
def test_training_is_checked_before_anything_is_computed(name, training, message):
    with pytest.raises(PlanError, match=message):
        Settings(plan=read_plan_name(name), training=training)


def test_seconds_are_told_by_step(half_frozen):
    model, watch = half_frozen
    assert model.result_.seconds == watch.seconds
    assert [*watch.seconds] == [
        *("build the network", "encode", "read vectors", "fit the head", "store views"),
        *("train", "convert the trained network", "encode the test samples", "evaluate"),
    ]


def test_checkpoints_are_removed_when_the_fit_is_done(fitted):
    from headstart.activations.place import cache_folder

    fitted("full")
    folder = cache_folder() / "checkpoints"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_the_same_fit_begun_meanwhile_disturbs_neither(tiny_source, photos):
    """Two windows in which the same command runs share a cache, and so the place of snapshots."""
    data, settings = (
        read_any(photos),
        settings_of(tiny_source, "full", training={**QUICK, "epochs": 4}),
    )
    others = []

    def begin_another(step, done, total):
        if step == "epoch 4" and not others:
            others.append(None)  # before the fit: it is told of its progress itself
            others.append(fit(data, None, settings))
            with pytest.raises(InputError, match="is being trained at this moment"):
                fit(data, None, replace(settings, resume=True))

    model = fit(data, None, settings, begin_another)
    assert model.predictions == others[1].predictions


class Vanishing:
    """A picture that can be opened so many times."""

    def __init__(self, item, times):
        self.item, self.times = item, times
        self.name, self.fingerprint = item.name, item.fingerprint

    def open(self, at_least=None):
        from headstart.errors import UnreadableInputError

        self.times -= 1
        if self.times < 0:
            raise UnreadableInputError("no such file")
        return self.item.open(at_least)


@pytest.mark.parametrize(
    ("states", "times"), [("store", 1), ("store", 2), ("store", 3), ("recompute", 2)]
)
def test_a_picture_that_vanishes_is_named_or_set_aside(fitted, photos, make_picture, times, states):
    for place in (photos / "red").iterdir():  # other pictures than other tests have stored
        make_picture("red", 1000 + 100 * times + int(place.stem), 21).save(place)
    data = read_any(photos)
    items = [*data.items]
    lost = next(row for row, name in enumerate(data.names) if "red" in name)
    items[lost] = Vanishing(items[lost], times)
    try:
        result = fitted("freeze:1", replace(data, items=items), states=states).result_
    except InputError as error:
        assert data.names[lost] in str(error)  # noqa: PT017
        assert "was there when the fit began, and cannot be read: no such file. Leave" in str(error)  # noqa: PT017
        assert times >= 2
    else:
        early = times < 2  # the first pass opens it at two sizes
        assert [row["reason"] for row in result.quarantined] == ["no such file"] * early


@pytest.mark.filterwarnings("error")
def test_too_few_samples_to_try_cuts(fitted, make_picture):
    colours = ["red", "blue"] * 2
    pictures = [make_picture(colour, number) for number, colour in enumerate(colours)]
    model = fitted("freeze:auto", read_any(pictures, colours))
    assert set(modes(model)) == {"frozen"}
    decision = decisions(model)["where to cut"]
    assert decision.answer == "probe"
    assert "too few samples to hold some of them back" in decision.reason
