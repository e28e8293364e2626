"""How much of the time limit comparing sources may take, and how many samples that is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from headstart.fitting.time_left import CONVERSION, GETTING_READY, WRITING, least_row_seconds
from headstart.fitting.watch import Watch
from headstart.plan import Budget

#: Shares of the limit, counted from the start of the command, after which no further source is
#: prepared, and no further sample is seen: the rest is for the plans of the one that is chosen.
PREPARING, RANKING = 0.25, 0.5
#: Share of what is left of it that a round may take which is not the last.
_A_ROUND = 0.5
#: Seconds before a network computes for the first time.
_COMPILING = 0.25
#: Before the first round it is not known how many times as long as at least it will take.
_UNKNOWN_PACE = 3.0


@dataclass
class RankingTime:
    """Says how far each round can get, from what the rounds before it took.

    Parameters
    ----------
    budget : Budget
        For the whole command.
    watch : Watch
        Says how much of it is spent.
    flops : mapping of str to float
        By source: operations for one sample.

    Examples
    --------
    >>> watch = Watch(began=time.perf_counter() - 10.0)
    >>> clock = RankingTime(Budget(60.0), watch, {"small": 1.4e9, "large": 2e9})
    >>> round(clock.reach(["small", "large"], seen=0, is_last=True), -1)
    320
    """

    budget: Budget
    watch: Watch
    flops: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._spent = self._expected = 0.0

    @property
    def left_for_preparing(self) -> float:
        """Seconds, after which no further source should be begun with; below 0 when it is over."""
        return self._left(PREPARING)

    @property
    def reason(self) -> str:
        """Why a source was not prepared."""
        return (
            f"The time limit of {self.budget.seconds:g} s left no time to convert it. Give more "
            "time, or fewer sources."
        )

    def reach(self, names: Sequence[str], seen: int, is_last: bool) -> int:
        """How many samples the sources can have seen by the end of a round.

        Parameters
        ----------
        names : sequence of str
            The sources of the round.
        seen : int
            Samples that they have seen before it.
        is_last : bool
            Whether all the time may be spent on it.
        """
        if not self.budget.is_limited:
            return 2**63
        left = self._end - self.watch.elapsed - self._compiling(names)
        seconds = max(left, 0.0) * (1.0 if is_last else _A_ROUND)
        return seen + int(seconds / (self._row_seconds(names) * self._pace))

    @contextmanager
    def learning(self, names: Sequence[str], n_samples: int) -> Iterator[None]:
        """Time a round, in which the sources get to see so many samples."""
        start = time.perf_counter()
        yield
        new = n_samples - max((self._seen.get(name, 0) for name in names), default=0)
        self._spent += time.perf_counter() - start
        self._expected += new * self._row_seconds(names) + self._compiling(names)
        self._seen.update(dict.fromkeys(names, n_samples))

    @property
    def _pace(self) -> float:
        """How many times as long as at least expected it took so far."""
        return max(self._spent / self._expected, 1.0) if self._expected else _UNKNOWN_PACE

    def _row_seconds(self, names: Sequence[str]) -> float:
        """At least, for one decoding and all the networks."""
        return least_row_seconds(sum(self.flops[name] for name in names))

    def _compiling(self, names: Sequence[str]) -> float:
        """Of the networks that have not computed anything yet."""
        return _COMPILING * sum(name not in self._seen for name in names)

    @property
    def _end(self) -> float:
        """Seconds from the start until when samples may be seen.

        Where no plan could be tried in the rest, only the finish of the probe is kept free.
        """
        limit = self.budget.seconds or 0.0
        finish = CONVERSION + WRITING
        is_too_short = (1 - RANKING) * limit < GETTING_READY + finish
        return max(RANKING * limit, limit - finish) if is_too_short else RANKING * limit

    def _left(self, share: float) -> float:
        seconds = self.budget.seconds
        return float("inf") if seconds is None else share * seconds - self.watch.elapsed
