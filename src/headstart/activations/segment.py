"""A run of stages, and what is kept of what it computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kept = Literal["state", "pooled", "pooled and state"]

#: Name of the state where it stands beside pooled vectors.
STATE = "state"


@dataclass(frozen=True)
class Segment:
    """The stages from index ``start`` up to, not including, ``stop``.

    Parameters
    ----------
    start, stop : int
        ``0 <= start <= stop``; a segment from 0 reads pixels, any other the state before it.
    kept : {"state", "pooled", "pooled and state"}
        The state after the last stage, a vector for each stage, or the vectors and after them the
        state.
    """

    start: int
    stop: int
    kept: Kept = "state"

    @property
    def keeps_vectors(self) -> bool:
        """Whether there is a pooled vector for each stage."""
        return self.kept != "state"

    @property
    def keeps_state(self) -> bool:
        """Whether there is the state after the last stage."""
        return self.kept != "pooled"
