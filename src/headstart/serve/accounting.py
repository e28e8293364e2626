"""The outermost middleware: counts requests, and says what every answer says."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headstart.serve.service import Service

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
_CLOSE = (b"connection", b"close")
#: What nginx calls a request whose sender went away.
_SENDER_GONE = 499


class Accounting:
    """ASGI middleware.

    Parameters
    ----------
    app : ASGI application
        What stands behind it.
    service : Service
        While it is draining, every answer asks its asker to close the connection.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.monotonic()
        status = _SENDER_GONE

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                last = [_CLOSE] if self._service.draining else []
                message = {**message, "headers": [*message["headers"], *_ALWAYS, *last]}
            await send(message)

        self._service.counted.accepted += 1
        try:
            await self._app(scope, receive, counted)
        finally:
            self._count(scope, status, time.monotonic() - start)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        """Routes are known by their patterns: what anybody asks for makes no new series."""
        counted = self._service.counted
        if status == _SENDER_GONE:
            counted.gone += 1
        else:
            counted.answered += 1
        route = getattr(scope.get("route"), "path", "other")
        self._service.metrics.request(route, status, seconds)
