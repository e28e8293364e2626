"""Whether a training will be over in time, from the steps that it has done."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Steps that say nothing of those that follow: libraries get ready in them. And so many more are
#: timed before anything is foretold.
_SLOW_STEPS, _FEWEST_STEPS = 2, 3


class OutOfTime(Exception):  # noqa: N818 - it is no error: a training ends by it
    """A training cannot be over in time."""


class Pace:
    """A clock, a deadline, and how long steps take.

    Parameters
    ----------
    seconds : float or None
        That are left from now on; None: as many as it takes.
    clock : callable
        Gives seconds.

    Examples
    --------
    >>> ticks = iter([0.0, 5.0, 9.0, 10.0, 11.0, 12.0, 12.0])
    >>> pace = Pace(20.0, clock=lambda: next(ticks))
    >>> for _ in range(5):
    ...     pace.step_done()
    >>> pace.step_seconds, pace.allows(n_steps=9)
    (1.0, False)
    """

    def __init__(
        self, seconds: float | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.clock = clock
        self._last = clock()
        self.deadline = float("inf") if seconds is None else self._last + seconds
        self._steps: list[float] = []

    @property
    def step_seconds(self) -> float | None:
        """What a step can take, the first ones left out; None before there were any.

        The quicker quarter tells it: others who use the machine slow some steps down.
        """
        steps = sorted(self._steps[_SLOW_STEPS:] or self._steps[-1:])
        return steps[len(steps) // 4] if steps else None

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

    def allows(self, n_steps: float) -> bool:
        """Whether so many more steps will be over at the deadline.

        Before a few steps are over only the deadline itself counts.
        """
        if not self.is_limited:
            return True
        now = self.clock()
        if len(self._steps) >= _SLOW_STEPS + _FEWEST_STEPS:
            now += n_steps * (self.step_seconds or 0.0)
        return now <= self.deadline
