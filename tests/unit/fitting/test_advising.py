"""Advice: answers with their measurements, and nothing trained."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.activations.preparation import Request
from headstart.cli.advice_table import advice_lines
from headstart.errors import InputError
from headstart.fitting import Settings, read_sides
from headstart.fitting.advising import advise
from headstart.plan import Plan


@pytest.fixture(scope="module")
def advice(tiny_sources, same_photos):
    train, _ = read_sides(same_photos)
    candidates = tuple(Request(name) for name in tiny_sources)
    return advise(train, Settings(candidates=candidates))


def test_every_question_is_answered(advice):
    questions = [one.question for one in advice.evidence.decisions]
    for question in ("should I transfer", "which source", "how similar", "how much to transfer"):
        assert question in questions


def test_the_plan_can_be_carried_out(advice):
    plan = Plan.from_dict(advice.to_dict()["plan"])
    assert plan.source == advice.ranking.best.source == advice.request.source
    assert plan == advice.plan


def test_it_reads_as_text(advice):
    text = "\n".join(advice_lines(advice))
    assert "20 pictures, 2 sources compared; nothing was trained" in text
    assert "pixels and HOG" in text
    assert "Should I transfer?" in text
    assert "<- best" in text


def test_no_figure_of_a_test_set_is_claimed(advice):
    assert "test" not in advice.to_dict()


def test_embeddings_have_no_source():
    train, _ = read_sides(np.zeros((4, 3)), ["a", "b", "a", "b"])
    with pytest.raises(InputError, match="no source to advise on"):
        advise(train)
