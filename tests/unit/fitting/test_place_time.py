"""Learning places within a time limit: fewer views, fewer epochs, no twin; each is told."""

from __future__ import annotations

import time

import pytest
from tests.tiny_places import CONVOLUTIONS, TOKENS, scenes

from headstart.activations.preparation import Request
from headstart.errors import InputError
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.place_time import PlaceTime
from headstart.fitting.places import NO_TWIN, RANDOM_TWIN, fit_places
from headstart.fitting.watch import Watch
from headstart.plan import Budget
from headstart.report.language import language_named
from headstart.training import place_training
from headstart.training.pace import Pace

pytestmark = pytest.mark.usefixtures("place_sources")
VIEWS = ("original", "mirrored", "closer")


def settings_for(**changes):
    training = {"epochs": 30, "views": ("original",), "validation": 0.0, "batch_size": 4}
    training |= changes.pop("training", {})
    usual = {"source": CONVOLUTIONS, "twin": False, "head": {"width": 32}, "training": training}
    return PlaceSettings("localisation", **{**usual, **changes})


def fit(progress=lambda *_: None, **changes):
    both = scenes("localisation", range(8)), scenes("localisation", [8, 9])
    return fit_places(*both, settings_for(**changes), progress)


def pace_of(limit, *seconds):
    """A pace whose steps take so many seconds, the last for all that follow."""

    class Ticking(Pace):
        def __init__(self, _):
            self.now, self.done = 0.0, 0
            super().__init__(limit, clock=lambda: self.now)

        def step_done(self):
            self.now += seconds[min(self.done, len(seconds) - 1)]
            self.done += 1
            super().step_done()

    return Ticking


def test_as_many_epochs_are_planned_as_there_is_time_for(monkeypatch):
    monkeypatch.setattr(place_training, "Pace", pace_of(20.0, 1.0))
    model = fit(time_limit=1000)
    assert model.plan.training.epochs == 10
    assert model.result_.plan["training"]["epochs"] == 10
    assert "The time limit left time for 10 of 30 epochs." in model.result_.notes


def test_all_epochs_take_place_where_there_is_time(monkeypatch):
    monkeypatch.setattr(place_training, "Pace", pace_of(60.0, 1.0))
    model = fit(time_limit=1000)
    assert model.plan.training.epochs == 30
    assert not [note for note in model.result_.notes if "time" in note]


def test_a_training_that_becomes_slow_ends_with_what_it_has(monkeypatch):
    monkeypatch.setattr(place_training, "Pace", pace_of(60.0, *[1.0] * 7, 100.0))
    model = fit(time_limit=1000)
    assert "The time limit left time for 3 of 30 epochs." in model.result_.notes
    (kept,) = [one for one in model.evidence.decisions if one.question == "which weights"]
    assert kept.measurements[-1]["epoch"] == 3


def test_a_limit_that_is_over_leaves_one_view_and_one_epoch():
    model = fit(time_limit=1e-3, twin=True, training={"views": VIEWS})
    assert model.plan.training.views == ("original",)
    assert model.plan.training.epochs == 1
    assert {
        "The time limit left time for 1 of 3 views of each picture.",
        "The time limit left time for 1 of 30 epochs.",
        NO_TWIN,
    } <= set(model.result_.notes)
    assert RANDOM_TWIN not in [one.name for one in model.result_.baselines]
    language = language_named("zh")
    for note in model.result_.notes:
        assert not language.translate(note).missing, note


def test_a_long_limit_leaves_everything_as_it_is():
    model = fit(time_limit=1000, twin=True, training={"views": VIEWS, "epochs": 2})
    assert (model.plan.training.views, model.plan.training.epochs) == (VIEWS, 2)
    assert RANDOM_TWIN in [one.name for one in model.result_.baselines]
    assert model.result_.notes == fit(twin=False, training={"epochs": 1}).result_.notes


def interrupt_in(step):
    def tell(name, done, total):
        if name == step:
            raise KeyboardInterrupt

    return tell


def test_an_interrupt_within_a_limit_keeps_what_there_is():
    model = fit(interrupt_in("epoch 3"), time_limit=1000, twin=True)
    assert "Training was interrupted after 2 of 30 epochs." in model.result_.notes
    assert NO_TWIN in model.result_.notes
    assert model.result_.test["mean_iou"].value >= 0


def test_an_interrupt_before_the_first_epoch_is_over_ends_the_fit():
    with pytest.raises(KeyboardInterrupt):
        fit(interrupt_in("epoch 1"), time_limit=1000)


def test_without_a_limit_an_interrupt_ends_the_fit():
    with pytest.raises(KeyboardInterrupt):
        fit(interrupt_in("epoch 3"))


def test_a_choice_of_the_source_takes_no_more_than_half(monkeypatch):
    given = []

    class Noted(Pace):
        def __init__(self, seconds):
            given.append(seconds)
            super().__init__(seconds)

    monkeypatch.setattr(place_training, "Pace", Noted)
    two = (Request(CONVOLUTIONS), Request(TOKENS))
    fit(time_limit=400, source="auto", candidates=two, training={"epochs": 2})
    first, second, last = given
    assert first < 110
    assert second < 140
    assert 200 < last < 400


def test_an_interrupted_choice_goes_on_with_what_it_has():
    two = (Request(CONVOLUTIONS), Request(TOKENS))
    pressed = []

    def once(name, done, total):
        if name == "epoch 2" and not pressed:
            pressed.append(name)
            raise KeyboardInterrupt

    model = fit(once, time_limit=1000, source="auto", candidates=two, training={"epochs": 4})
    assert model.result_.source.startswith(CONVOLUTIONS)
    told = f"The source {TOKENS} was left out of the choice: the choice was interrupted before it."
    assert told in model.result_.notes
    assert model.plan.training.epochs == 4


def test_what_is_left_is_less_what_comes_after():
    watch = Watch(began=time.perf_counter() - 50.0)
    left = PlaceTime(Budget(100.0), watch, n_judged=20, row_seconds=0.5)
    assert left.for_training == pytest.approx(100 - 50 - 2 - 4 - 10, abs=1)
    assert left.part(0.5).left == pytest.approx(24, abs=1)
    assert left.views(VIEWS, pass_seconds=1e6) == ("original",)
    assert PlaceTime(Budget(), watch, 1).views(VIEWS, 9.0) == VIEWS


@pytest.mark.parametrize("limit", [0, -1.0, float("nan")])
def test_a_limit_that_is_none_is_refused(limit):
    with pytest.raises(InputError, match="The time limit is"):
        settings_for(time_limit=limit)
