"""A plan that is left open: plans are tried in the time that is allowed."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from headstart import TransferClassifier
from headstart.data import read_any
from headstart.errors import InputError, PlanError, TrainingError
from headstart.fitting import Settings, Watch, fit
from headstart.fitting.plan_trials import PlanTrials
from headstart.plan import frozen_plan
from headstart.progress import silent
from headstart.strategies import read_plan_name
from headstart.training.loop import Trainer

HOW_MUCH = "how much to transfer"
ENOUGH = 3600.0
QUICK = {"epochs": 2, "batch_size": 8}


@pytest.fixture
def fitted(tiny_source, photos):
    """Fit the photos by an open plan."""

    def run(plan="auto", progress=silent, watch=None, data=None, **options):
        settings = Settings(
            tiny_source,
            read_plan_name(plan),
            **{"training": QUICK, "time_limit": ENOUGH, **options},
        )
        return fit(data or read_any(photos), None, settings, progress, watch)

    return run


@pytest.fixture(scope="module")
def searched(tiny_source, same_photos):
    """A model found in enough time, and whether each training was told of the limit."""
    told, run = [], Trainer.run

    def watched(self):
        told.append(self.pace.is_limited)
        return run(self)

    settings = Settings(tiny_source, training=QUICK, time_limit=ENOUGH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "run", watched)
        return fit(read_any(same_photos), None, settings), told


def decision(model, question=HOW_MUCH):
    (found,) = [one for one in model.evidence.decisions if one.question == question]
    return found


def rows(model, question=HOW_MUCH):
    return {row["plan"]: row for row in decision(model, question).measurements}


def test_with_enough_time_plans_are_tried(searched):
    model, _ = searched
    told = decision(model)
    tried = rows(model)
    assert list(tried)[:3] == ["probe", "freeze:-1", "bias"]
    assert set(tried) <= {"probe", "bias", "freeze:-1", "pointwise", "full", "scratch"}
    assert [row["plan"] for row in told.measurements if row["chosen"]] == [told.answer]
    assert tried["probe"]["what_happened"] == "finished"
    assert "In the time limit of 3600 s," in told.reason
    assert "depends on the machine" in told.reason
    assert model.result_.notes == ()


def test_the_first_guess_and_its_reason(searched):
    told = decision(searched[0], "what to try first")
    assert told.answer == "probe"
    assert told.reason.startswith("The samples are few (16, 8 a class) and training on few")


def test_the_same_seed_and_enough_time_choose_the_same(fitted, searched):
    one, other = fitted(), searched[0]
    assert decision(one).answer == decision(other).answer
    without = [
        [{**row, "seconds": 0.0} for row in decision(model).measurements] for model in (one, other)
    ]
    assert without[0] == without[1]
    assert one.result_.test == other.result_.test


def test_without_time_it_is_the_probe(fitted, monkeypatch):
    monkeypatch.setattr(PlanTrials, "__init__", lambda *_: pytest.fail("it gets ready to train"))
    limited, probe = fitted(time_limit=0.001), fitted("auto", time_limit=None)
    assert limited.plan == probe.plan
    assert limited.result_.test == probe.result_.test
    assert decision(limited).reason == (
        "In the time limit of 0.001 s, no other plan could be tried."
    )


def test_without_a_limit_auto_tries_nothing(fitted):
    model = fitted(time_limit=None)
    assert HOW_MUCH not in {one.question for one in model.evidence.decisions}


def test_reading_counts(fitted):
    watch = Watch(began=time.perf_counter() - 3000.0)
    model = fitted(watch=watch, time_limit=3001.0)
    assert decision(model).reason.endswith("no other plan could be tried.")


def test_time_that_runs_out_between_trials(fitted, monkeypatch):
    from headstart.fitting.time_left import TimeLeft

    left = [ENOUGH] * 4
    monkeypatch.setattr(TimeLeft, "for_trials", property(lambda self: left.pop() if left else -1.0))
    model = fitted()
    happened = [row["what_happened"] for row in decision(model).measurements]
    assert happened[0] == "finished"
    assert {"out of time", "not begun: no time"} & set(happened)
    assert set(model.result_.test) >= {"accuracy"}


def test_all_cuts_within_a_limit(fitted):
    told = decision(fitted("freeze:auto"), "where to cut")
    assert list(dict.fromkeys(row["plan"] for row in told.measurements)) == [
        "probe",
        "freeze:0",
        "full",
    ]
    assert "In the time limit" in told.reason


def test_all_cuts_without_a_limit(fitted):
    told = decision(fitted("freeze:auto", time_limit=None), "where to cut")
    assert [row["plan"] for row in told.measurements] == ["probe", "freeze:0", "full"]
    assert "time limit" not in told.reason


def stopped_in(name, error):
    """Raises in the first step of the epochs of one plan, once."""
    state = {"here": False, "done": False}

    def tell(step, done, total):
        if step.startswith("try "):
            state["here"] = step == f"try {name}"
        if state["here"] and step == "epoch 2" and not state["done"]:
            state["done"] = True
            raise error

    return tell


def test_a_training_that_runs_away_does_not_end_the_search(fitted):
    model = fitted(progress=stopped_in("freeze:-1", TrainingError("it ran away")))
    found = rows(model)
    assert found["freeze:-1"]["what_happened"] == "came to nothing"
    assert found["freeze:-1"]["loss"] is None
    assert found["bias"]["what_happened"] != "not begun: no time"


def test_a_broken_trial_leaves_nothing_behind(fitted, searched):
    """The trials after it are what they are without it."""
    whole, broken = (
        searched[0],
        fitted(progress=stopped_in("freeze:-1", TrainingError("it ran away"))),
    )
    shared = set(rows(whole)) & set(rows(broken)) - {"probe", "freeze:-1"}
    assert shared
    for name in shared:
        assert rows(whole)[name]["loss"] == rows(broken)[name]["loss"]


def test_ctrl_c_takes_the_best_so_far(fitted):
    told = []
    stop = stopped_in("bias", KeyboardInterrupt())

    def tell(step, done, total):
        told.append(step)
        stop(step, done, total)

    model = fitted(progress=tell)
    assert model.result_.notes == (
        "Interrupted while plans were tried: the best model so far was kept.",
    )
    assert list(rows(model)) == ["probe", "freeze:-1"]
    assert "interrupted: the best so far is finished (Ctrl-C again ends at once)" in told
    assert model.result_.test["accuracy"].value == 1.0


def test_a_second_ctrl_c_ends_at_once(fitted):
    stop = stopped_in("bias", KeyboardInterrupt())

    def tell(step, done, total):
        stop(step, done, total)
        if step == "evaluate":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(progress=tell)


def test_ctrl_c_before_there_is_a_model_ends_at_once(fitted):
    def tell(step, done, total):
        if step == "build the network":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(progress=tell)


def test_a_plan_that_wins_is_what_predicts(fitted, photos, monkeypatch, tmp_path):
    """Nobody beats the probe on these photos, so the judgement of one trial is made up."""
    from headstart import load
    from headstart.advice.trials import Trial

    judged = PlanTrials._judged

    def flattered(self, trial, tried):
        result = judged(self, trial, tried)
        n_valid = len(self.rows[1])
        losses = np.full(n_valid, -1.0 if trial.name == "freeze:-1" else 9.0)
        return replace(result, losses=losses, merits=losses, result=tried)

    monkeypatch.setattr(PlanTrials, "_judged", flattered)
    monkeypatch.setattr(PlanTrials, "probe", lambda self: Trial(0, "probe", *_bad(self)))
    model = fitted()
    assert decision(model).answer == "freeze:-1"
    assert [stage.mode for stage in model.plan.stages] == ["frozen", "train"]
    assert model.backbone.source.origin.startswith("trained by headstart from")
    paths = sorted(photos.glob("*/*.png"))
    loaded = load(model.save(tmp_path / "run"))
    np.testing.assert_array_equal(loaded.predict_proba(paths), model.predict_proba(paths))


def _bad(trials):
    n_valid = len(trials.rows[1])
    return np.full(n_valid, 5.0) + np.arange(n_valid), np.zeros(n_valid)


@pytest.mark.parametrize("plan", ["probe", "full", "freeze:1"])
def test_a_limit_needs_something_to_choose(plan):
    with pytest.raises(PlanError, match=rf"limit is 60, but the plan '{plan}' leaves nothing to"):
        Settings(plan=read_plan_name(plan), time_limit=60)


def test_a_limit_beside_a_plan_of_ones_own():
    with pytest.raises(PlanError, match="but the plan for 'tiny/net' leaves nothing to choose"):
        Settings(plan=frozen_plan("tiny/net", ["a"]), time_limit=60)


@pytest.mark.parametrize("limit", [0, -3.0, float("nan"), float("inf"), True])
def test_limits_at_fault(limit):
    with pytest.raises(InputError, match=f"limit is {limit!r}; it must be a number of seconds"):
        Settings(time_limit=limit)


def test_embeddings_have_the_probe_alone():
    vectors = np.random.default_rng(0).normal(size=(20, 4))
    model = TransferClassifier(time_limit=100).fit(vectors, ["a", "b"] * 10).model_
    assert [stage.mode for stage in model.plan.stages] == ["frozen"]


def test_too_few_samples_to_compare(fitted, make_picture):
    colours = ["red", "blue"] * 2
    pictures = [make_picture(colour, number) for number, colour in enumerate(colours)]
    told = decision(fitted(data=read_any(pictures, colours)))
    assert told.answer == "probe"
    assert "too few samples to hold some of them back" in told.reason


def test_numbers(fitted, photos):
    paths = sorted(photos.glob("*/*.png"))
    data = read_any(paths, [10.5 if path.parent.name == "red" else -2.5 for path in paths])
    model = fitted(data=data, task="regression")
    assert decision(model, "what to try first").reason.startswith("The samples are few (16) and")
    assert model.result_.test["mean_absolute_error"].value < 8.0


def test_trainings_are_told_the_time(searched):
    told = searched[1]
    assert told
    assert all(told)
