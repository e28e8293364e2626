"""Where the seconds go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Watch:
    """Wall-clock seconds by step, and since the command began.

    Parameters
    ----------
    seconds : dict of str to float
        By step.
    began : float
        What ``time.perf_counter()`` gave when the command began.

    Examples
    --------
    >>> watch = Watch()
    >>> with watch.step("read"):
    ...     pass
    >>> list(watch.seconds)
    ['read']
    """

    seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)

    @property
    def elapsed(self) -> float:
        """Seconds since the command began."""
        return time.perf_counter() - self.began

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time of the block to ``name``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
