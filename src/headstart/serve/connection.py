"""Connections that do not hold a place for ever: uvicorn waits for headers without end."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from headstart.serve.limits import Limits


def protocol_of(limits: Limits) -> type[H11Protocol]:
    """The protocol of a connection that may be open ``head_seconds`` without a whole request."""

    class Protocol(_BoundedProtocol):
        head_seconds = limits.head_seconds
        most_connections = limits.connections

    return Protocol


class _BoundedProtocol(H11Protocol):
    head_seconds: float
    most_connections: int
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most_connections and not self._make_room():
            transport.abort()
        else:
            self._start_timer()

    def _make_room(self) -> bool:
        """Close a connection that was answered and is only kept open, if there is one."""
        for other in self.connections:
            if not isinstance(other, H11Protocol) or other.cycle is None:
                continue
            if other.cycle.response_complete:
                self.connections.discard(other)
                other.transport.close()
                return True
        return False

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except h11.LocalProtocolError:  # nonsense after a request that is still being answered
            self.transport.abort()
        if self._is_idle():
            self._start_timer()
        else:
            self._stop_timer()

    def on_response_complete(self) -> None:
        """A part of the next request may have come with the last one."""
        super().on_response_complete()
        if self._is_idle() and self.conn.trailing_data[0]:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def _is_idle(self) -> bool:
        """Whether no request is being answered: what has come is at most a part of one."""
        return self.cycle is None or self.cycle.response_complete

    def _start_timer(self) -> None:
        """A timer that runs goes on: single bytes do not buy time."""
        if self._timer is None:
            self._timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._is_idle():
            self.transport.close()
