"""The order of sources, and what it stands on."""

from __future__ import annotations

import numpy as np

from headstart.advice.combination import Expectation
from headstart.advice.halving import Round
from headstart.advice.quick_probe import StageFigures
from headstart.advice.ranking import Ranked, Ranking, in_order, margin_in_errors
from headstart.advice.source_evidence import SourceEvidence


def ranked(name, losses, n_samples=40):
    losses = np.array(losses, dtype=float)
    stage = StageFigures("last", losses, -losses)
    evidence = SourceEvidence(name, (stage,), {"probe": -losses.mean()}, 0.1)
    parts = dict.fromkeys(Expectation.__dataclass_fields__, 0)
    expected = Expectation(**{**parts, "source": name, "total": -losses.mean()})
    return Ranked(expected, evidence, n_samples)


def test_those_that_were_dropped_early_stand_behind():
    order = in_order([ranked("dropped", [0.0], 10), ranked("b", [2.0]), ranked("a", [1.0])])
    assert [one.source for one in order] == ["a", "b", "dropped"]


def test_a_clear_lead_is_told_in_standard_errors():
    noise = np.linspace(-0.1, 0.1, 40)
    ranking = Ranking((ranked("a", 0.2 + noise), ranked("b", 0.6 - noise)))
    assert "beats one on those of b by" in ranking.decision().reason
    assert ranking.decision().answer == "a"


def test_sources_that_cannot_be_told_apart_are_told_so():
    up, down = np.tile([0.2, 0.4], 20), np.tile([0.4, 0.2], 20)
    ranking = Ranking((ranked("a", up), ranked("b", down)))
    assert "b is not measurably worse" in ranking.decision().reason


def test_a_single_source_has_nothing_to_be_compared_with():
    assert "No other source" in Ranking((ranked("a", [1.0, 2.0]),)).decision().reason


def test_saved_passes_are_told():
    rounds = (Round(20, ("a", "b"), ("a",)), Round(40, ("a",), ("a",)))
    ranking = Ranking((ranked("a", [1.0]), ranked("b", [2.0], 20)), {}, rounds, 0.5)
    assert "1.5 passes over the samples in place of 2" in ranking.decision().reason
    assert "spared 0.5 passes" in ranking.decision().reason


def test_losses_of_other_samples_are_not_paired():
    one, other = ranked("a", [1.0, 2.0]).evidence, ranked("b", [1.0, 2.0, 3.0]).evidence
    assert margin_in_errors(one, other) is None


def test_a_ranking_that_was_cut_short_says_so():
    rounds = (Round(40, ("a", "b"), ("a", "b")), Round(60, ("a", "b"), ("a", "b")))
    both = ranked("a", [1.0], 60), ranked("b", [2.0], 60)
    reason = Ranking(both, {}, rounds, 0.0, 1200).decision().reason
    assert "time for 60 of the 1,200 samples" in reason
    assert "dropped early" not in reason
    assert "time limit" not in Ranking(both, {}, rounds, 0.0, 60).decision().reason
