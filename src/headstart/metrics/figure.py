"""A measured value with its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A value and its 95 % interval; ``low <= value <= high``.

    Examples
    --------
    >>> Figure(0.9, 0.82, 0.95)
    Figure(value=0.9, low=0.82, high=0.95)
    """

    value: float
    low: float
    high: float
