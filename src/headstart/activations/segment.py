"""A run of stages, and what is kept of what it computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kept = Literal["state", "pooled"]


@dataclass(frozen=True)
class Segment:
    """The stages from index ``start`` up to, not including, ``stop``.

    Parameters
    ----------
    start, stop : int
        ``0 <= start <= stop``; a segment from 0 reads pixels, any other the state before it.
    kept : {"state", "pooled"}
        The state after the last stage, or a vector for each stage.
    """

    start: int
    stop: int
    kept: Kept = "state"
