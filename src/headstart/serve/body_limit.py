"""Bodies are read whole before anything else is done, within bounds of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headstart.serve.limits import Limits
from headstart.serve.refusals import RefusedError, too_many

#: What is still taken of a body that is refused, so that its sender comes to read the answer: one
#: whose connection is closed while it sends sees an error of its network.
_DISCARDED_BYTES = 256 * 2**20
_DISCARDED_SECONDS = 5.0
#: Ends of the addresses whose samples wait in the queue.
_OF_SAMPLES = ("/predict", "/infer")


class SenderGoneError(Exception):
    """The connection was closed before the body was whole."""


class BodyLimit:
    """ASGI middleware that hands over whole bodies.

    Parameters
    ----------
    app : ASGI application
        What stands behind it.
    limits : Limits
        ``body_bytes``, ``held_bytes`` and ``body_seconds``.
    check_room : callable
        Raises a RefusedError when no sample has room: then nothing of a body is kept.
    """

    def __init__(
        self, app: ASGIApp, limits: Limits, check_room: Callable[[], None] = lambda: None
    ) -> None:
        self._app = app
        self._limits = limits
        self._check_room = check_room
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken: list[bytes] = []
        try:
            await self._read(scope, receive, taken)
            await self._app(scope, _replayed(b"".join(taken), receive), send)
        except RefusedError as refused:
            self._held -= sum(map(len, taken))
            taken.clear()
            await discard(scope, receive)
            await refused.response()(scope, receive, send)
        except SenderGoneError:
            return
        finally:
            self._held -= sum(map(len, taken))

    async def _read(self, scope: Scope, receive: Receive, taken: list[bytes]) -> None:
        if scope["method"] == "POST" and scope["path"].endswith(_OF_SAMPLES):
            self._check_room()
        self._check(_announced(scope))
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                await self._read_all(scope, receive, taken)
        except TimeoutError:
            scope[_ENDED] = True  # nobody waits for the rest of what is too slow
            raise RefusedError(
                408,
                f"The body did not arrive within {self._limits.body_seconds:g} s.",
                {"Connection": "close"},
            ) from None

    async def _read_all(self, scope: Scope, receive: Receive, taken: list[bytes]) -> None:
        size = 0
        while not scope.get(_ENDED):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise SenderGoneError
            scope[_ENDED] = not message.get("more_body", False)
            if body := message.get("body", b""):
                taken.append(body)
                size += len(body)
                self._held += len(body)
                self._check(size)

    def _check(self, size: int) -> None:
        most = self._limits.body_bytes
        if size > most:
            raise RefusedError(413, f"The body has {size} bytes or more; at most {most} may come.")
        if self._held > self._limits.held_bytes:
            raise too_many("Requests that are under way fill the memory they may have.", 1)


#: In the scope of a request: nothing more of its body is waited for.
_ENDED = "headstart.body_ended"


def _announced(scope: Scope) -> int:
    """What Content-Length says; 0 where it says nothing that can be read."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:18])
    return 0


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What the application receives: the body at once, then what the connection says."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


async def discard(scope: Scope, receive: Receive) -> None:
    """Read what is left of a body and forget it, within bounds.

    Who waits to be asked for the body (``Expect: 100-continue``) is not asked.
    """
    if scope.get(_ENDED) or any(name == b"expect" for name, _ in scope["headers"]):
        return
    left = _DISCARDED_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(_DISCARDED_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
