"""Whether a training will be over in time, from the steps that it has done."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: So many steps before anything is foretold: the first ones are slower than those that follow.
_FEWEST_STEPS = 3


class OutOfTime(Exception):  # noqa: N818 - it is no error: a training ends by it
    """A training cannot be over in time."""


class Pace:
    """A clock, a deadline, and how long steps and judgements take.

    Parameters
    ----------
    seconds : float or None
        That are left from now on; None: as many as it takes.
    clock : callable
        Gives seconds.

    Examples
    --------
    >>> ticks = iter([0.0, 1.0, 2.0, 3.0, 3.0])
    >>> pace = Pace(10.0, clock=lambda: next(ticks))
    >>> for _ in range(3):
    ...     pace.step_done()
    >>> pace.step_seconds, pace.allows(n_steps=8)
    (1.0, False)
    """

    def __init__(
        self, seconds: float | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.clock = clock
        self._last = clock()
        self.deadline = float("inf") if seconds is None else self._last + seconds
        self._steps: list[float] = []
        self._judging = 0.0

    @property
    def step_seconds(self) -> float | None:
        """Median of a step; None before there were any."""
        return statistics.median(self._steps) if self._steps else None

    @property
    def is_limited(self) -> bool:
        """Whether there is a deadline."""
        return self.deadline < float("inf")

    def start_steps(self) -> None:
        """What passed until now belongs to no step."""
        self._last = self.clock()

    def step_done(self) -> None:
        """A step ends now, and the next begins."""
        now = self.clock()
        self._steps.append(now - self._last)
        self._last = now

    @contextmanager
    def judging(self) -> Iterator[None]:
        """Time a judgement of the samples held back; the last one counts."""
        began = self.clock()
        yield
        self._judging = self.clock() - began

    def allows(self, n_steps: int, n_judgements: int = 0) -> bool:
        """Whether so many more steps and judgements will be over at the deadline.

        Before three steps are over only the deadline itself counts.
        """
        if not self.is_limited:
            return True
        now = self.clock()
        if len(self._steps) < _FEWEST_STEPS or now > self.deadline:
            return now <= self.deadline
        needed = n_steps * statistics.median(self._steps) + n_judgements * self._judging
        return now + needed <= self.deadline
