"""What transfer is worth on samples held out of cross-validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.advice.quick_probe import StageFigures
from headstart.evidence import Decision
from headstart.metrics.figure import Figure


@dataclass(frozen=True)
class Gain:
    """The model with transfer against the one without, on the same held-out samples.

    Parameters
    ----------
    source, rival : str
        What a person calls the two.
    with_transfer, without_transfer : float
        Mean merit of each: accuracy, say.
    difference : Figure
        Of the means, with an interval of 95 %; above 0 transfer is better.
    """

    source: str
    rival: str
    with_transfer: float
    without_transfer: float
    difference: Figure

    @property
    def answer(self) -> str:
        """Whether to transfer.

        Examples
        --------
        >>> Gain("a", "b", 0.9, 0.8, Figure(0.1, 0.05, 0.15)).answer
        'yes'
        """
        if self.difference.low > 0:
            return "yes"
        return "no" if self.difference.high < 0 else "no measurable difference"

    def decision(self) -> Decision:
        """As evidence."""
        reason = (
            f"In cross-validation {self.source} reaches {self.with_transfer:.3f} and {self.rival} "
            f"{self.without_transfer:.3f}: {self.difference.value:+.3f} (95 %: "
            f"{self.difference.low:+.3f} to {self.difference.high:+.3f})."
        )
        rows = (
            {"model": self.source, "score": self.with_transfer},
            {"model": self.rival, "score": self.without_transfer},
        )
        return Decision("should I transfer", self.answer, reason, rows)


def measure_gain(source: str, best: StageFigures, rival: str, other: StageFigures) -> Gain:
    """Compare two linear models that were cross-validated on the same folds."""
    gains = best.merits.astype(float) - other.merits.astype(float)
    return Gain(source, rival, best.merit, other.merit, mean_with_interval(gains))


def mean_with_interval(values: NDArray[Any]) -> Figure:
    """Mean of paired differences with Student's interval of 95 %.

    Examples
    --------
    >>> mean_with_interval(np.array([0.0, 1.0, 0.0, 1.0])).value
    0.5
    """
    from scipy.stats import t

    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return Figure(mean, -np.inf, np.inf)
    reach = float(t.ppf(0.975, count - 1) * np.std(values, ddof=1) / np.sqrt(count))
    return Figure(mean, mean - reach, mean + reach)
