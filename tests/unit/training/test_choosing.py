"""Training ends with its last weights unless others are clearly better."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.training.choosing import Candidate, choose
from headstart.training.snapshot import Snapshot


def candidate(*losses):
    return Candidate("some", (1,), Snapshot({}, ()), np.array(losses))


@pytest.mark.parametrize(
    ("usual", "other", "changes"),
    [
        ((0.5, 0.5, 0.6), (0.1, 0.2, 0.1), True),
        ((0.5, 0.5, 0.6), (0.1, 0.2, 1.2), False),
        ((0.5, 0.5, 0.6), (0.5, 0.5, 0.6), False),
        ((0.1, 0.2, 0.1), (0.5, 0.5, 0.6), False),
        ((0.5,), (0.1,), False),
        ((), (), False),
    ],
)
def test_only_a_clear_difference_counts(usual, other, changes):
    usual, other = candidate(*usual), candidate(*other)
    assert choose(usual, [other]) is (other if changes else usual)
    assert choose(usual, []) is usual


def test_the_best_of_several_is_compared_with():
    usual, good, best = candidate(1.0, 1.1), candidate(0.5, 0.5), candidate(0.1, 0.2)
    assert choose(usual, [good, best]) is best
