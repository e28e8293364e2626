"""The guards of the root's conftest.py hold, or the other tests prove less than they say."""

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

OUTSIDE = "192.0.2.1"  # an address that RFC 5737 reserves for examples


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_connecting_beyond_this_machine_fails(method: str) -> None:
    with socket.socket() as client, pytest.raises(Exception, match=rf"to reach .*{OUTSIDE}"):
        getattr(client, method)((OUTSIDE, 80))


def test_datagrams_beyond_this_machine_fail() -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as client,
        pytest.raises(Exception, match=rf"wants to reach .*{OUTSIDE}"),
    ):
        client.sendto(b"x", (OUTSIDE, 80))


@pytest.mark.parametrize("look_up", ["getaddrinfo", "gethostbyname", "create_connection"])
def test_foreign_names_are_not_looked_up(look_up: str) -> None:
    arguments = {
        "getaddrinfo": ("example.org", 80),
        "gethostbyname": ("example.org",),
        "create_connection": (("example.org", 80),),
    }
    with pytest.raises(Exception, match=r"wants to reach 'example\.org'"):
        getattr(socket, look_up)(*arguments[look_up])


def test_http_fails_even_where_the_code_copes_with_a_missing_network() -> None:
    with pytest.raises(Exception, match=r"wants to reach .*127") as caught:
        urllib.request.urlopen("http://example.org")
    assert not isinstance(caught.value, OSError)


def test_subprocesses_have_no_http_either() -> None:
    code = "import urllib.request; urllib.request.urlopen('http://example.org', timeout=5)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Connection refused" in done.stderr


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(("localhost", address[1])) as client:
            assert client.getpeername() == address


def test_the_cache_is_the_session_s_own() -> None:
    cache = Path(os.environ["HEADSTART_CACHE"])
    assert cache.is_dir()
    assert not cache.is_relative_to(Path.home() / ".cache")
