"""What holds for every test and every doctest: no network, and a cache of its own.

It stands in the root folder because the doctests live in ``src``.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import settings

from headstart.activations.cores import available_cores

# Hugging Face's client reads it when it is first imported: set before any test is collected.
os.environ["HF_HUB_OFFLINE"] = "1"

# One of several processes of tests keeps to its share of the cores, and so does what it starts.
# Otherwise each has a thread for every core, and these mostly wait for those of its neighbours.
# The number of threads is settled when torch is loaded: before any test is collected too.
if (name := os.environ.get("PYTEST_XDIST_WORKER")) and hasattr(os, "sched_setaffinity"):
    cores, number = sorted(os.sched_getaffinity(0)), int(name.removeprefix("gw"))
    count = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    os.sched_setaffinity(0, cores[number::count] or {cores[number % len(cores)]})


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One for each core, up to four: each holds up to 2 GB, and makes anew what all tests share."""
    return min(4, available_cores())


# A busy machine is slow, which says nothing about the code.
settings.register_profile("headstart", settings(), deadline=None)
settings.load_profile("headstart")


# MLflow runs this file; whoever imports it gets MLflow with all that it prints.
collect_ignore = ["src/headstart/runs/mlflow_model.py"]

# Where nobody listens: subprocesses cannot be patched, so what they try by HTTP ends here.
DEAD_PROXY = ("127.0.0.1", 9)


class NetworkUsedError(Exception):
    """Not an OSError: code that copes with a missing network must not hide it."""


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stored activations of the tests stay away from the user's; subprocesses inherit this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADSTART_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Every connection beyond this machine fails, and so does every look-up of a foreign name."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, method, _guarded_method(getattr(socket.socket, method)))
        for look_up in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            patch.setattr(socket, look_up, _guarded_look_up(getattr(socket, look_up)))
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.setenv(name, "http://{}:{}".format(*DEAD_PROXY))
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, "localhost,127.0.0.1,::1")
        yield


def _guarded_method(original: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and (address == DEAD_PROXY or not _is_local(address[0])):
            self.close()  # callers close on an OSError only, and a leaked socket is a warning
            raise NetworkUsedError(_explain(address))
        return original(self, *arguments)

    return guarded


def _guarded_look_up(original: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *arguments: Any, **options: Any) -> Any:
        if not _is_local(host):
            raise NetworkUsedError(_explain(host))
        return original(host, *arguments, **options)

    return guarded


def _explain(address: object) -> str:
    return f"A test wants to reach {address!r}, and tests run without a network (conftest.py)."


def _is_local(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    return name in (None, "", "localhost", socket.gethostname()) or _is_loopback(str(name))


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
