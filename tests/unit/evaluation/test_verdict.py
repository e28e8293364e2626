"""What the interval of the difference lets us say."""

import pytest

from headstart.evaluation.verdict import verdict
from headstart.metrics.figure import Figure


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.01, 0.2, "transfer helps"),
        (-0.2, -0.01, "transfer hurts"),
        (-0.1, 0.1, "no measurable difference"),
        (0.0, 0.1, "no measurable difference"),
        (-0.1, 0.0, "no measurable difference"),
    ],
)
def test_verdict(low, high, expected):
    assert verdict(Figure((low + high) / 2, low, high)) == expected
