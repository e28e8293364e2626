"""Every beginning of the order is a fair sample."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.data.growing import growing_order


@pytest.mark.parametrize("size", [10, 25, 60])
def test_classes_keep_their_proportions(size):
    strata = np.repeat(["common", "rare"], [80, 20])
    chosen = strata[growing_order(strata, seed=1)[:size]]
    assert abs((chosen == "rare").mean() - 0.2) <= 1 / size


def test_each_row_comes_once():
    order = growing_order(np.array([2, 0, 1, 0, 2, 2]), seed=0)
    assert sorted(order.tolist()) == list(range(6))


def test_the_seed_decides():
    strata = np.zeros(50, dtype=int)
    assert growing_order(strata, 0).tolist() == growing_order(strata, 0).tolist()
    assert growing_order(strata, 0).tolist() != growing_order(strata, 1).tolist()


def test_no_sample_has_an_empty_order():
    assert growing_order(np.array([], dtype=int), 0).tolist() == []
