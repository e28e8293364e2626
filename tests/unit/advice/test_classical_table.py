"""The classical table: the first guess by size and similarity."""

from __future__ import annotations

import itertools

import pytest

from headstart.advice.classical_table import MANY, first_guess, is_large
from headstart.strategies import PlanName, read_plan_name


@pytest.mark.parametrize(
    ("n_samples", "similarity", "plan"),
    [
        (200, "near", "probe"),
        (200, "far", "bias"),
        (200, None, "probe"),
        (5000, "near", "freeze:-2"),
        (5000, "far", "full"),
        (5000, None, "full"),
    ],
)
def test_each_cell(n_samples, similarity, plan):
    assert str(first_guess(n_samples, 2, similarity).plan) == plan


@pytest.mark.parametrize(
    ("n_samples", "n_classes", "large"),
    [
        (MANY - 1, 2, False),
        (MANY, 2, True),
        (MANY, 21, False),
        (MANY, None, True),
        (10, None, False),
    ],
)
def test_what_is_large(n_samples, n_classes, large):
    assert is_large(n_samples, n_classes) is large


def test_the_reason_names_the_numbers():
    assert "are few (200, 100 a class) and unlike" in first_guess(200, 2, "far").reason
    assert "are many (2,500) and enough to train" in first_guess(2500).reason


def test_every_guess_stands_on_the_ladder():
    ladder = PlanName("auto").ladder(("stem", "block", "top"))
    cells = itertools.product((10, 10**5), ("near", "far", None))
    guesses = [first_guess(n_samples, 2, similarity) for n_samples, similarity in cells]
    assert len(guesses) == 6
    for guess in guesses:
        assert guess.plan in ladder.plans.values()
        assert read_plan_name(str(guess.plan)) == guess.plan
        assert guess.reason.endswith(".")


def test_more_samples_never_train_less():
    ladder = PlanName("auto").ladder(("stem", "block", "top"))
    for similarity in ("near", "far", None):
        places = [ladder.place(first_guess(n, 2, similarity).plan) for n in (10, 10**5)]
        assert places == sorted(places)
