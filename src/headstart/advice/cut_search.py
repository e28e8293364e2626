"""Where to cut: cuts tried from the last to the first, and no further than it pays.

A late cut is cheap to try, since little is trained and its stored states are small. An earlier one
has to show that it is worth its price. So cuts are tried from the last to the first, a trial that
falls behind is broken off, and the search ends when earlier cuts have stopped helping. Of all that
was tried the latest cut within one standard error of the best is taken (Breiman, Friedman, Olshen
and Stone, *Classification and regression trees*, 1984).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from headstart.evidence import Decision

#: So many cuts in a row that are no better end the search.
_PATIENCE = 2

Result = TypeVar("Result")


@dataclass(frozen=True)
class Trial(Generic[Result]):
    """A cut that was tried.

    Parameters
    ----------
    cut : int
        Number of frozen stages.
    name : str
        What a person calls the plan.
    losses : ndarray of shape (n_valid,)
        Of the same held-out samples as in all trials.
    merits : ndarray of shape (n_valid,)
        Higher is better; for people.
    seconds : float
        What it took.
    result : object
        What the trial came to, for whoever asked.
    """

    cut: int
    name: str
    losses: NDArray[Any]
    merits: NDArray[Any]
    seconds: float
    result: Result

    @property
    def loss(self) -> float:
        """Mean over the held-out samples."""
        return float(self.losses.mean())


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


@dataclass
class CutSearch(Generic[Result]):
    """Trials from the last cut to the first.

    Parameters
    ----------
    try_cut : callable
        From a cut and the bar to its trial.
    """

    try_cut: Callable[[int, Bar], Trial[Result]]
    trials: list[Trial[Result]] = field(default_factory=list)

    def run(self, first: Trial[Result], cuts: Iterable[int]) -> Trial[Result]:
        """Try cuts until they stop helping, and choose.

        Parameters
        ----------
        first : Trial
            With no stage trained: what all others are measured against.
        cuts : iterable of int
            From the last to the first.
        """
        self.trials = [first]
        fruitless = 0
        for cut in cuts:
            best = self.best
            trial = self.try_cut(cut, Bar(best.loss, standard_error(best.losses)))
            self.trials.append(trial)
            fruitless = 0 if is_clearly_better(trial, best) else fruitless + 1
            if fruitless >= _PATIENCE:
                break
        return self.chosen

    @property
    def best(self) -> Trial[Result]:
        """The trial with the lowest loss."""
        return min(self.trials, key=lambda trial: trial.loss)

    @property
    def chosen(self) -> Trial[Result]:
        """The latest cut whose loss is within a standard error of the best."""
        best = self.best
        good = [one for one in self.trials if one is best or not is_clearly_better(best, one)]
        return max(good, key=lambda trial: trial.cut)

    def decision(self) -> Decision:
        """What was tried, and what was taken."""
        chosen, best = self.chosen, self.best
        rows = tuple(
            {
                "plan": trial.name,
                "score": float(trial.merits.mean()),
                "loss": trial.loss,
                "standard_error": standard_error(trial.losses),
                "seconds": trial.seconds,
                "chosen": trial is chosen,
            }
            for trial in self.trials
        )
        reason = (
            "It has the lowest loss on the samples held back."
            if chosen is best
            else f"{best.name} is not better by more than a standard error, and trains more."
        )
        return Decision("where to cut", chosen.name, reason, rows)


def is_clearly_better(one: Trial[Result], other: Trial[Result]) -> bool:
    """Whether ``one`` beats ``other`` by more than the standard error of the difference."""
    gains = other.losses - one.losses
    return bool(gains.mean() > standard_error(gains))


def standard_error(values: NDArray[Any]) -> float:
    """Of the mean; infinite for fewer than two values.

    Examples
    --------
    >>> standard_error(np.array([0.0, 2.0]))
    1.0
    """
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("inf")
