"""``headstart serve`` as a person starts, asks and ends it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from tests.journeys.commands import headstart
from tests.serving import BLUE, GOOD, RED, picture_model, text_model

TOKEN = "a-token-of-some-length"
COMMAND = [sys.executable, "-c", "from headstart.cli import main; main()", "serve"]
#: Says at the end which modules were loaded.
WATCHED = """
import sys
from headstart.cli import main
try:
    main()
finally:
    print("loaded:", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    here = tmp_path_factory.mktemp("serve")
    picture_model().save(here / "colours")
    text_model().save(here / "reviews")
    (here / "token").write_text(TOKEN + "\n")
    return here


@contextmanager
def serving(*arguments, cwd, command=COMMAND):
    """The process and its address; what it prints later can be read when it has ended."""
    process = subprocess.Popen(
        [*command, *map(str, arguments), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80"},
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("Serving "), process.stderr.read()
        yield process, line.split()[3]
    finally:
        process.kill()
        process.communicate()


def ask(address, body=None, **headers):
    request = urllib.request.Request(address, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_start_ask_and_end(place):
    with serving("colours", cwd=place) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        assert ask(f"{address}/v2/health/ready")[0] == 200
        status, body = ask(f"{address}/predict", RED, **{"Content-Type": "image/png"})
        assert (status, json.loads(body)["predictions"][0]["label"]) == (200, "red")
        assert ask(f"{address}/v2/models/colours")[0] == 200
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output == "Stopped: 3 of 3 requests answered.\n"
    assert errors == ""


def test_ctrl_c_ends_it_as_well(place):
    with serving("reviews", cwd=place) as (process, address):
        body = json.dumps({"texts": [GOOD]}).encode()
        status, answer = ask(f"{address}/predict", body, **{"Content-Type": "application/json"})
        assert (status, json.loads(answer)["predictions"][0]["label"]) == (200, "praise")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


def test_a_request_that_is_half_sent_when_it_ends_is_answered(place):
    head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BLUE)}\r\n"
    with serving("colours", cwd=place) as (process, address):
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head.encode() + b"Content-Type: image/png\r\n\r\n" + BLUE[:20])
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            time.sleep(1.0)  # by now nobody else can connect
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))
            connection.sendall(BLUE[20:])
            connection.settimeout(10)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        process.communicate(timeout=20)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["predictions"][0]["label"] == "blue"
    assert process.returncode == 0


def test_with_a_token_it_listens_at_any_address(place):
    given = ("colours", "--host", "0.0.0.0", "--token-file", "token")
    with serving(*given, cwd=place) as (process, address):
        address = address.replace("0.0.0.0", "127.0.0.1")
        assert process.stdout.readline().startswith("The token and all pictures")
        assert ask(f"{address}/model")[0] == 401
        assert ask(f"{address}/model", Authorization=f"Bearer {TOKEN}")[0] == 200


def test_serving_needs_no_torch(place):
    with serving("colours", cwd=place, command=[sys.executable, "-c", WATCHED, "serve"]) as (
        process,
        address,
    ):
        ask(f"{address}/predict", RED, **{"Content-Type": "image/png"})
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    loaded = set(output.partition("loaded: ")[2].split())
    assert "fastapi" in loaded
    assert loaded & {"torch", "torchvision", "timm", "transformers", "matplotlib"} == set()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing"], "'nothing' is not a run"),
        (["colours", "--host", "0.0.0.0"], "a token is needed"),
        (["colours", "--token-file", "nothing"], "The token file 'nothing' cannot be read"),
        (["colours", "--port", "99999"], "65535"),
        ([], "Missing argument"),
    ],
)
def test_what_is_wrong_is_said_in_words(place, arguments, told):
    errors = headstart("serve", *arguments, cwd=place, check=2).stderr
    assert told in " ".join(errors.split())
    assert "Traceback" not in errors


def test_a_port_in_use_is_said_in_words(place):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        errors = headstart("serve", "colours", "--port", port, cwd=place, check=2).stderr
    assert f"Port {port} of 127.0.0.1 is in use" in errors
