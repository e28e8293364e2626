"""What one request may ask for, and what all together may hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds that keep the service answering whatever it is sent.

    Parameters
    ----------
    body_bytes : int
        Of one request; more is answered with 413.
    held_bytes : int
        Bodies of all requests that are under way; beyond it 429.
    pixels : int
        Of one picture. One of 50 million takes 150 MB while it is decoded.
    characters : int
        Of one text.
    samples : int
        Of one request; more is answered with 413.
    waiting : int
        Samples that were accepted and are not answered yet; beyond it 429.
    explanations : int
        The same for explanations, which take many times longer.
    seconds : float
        That a request may wait for its answer; then 504.
    body_seconds : float
        That a body may take to arrive; then 408.
    head_seconds : float
        That a request line and its headers may take; then the connection is closed.
    connections : int
        Open at once; beyond it one that is only kept open gives way, or the next is closed unheard.
        Less where the system allows fewer files.
    """

    body_bytes: int = 20 * 2**20
    held_bytes: int = 256 * 2**20
    pixels: int = 50_000_000
    characters: int = 100_000
    samples: int = 64
    waiting: int = 256
    explanations: int = 16
    seconds: float = 30.0
    body_seconds: float = 30.0
    head_seconds: float = 10.0
    connections: int = 2048
