"""A run of stages, and what is kept of what it computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kept = Literal["state", "pooled", "pooled and state", "taps"]

#: Name of the state where it stands beside pooled vectors.
STATE = "state"


@dataclass(frozen=True)
class Segment:
    """The stages from index ``start`` up to, not including, ``stop``.

    Parameters
    ----------
    start, stop : int
        ``0 <= start <= stop``; a segment from 0 reads pixels, any other the state before it.
    kept : {"state", "pooled", "pooled and state", "taps"}
        The state after the last stage, a vector for each stage, the vectors and after them the
        state, or the states after some of the stages.
    taps : tuple of int
        The stages, rising, whose states are kept where it is ``"taps"``; the last is ``stop - 1``.
    """

    start: int
    stop: int
    kept: Kept = "state"
    taps: tuple[int, ...] = ()

    @property
    def keeps_vectors(self) -> bool:
        """Whether there is a pooled vector for each stage."""
        return self.kept in ("pooled", "pooled and state")

    @property
    def states(self) -> tuple[int, ...]:
        """The stages whose states are kept."""
        if self.kept == "taps":
            return self.taps
        return (self.stop - 1,) if self.keeps_state and self.stop else ()

    @property
    def keeps_state(self) -> bool:
        """Whether there is the state after the last stage."""
        return self.kept != "pooled"
