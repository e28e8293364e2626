"""Which plan: trials up and down a ladder of plans, and no further than it pays.

The plans are ordered by how much they train. The simplest comes first and is always there; then a
first guess, then its neighbours on both sides, each way as long as that helps. A trial that falls
behind the best so far is broken off early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic

from headstart.advice.trials import Bar, Result, Trial, Trials, is_clearly_better


@dataclass
class PlanSearch(Generic[Result]):
    """Trials on a ladder of plans.

    What was tried can be read at any time, also where the search is broken off.

    Parameters
    ----------
    try_plan : callable
        From a place on the ladder and the bar to the trial.
    n_plans : int
        Rungs of the ladder, the simplest plan at place 0 included.
    first : Trial
        Of the plan at place 0: what all others are measured against.
    patience : int
        So many trials in a row that are not clearly better than the best so far end a way. The
        first guess counts for both ways; a trial that was not begun counts for none.

    Examples
    --------
    >>> import numpy as np
    >>> losses = [0.5, 0.4, 0.2, 0.3, 0.6]
    >>> def trial(place, bar=None):
    ...     return Trial(place, f"plan {place}", np.full(9, losses[place]), np.ones(9))
    >>> search = PlanSearch(trial, 5, trial(0), patience=1)
    >>> search.run(start=1)
    >>> search.tried.chosen.name, [one.rank for one in search.trials]
    ('plan 2', [0, 1, 2, 3])
    """

    try_plan: Callable[[int, Bar], Trial[Result]]
    n_plans: int
    first: Trial[Result]
    patience: int
    trials: list[Trial[Result]] = field(init=False)

    def __post_init__(self) -> None:
        self.trials = [self.first]

    @property
    def tried(self) -> Trials[Result]:
        """All trials so far."""
        return Trials(tuple(self.trials))

    def run(self, start: int) -> None:
        """Try the plan at ``start``, then its neighbours.

        Parameters
        ----------
        start : int
            Place of the first guess; the probe has been tried, so 0 means its neighbour.
        """
        if self.n_plans < 2:
            return
        start = min(max(start, 1), self.n_plans - 1)
        helped = self._attempt(start)
        up, down = range(start + 1, self.n_plans), range(start - 1, 0, -1)
        for way in (up, down) if helped else (down, up):
            self._walk(iter(way), fruitless=int(helped is False))

    def _walk(self, places: Iterator[int], fruitless: int) -> None:
        for place in places:
            if fruitless >= self.patience:
                return
            helped = self._attempt(place)
            if helped is not None:
                fruitless = 0 if helped else fruitless + 1

    def _attempt(self, place: int) -> bool | None:
        """Whether it is clearly better than the best before it; None where it was not begun."""
        tried = self.tried
        trial = self.try_plan(place, tried.bar)
        self.trials.append(trial)
        return is_clearly_better(trial, tried.best) if trial.was_begun else None
