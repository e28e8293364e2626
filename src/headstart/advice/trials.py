"""Plans that were tried on the same held-out samples, and which of them to take.

Of all that was tried the simplest within one standard error of the best is taken (Breiman,
Friedman, Olshen and Stone, *Classification and regression trees*, 1984); the standard error is that
of the difference of the two, sample by sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from headstart.metrics.standard_error import standard_error

Result = TypeVar("Result")

#: What happened to a trial, beside the ways in which a training ends.
FINISHED = "finished"
NO_TIME = "not begun: no time"
OUT_OF_TIME = "out of time"
RAN_AWAY = "came to nothing"
NOTHING_LEARNED = "no epoch was better than the start"


def _nothing() -> NDArray[Any]:
    return np.empty(0)


@dataclass(frozen=True)
class Trial(Generic[Result]):
    """A plan that was tried, or was to be tried.

    Parameters
    ----------
    rank : int
        How much it trains, compared with the other plans; 0 is the simplest.
    name : str
        What a person calls the plan.
    losses : ndarray of shape (n_valid,)
        Of the same held-out samples as in all trials; empty where it came to nothing.
    merits : ndarray of shape (n_valid,)
        Higher is better; for people.
    seconds : float
        What it took.
    result : object
        What the trial came to, for whoever asked.
    happened : str
        Whether it was finished, or why not.
    """

    rank: int
    name: str
    losses: NDArray[Any] = field(default_factory=_nothing)
    merits: NDArray[Any] = field(default_factory=_nothing)
    seconds: float = 0.0
    result: Result | None = None
    happened: str = FINISHED

    @property
    def was_begun(self) -> bool:
        """Whether anything was tried at all."""
        return self.happened != NO_TIME

    @property
    def counts(self) -> bool:
        """Whether it can be chosen: it was judged, and its losses are numbers."""
        return len(self.losses) > 0 and bool(np.isfinite(self.losses).all())

    @property
    def loss(self) -> float:
        """Mean over the held-out samples; infinite where it does not count."""
        return float(self.losses.mean()) if self.counts else float("inf")

    def to_row(self, is_chosen: bool) -> dict[str, Any]:
        """What the evidence says of it."""
        return {
            "plan": self.name,
            "score": float(self.merits.mean()) if self.counts else None,
            "loss": self.loss if self.counts else None,
            "standard_error": standard_error(self.losses) if self.counts else None,
            "seconds": self.seconds,
            "chosen": is_chosen,
            "what_happened": self.happened,
        }


@dataclass(frozen=True)
class Bar:
    """What a trial has to keep up with.

    Parameters
    ----------
    loss : float
        The best mean loss so far.
    standard_error : float
        Of that mean.
    """

    loss: float
    standard_error: float

    @property
    def highest_loss(self) -> float:
        """A trial whose mean loss is above this is not worth going on with.

        Examples
        --------
        >>> Bar(0.25, 0.5).highest_loss
        0.75
        """
        return self.loss + self.standard_error


@dataclass(frozen=True)
class Trials(Generic[Result]):
    """Trials in the order in which they were made; at least one of them counts.

    Parameters
    ----------
    trials : sequence of Trial
        On the same samples.

    Examples
    --------
    >>> probe = Trial(0, "probe", np.array([0.3, 0.5]), np.ones(2))
    >>> full = Trial(1, "full", np.array([0.1, 0.6]), np.ones(2))
    >>> tried = Trials([probe, full])
    >>> tried.best.name, tried.chosen.name
    ('full', 'probe')
    """

    trials: Sequence[Trial[Result]]

    @property
    def best(self) -> Trial[Result]:
        """The trial with the lowest loss."""
        return min(self.trials, key=lambda trial: trial.loss)

    @property
    def bar(self) -> Bar:
        """What the next trial has to keep up with."""
        return Bar(self.best.loss, standard_error(self.best.losses))

    @property
    def chosen(self) -> Trial[Result]:
        """The simplest plan whose loss is within a standard error of the best."""
        best = self.best
        good = [one for one in self.trials if one.counts and not is_clearly_better(best, one)]
        return min(good, key=lambda trial: trial.rank)

    @property
    def reason(self) -> str:
        """Why that one, in a sentence."""
        chosen, best = self.chosen, self.best
        if chosen is best:
            return "It has the lowest loss on the samples held back."
        return f"{best.name} is not better by more than a standard error, and trains more."

    def rows(self) -> tuple[dict[str, Any], ...]:
        """A row a trial, for the evidence."""
        chosen = self.chosen
        return tuple(trial.to_row(trial is chosen) for trial in self.trials)


def is_clearly_better(one: Trial[Result], other: Trial[Result]) -> bool:
    """Whether ``one`` beats ``other`` by more than the standard error of the difference."""
    if one is other or not (one.counts and other.counts):
        return one.counts and not other.counts
    gains = other.losses - one.losses
    return bool(gains.mean() > standard_error(gains))
