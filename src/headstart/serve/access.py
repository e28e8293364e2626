"""Who may ask: on a loopback address this machine, elsewhere who has the token."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from headstart.errors import InputError
from headstart.serve.body_limit import discard
from headstart.serve.refusals import RefusedError

#: Answered without a token: the page holds nothing of the model, and a probe of whether the service
#: lives has no token to send. All else needs it: answers, the metrics and the description too.
OPEN_PATHS = frozenset({"/", "/v2/health/live", "/v2/health/ready"})

_SHORTEST_TOKEN = 16
_LONGEST_TOKEN = 1024
_HOW_TO_MAKE = "Make one: python -c 'import secrets; print(secrets.token_urlsafe())' > FILE"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address.

    Examples
    --------
    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def read_token(file: Path) -> bytes:
    """The token that a file holds on its only line.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no token of 16 to 1024 visible ASCII characters.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(_LONGEST_TOKEN + 3)
    except OSError as error:
        raise InputError(
            f"The token file '{file}' cannot be read: {error.strerror}. {_HOW_TO_MAKE}"
        ) from error
    token = content.strip()
    if not _SHORTEST_TOKEN <= len(token) <= _LONGEST_TOKEN:
        raise InputError(
            f"The token file '{file}' holds {len(token)} characters; a token has "
            f"{_SHORTEST_TOKEN} to {_LONGEST_TOKEN}. {_HOW_TO_MAKE}"
        )
    if any(not 33 <= code <= 126 for code in token):
        raise InputError(
            f"The token file '{file}' holds more than one line, a blank or a letter beyond ASCII; "
            f"a token is one word of visible ASCII characters. {_HOW_TO_MAKE}"
        )
    return token


class Access:
    """ASGI middleware that lets no request through that may not be answered.

    Without a token only requests that were addressed to a loopback name pass: a page of another
    site, whose name was made to point at this machine, could otherwise read the answers.

    Parameters
    ----------
    app : ASGI application
        What stands behind it.
    token : bytes or None
        What ``Authorization: Bearer`` must hold.
    """

    def __init__(self, app: ASGIApp, token: bytes | None = None) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self._check(scope)
            except RefusedError as refused:
                await discard(scope, receive)
                await refused.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = scope["headers"]
        if self._token is None:
            _check_host(headers)
        elif scope["path"] not in OPEN_PATHS:
            _check_token(headers, self._token)


def _check_host(headers: Iterable[tuple[bytes, bytes]]) -> None:
    for name, value in headers:
        host = value.decode("latin-1")
        if name == b"host" and not is_loopback(_without_port(host)):
            raise RefusedError(
                403,
                f"This service answers to its own machine only, not to {host[:80]!r}. Ask it as "
                "127.0.0.1 or localhost, or start it with --token-file.",
            )


def _without_port(host: str) -> str:
    """The name in a Host header; an IPv6 address stands there in brackets."""
    return host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]


def _check_token(headers: Iterable[tuple[bytes, bytes]], token: bytes) -> None:
    given = [value for name, value in headers if name == b"authorization"]
    scheme, _, shown = (given[0] if len(given) == 1 else b"").partition(b" ")
    right = hmac.compare_digest(shown.strip(), token)  # in a time that tells nothing of the token
    if scheme.lower() != b"bearer" or not right:
        what = "The token is wrong." if given else "A token is needed."
        raise RefusedError(
            401,
            f"{what} Send the header 'Authorization: Bearer TOKEN'.",
            {"WWW-Authenticate": "Bearer"},
        )
