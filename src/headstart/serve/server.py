"""The process that serves: from its first socket to its last answer."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from headstart.errors import InputError
from headstart.serve.access import is_loopback
from headstart.serve.app import make_app
from headstart.serve.connection import protocol_of
from headstart.serve.memory import give_back_large_blocks
from headstart.serve.service import Counted, Service

#: Between the wish to stop and the end of listening: every answer now asks its connection to close,
#: so that no request is on its way into a connection that is about to be gone.
_LINGER_SECONDS = 0.5
#: Between the end of listening and the end of connections on which no request has come.
_LAST_HEARING_SECONDS = 0.3
_KEPT_ALIVE_SECONDS = 75
#: Libraries that would write a line for every bad request or damaged picture.
_LOGGERS = {
    "uvicorn.error": logging.ERROR,
    "python_multipart": logging.CRITICAL,
    "PIL": logging.CRITICAL,
}
#: Files that the process has open besides its connections.
_OTHER_FILES = 128


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that is bound, so that a port in use is known before a model is loaded.

    Raises
    ------
    InputError
        If the address is not of this machine, or the port cannot be had.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        opened = socket.socket(family, kind)
    except (OSError, UnicodeError, OverflowError) as error:
        raise InputError(
            f"The address {host!r} cannot be served from: {_reason(error)}. Give an address of "
            "this machine with --host, such as 127.0.0.1."
        ) from error
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen()
    except OSError as error:
        opened.close()
        raise InputError(_no_port(host, port, error)) from error
    return opened


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _no_port(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is in use by another program. Choose another one with --port; "
            "0 takes any that is free."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} may not be taken by this user. Choose one from 1024 on with --port."
    return (
        f"{host}:{port} cannot be listened at: {_reason(error)}. Choose another --host or --port."
    )


def address_of(opened: socket.socket) -> str:
    """What a browser opens."""
    host, port = opened.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    service: Service,
    opened: socket.socket,
    token: bytes | None = None,
    say: Callable[[str], Any] = print,
) -> Counted:
    """Answer until SIGTERM or Ctrl-C, then finish what was accepted.

    Parameters
    ----------
    service : Service
        What answers. Its network is compiled before the first request is taken.
    opened : socket
        From :func:`listening_socket`; it is closed at the end.
    token : bytes or None
        What requests need; without one only loopback names are answered.
    say : callable
        Told where the service is.

    Returns
    -------
    Counted
        How many requests were accepted, and how many of them answered.
    """
    give_back_large_blocks()
    _allow_open_files(service.limits.connections)
    service.engine.warm()
    Server(service, token, lambda: _introduce(service.name, opened, say)).run([opened])
    return service.counted


def _allow_open_files(connections: int) -> None:
    """Every connection is an open file, of which a process may often have no more than 1024."""
    try:
        import resource
    except ImportError:  # Windows, which counts otherwise
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _config(service: Service, token: bytes | None) -> uvicorn.Config:
    limits = service.limits
    for name, level in _LOGGERS.items():
        logging.getLogger(name).setLevel(level)
    return uvicorn.Config(
        make_app(service, token),
        http=protocol_of(limits),
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEPT_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(limits.seconds + limits.body_seconds) + 5,
    )


def _introduce(name: str, opened: socket.socket, say: Callable[[str], Any]) -> None:
    where = address_of(opened)
    say(f"Serving {name} on {where} (Ctrl-C ends)")
    if not is_loopback(opened.getsockname()[0]):
        say("The token and all pictures and texts travel unencrypted: put a TLS proxy in front.")


class Server(uvicorn.Server):
    """Stops in two steps, and with status 0.

    Parameters
    ----------
    service : Service
        What answers.
    token : bytes or None
        What requests need.
    on_start : callable
        Called when requests are taken.
    """

    def __init__(self, service: Service, token: bytes | None, on_start: Callable[[], Any]) -> None:
        super().__init__(_config(service, token))
        self._service = service
        self._on_start = on_start
        self._stop_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell it."""
        await super().startup(sockets)
        self._on_start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains, the second ends at once."""
        if self._service.draining:
            self.should_exit = self.force_exit = True
        self._service.draining = True
        self._stop_at = time.monotonic() + _LINGER_SECONDS

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to stop listening."""
        if self._stop_at is not None and time.monotonic() >= self._stop_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, hear who has just connected, then finish what was accepted."""
        for server in self.servers:
            server.close()
        await asyncio.sleep(_LAST_HEARING_SECONDS)
        await super().shutdown(sockets)
