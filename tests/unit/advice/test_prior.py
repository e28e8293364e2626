"""The mean standing over earlier targets."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.advice.experience import Outcome
from headstart.advice.prior import (
    MOST_SEEDED,
    Standing,
    packaged_seed,
    standings_by_target,
    static_prior,
)
from headstart.advice.standing import standings


def grid(table, names="abcdefgh"):
    """Outcomes of a table with a row a target; NaN: not tried."""
    return [
        Outcome(f"t{row}", names[column], None if np.isnan(value) else float(value))
        for row, values in enumerate(table)
        for column, value in enumerate(values)
    ]


def test_over_a_full_grid_it_is_the_shrunk_mean():
    table = np.random.default_rng(0).random((4, 5))
    found = static_prior(grid(table))
    wanted = np.mean([standings(row) for row in table], axis=0) * 4 / (4 + 1)
    np.testing.assert_allclose([found[name].value for name in "abcde"], wanted, atol=1e-12)
    assert {one.targets for one in found.values()} == {4}


def test_more_shrinkage_is_nearer_to_0():
    table = np.random.default_rng(1).random((2, 3))
    little, much = static_prior(grid(table), shrinkage=0.1), static_prior(grid(table), shrinkage=9)
    assert all(abs(much[name].value) < abs(little[name].value) for name in "abc")


def test_rivals_are_taken_into_account():
    """``c`` is average among the best, ``d`` among the worst."""
    nan = np.nan
    strong, weak = [9.0, 5.0, 7.0, nan, nan, nan], [nan, nan, nan, 2.0, 1.0, 3.0]
    common = [9.0, 8.0, nan, nan, 1.0, 2.0]
    found = static_prior(grid([strong, weak, *[common] * 6], "abcdef"))
    assert found["c"].value > found["d"].value + 0.3


def test_a_target_with_one_outcome_tells_nothing():
    assert static_prior([Outcome("t", "a", 0.9)]) == {}
    assert static_prior([]) == {}
    assert standings_by_target([Outcome("t", "a", 0.9), Outcome("t", "b", None)]) == {}


def test_the_seed_stands_alone_and_gives_way():
    seed = {"a": Standing(-1.0, 20), "b": Standing(1.0, 20)}
    alone = static_prior([], seed)
    assert (alone["a"].value, alone["b"].value) == (pytest.approx(-1), pytest.approx(1))
    few, many = (static_prior(grid([[2.0, 1.0]] * n), seed) for n in (2, 2 * MOST_SEEDED))
    assert few["a"].value < few["b"].value
    assert many["a"].value > many["b"].value
    assert many["a"].targets == 20 + 2 * MOST_SEEDED


def test_who_beats_a_source_known_to_be_good_is_better_still():
    found = static_prior(grid([[1.0, 2.0]] * 9), {"a": Standing(1.0, 20)})
    assert found["b"].value > found["a"].value > 0.5


def test_the_packaged_seed_is_of_sources_that_there_are():
    from headstart.backbones.catalogue import list_sources

    seed = packaged_seed()
    assert len(seed.standings) >= 15
    assert set(seed.standings) <= set(list_sources())
    assert seed.origin
    assert seed.standings["torchvision/resnet152"].value > seed.standings["torchvision/vgg16"].value
    assert all(one.targets > 0 and abs(one.value) < 4 for one in seed.standings.values())
