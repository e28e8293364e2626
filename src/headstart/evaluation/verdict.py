"""One of three sentences about transfer."""

from __future__ import annotations

from headstart.evaluation.result import Verdict
from headstart.metrics.figure import Figure


def verdict(difference: Figure) -> Verdict:
    """What the interval of the difference lets us say.

    Examples
    --------
    >>> verdict(Figure(0.03, -0.01, 0.07))
    'no measurable difference'
    """
    if difference.low > 0:
        return "transfer helps"
    if difference.high < 0:
        return "transfer hurts"
    return "no measurable difference"
