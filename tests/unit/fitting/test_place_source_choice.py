"""Which of several sources, where something is to be found: judged without the test pictures."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.tiny_places import CONVOLUTIONS, TOKENS, scenes

from headstart.activations.preparation import Request
from headstart.errors import InputError, PlanError, SourceError
from headstart.fitting import place_source_choice
from headstart.fitting.place_learner import Learned
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.place_source_choice import (
    Contender,
    PlaceChoice,
    as_good,
    choose_place_source,
    least_work,
)
from headstart.fitting.places import fit_places
from headstart.fitting.watch import Watch
from headstart.metrics.figure import Figure
from headstart.progress import silent
from headstart.report.language import language_named
from headstart.strategies import read_plan_name
from headstart.tasks.localisation import LocalisationTask
from headstart.tasks.registry import PLACE_TASKS

pytestmark = pytest.mark.usefixtures("place_sources")
VECTORS = "places/vectors"
BOTH = (Request(CONVOLUTIONS), Request(TOKENS))


def settings_for(task="localisation", candidates=BOTH, **changes):
    training = {"epochs": 2, "views": ("original",), "validation": 0.0, "batch_size": 4}
    usual = {"twin": False, "head": {"width": 32}, "training": training}
    return PlaceSettings(task, candidates=candidates, **{**usual, **changes})


def contender(name, merit, behind, error, flops):
    figure = Figure(behind, behind - 1.96 * error, behind + 1.96 * error)
    return Contender(Request(name), Learned(None, merit, (), flops), figure)


BEST = contender("best", 0.8, 0.0, 0.0, 9e9)
NEAR = contender("near", 0.78, 0.02, 0.03, 2e9)
NEARER = contender("nearer", 0.79, 0.01, 0.03, 4e9)
FAR = contender("far", 0.5, 0.3, 0.05, 1e9)


def test_the_least_work_within_a_standard_error_is_taken():
    assert least_work(as_good([BEST, NEARER, NEAR, FAR])) is NEAR
    assert least_work(as_good([BEST, FAR])) is BEST
    assert least_work(as_good([BEST])) is BEST


def test_heads_that_learned_nothing_do_not_speak_for_their_source():
    every = (BEST, NEAR, FAR)
    open_choice = PlaceChoice(FAR, every, {}, 30, "ap50", rule=0.8)
    assert (
        "no head did better than a rule that looks at no picture" in open_choice.decision().reason
    )
    assert open_choice.notes == (open_choice.decision().reason,)
    assert not language_named("zh").translate(open_choice.notes[0]).missing
    assert PlaceChoice(NEAR, every, {}, 30, "ap50", rule=0.79).notes == ()
    assert PlaceChoice(BEST, (BEST,), {}, 30, "ap50", rule=0.9).notes == ()


@pytest.mark.parametrize(
    ("chosen", "others", "reason"),
    [
        (BEST, (FAR,), "It did best on 30 training pictures .* none that takes less work"),
        (NEAR, (BEST, FAR), "within a standard error of best on 30 .* and takes less work"),
        (BEST, (), "No other source can be used"),
    ],
)
def test_why_is_told_in_both_languages(chosen, others, reason):
    every = tuple(sorted((chosen, *others), key=lambda one: -one.learned.merit))
    refused = {"gone/one": "it has no map."}
    decision = PlaceChoice(chosen, every, refused, 30, "ap50").decision()
    assert (decision.question, decision.answer) == ("which source", chosen.request.source)
    assert re.search(reason, decision.reason)
    assert [row["chosen"] for row in decision.measurements].count(True) == 1
    notes = PlaceChoice(chosen, every, refused, 30, "ap50").notes
    language = language_named("zh")
    for text in (decision.reason, *notes, *decision.measurements[0]):
        assert not language.translate(text.replace("_", " ")).missing, text


@pytest.mark.parametrize("task", PLACE_TASKS)
def test_a_fit_goes_on_with_the_chosen_one(task):
    head = {"width": 32, **({"depth": 1} if task == "detection" else {})}
    model = fit_places(
        scenes(task, range(9)), scenes(task, range(20, 23)), settings_for(task, head=head)
    )
    (decision,) = [one for one in model.evidence.decisions if one.question == "which source"]
    rows = {row["source"]: row for row in decision.measurements}
    assert set(rows) == {CONVOLUTIONS, TOKENS}
    assert rows[decision.answer]["chosen"]
    assert model.result_.source.startswith(decision.answer)
    assert decision.measurements[0]["behind"] == 0
    assert all(row["billion operations"] > 0 for row in rows.values())
    assert "on 3 training pictures" in decision.reason.lower()
    assert "choose the source" in model.result_.seconds


class Closed:
    name, fingerprint = "closed", bytes(16)

    def open(self, at_least=None):
        raise AssertionError("a test picture was opened")


def chosen(contenders):
    raise RuntimeError("the choice is made")


def test_the_test_pictures_have_no_say(monkeypatch):
    train, task = scenes("localisation", range(6)), LocalisationTask("red")
    choice = choose_place_source(train, task, settings_for(), silent, Watch())
    assert {one.request.source for one in choice.contenders} == {CONVOLUTIONS, TOKENS}
    test = replace(scenes("localisation", [9]), items=[Closed()])
    monkeypatch.setattr(place_source_choice, "least_work", chosen)
    with pytest.raises(RuntimeError, match="the choice is made"):
        fit_places(train, test, settings_for())


def test_a_source_without_maps_stands_aside():
    candidates = (Request(VECTORS), Request(CONVOLUTIONS))
    model = fit_places(
        scenes("localisation", range(6)),
        scenes("localisation", [9]),
        settings_for(candidates=candidates),
    )
    assert model.result_.source.startswith(CONVOLUTIONS)
    (note,) = [one for one in model.result_.notes if "left out of the choice" in one]
    assert note.startswith(f"The source {VECTORS} was left out of the choice: No stage of ")


def test_none_that_can_be_used_is_an_error():
    with pytest.raises(SourceError, match=r"None of the sources .*places/vectors: No stage"):
        fit_places(
            scenes("localisation", range(6)),
            scenes("localisation", [9]),
            settings_for(candidates=(Request(VECTORS), Request("places/gone"))),
        )


def test_too_few_pictures_are_told():
    bare = scenes("detection", range(4), counts=[1, 0, 0, 0])
    with pytest.raises(InputError, match=r"Of \d training pictures none .* 2 sources cannot"):
        fit_places(
            bare,
            scenes("detection", [9]),
            settings_for("detection", head={"width": 32, "depth": 1}),
        )


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"source": CONVOLUTIONS}, InputError, "and 2 sources are to be compared"),
        ({"plan": read_plan_name("scratch")}, PlanError, "'scratch' uses nothing that 2 sources"),
    ],
)
def test_what_does_not_go_with_several_sources(changes, error, message):
    with pytest.raises(error, match=message):
        settings_for(**changes)
