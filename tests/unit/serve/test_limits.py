"""Too large, too slow, too many: a status each, and the service goes on."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.serving import GOOD, RED, encoded, picture, picture_model, running, text_model

from headstart.serve.limits import Limits

PNG = {"Content-Type": "image/png"}
SMALL = Limits(
    body_bytes=50_000,
    held_bytes=120_000,
    pixels=2_000,
    characters=40,
    samples=3,
    waiting=4,
    seconds=0.4,
    body_seconds=0.4,
    head_seconds=0.4,
    connections=8,
)


class Held:
    """Keeps the network busy until it is let go."""

    def __init__(self, service):
        self.engine = service.engine
        self._answers = service.engine.answers
        self.go_on = threading.Event()
        service.engine.answers = self.answers

    def answers(self, batch):
        assert self.go_on.wait(10)
        return self._answers(batch)


@pytest.fixture(scope="module")
def small():
    with running(picture_model(), SMALL) as service:
        yield service


@pytest.fixture
def held():
    """A service whose network does not come to an end by itself."""
    found = []
    with running(picture_model(), SMALL, change=lambda one: found.append(Held(one))) as service:
        yield service, found[0].go_on
        found[0].go_on.set()


def raw(service, content, pause=0.0):
    """What comes back for bytes on a bare connection, until it is closed."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        for part in content if isinstance(content, list) else [content]:
            try:
                connection.sendall(part)
            except OSError:
                break
            time.sleep(pause)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionError:
            pass
        return received


def is_well(service):
    return service.post("/predict", RED, PNG).status == 200


def test_a_body_that_says_it_is_too_large(small):
    answer = small.post("/predict", b"x" * 50_001, PNG)
    assert answer.status == 413
    assert answer.json["error"] == "The body has 50001 bytes or more; at most 50000 may come."
    assert is_well(small)


def test_the_largest_body_passes(small):
    assert small.post("/predict", RED.ljust(50_000, b"\0"), PNG).status == 200


def test_a_body_that_does_not_say_how_large_it_is(small):
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    answer = raw(small, head + b"Connection: close\r\n\r\n" + chunk * 5 + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert is_well(small)


def test_who_asks_whether_to_send_too_much_is_told_at_once(small):
    head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
    answer = raw(small, head + b"Connection: close\r\nContent-Length: 999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_pixels_are_counted_before_they_are_decoded(small):
    answer = small.post("/predict", picture(size=(50, 41)), PNG)
    assert answer.status == 422
    (prediction,) = answer.json["predictions"]
    assert prediction == {"reason": "50 x 41 pixels; at most 2000 are accepted"}


def test_letters_are_counted():
    with running(text_model(), SMALL) as service:
        answer = service.post("/predict", {"texts": [GOOD, "a" * 41]})
    assert answer.json["predictions"][1] == {"reason": "41 characters; at most 40 are accepted"}


def test_too_many_samples(small):
    answer = small.post("/predict", {"images": [encoded(RED)] * 4})
    assert (answer.status, answer.json["error"]) == (
        413,
        "4 samples; at most 3 may come in one request.",
    )


def test_a_body_that_comes_too_slowly(small):
    head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n"
    answer = raw(small, [head, b"x", b"x", b"x", b"x"], pause=0.15)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert is_well(small)


@pytest.mark.parametrize("content", [b"", b"GET / HT", [b"G", b"E", b"T", b" ", b"/"]])
def test_headers_that_do_not_come_close_the_connection(small, content):
    start = time.monotonic()
    assert raw(small, content, pause=0.1) == b""
    assert time.monotonic() - start < 5
    assert is_well(small)


def test_a_second_request_that_does_not_come_whole(small):
    first = b"GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert raw(small, first + b"GET /v2").count(b"HTTP/1.1 200") == 1


def test_a_body_that_is_cut_off(small):
    with socket.create_connection(("127.0.0.1", small.port)) as connection:
        connection.sendall(
            b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"
        )
    assert is_well(small)


@pytest.mark.parametrize(
    "content",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"\0" * 100 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"x" * 600_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request(small, content):
    assert raw(small, content).startswith(b"HTTP/1.1 400 ")
    assert is_well(small)


def test_more_connections_than_may_be(small):
    opened = [socket.create_connection(("127.0.0.1", small.port)) for _ in range(8)]
    try:
        assert raw(small, b"GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n") == b""
    finally:
        for one in opened:
            one.close()
    time.sleep(0.2)
    assert is_well(small)


def test_connections_that_are_only_kept_open_give_way(small):
    kept = [http.client.HTTPConnection("127.0.0.1", small.port) for _ in range(8)]
    try:
        for one in kept:
            one.request("GET", "/v2/health/live")
            assert one.getresponse().read()
        assert [small.get("/v2/health/live").status for _ in range(3)] == [200] * 3
    finally:
        for one in kept:
            one.close()


def test_an_answer_that_takes_too_long(held):
    service, go_on = held
    answer = service.post("/predict", RED, PNG)
    assert (answer.status, answer.json["error"]) == (
        504,
        "There was no answer within 0.4 s. Try again later.",
    )
    go_on.set()
    assert is_well(service)


def test_a_full_queue(held):
    service, go_on = held
    with ThreadPoolExecutor(4) as pool:
        first = [pool.submit(service.post, "/predict", RED, PNG) for _ in range(4)]
        while service.service.batcher.waiting < 4:
            time.sleep(0.005)
        answer = service.post("/predict", RED, PNG)
        go_on.set()
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert [one.result().status for one in first] == [200] * 4
    assert is_well(service)


def test_bodies_that_fill_the_memory(held):
    """Two bodies that are under way are too much beside a third."""
    service, go_on = held
    large = RED.ljust(49_000, b"\0")
    with ThreadPoolExecutor(2) as pool:
        first = [pool.submit(service.post, "/predict", large, PNG) for _ in range(2)]
        while service.service.batcher.waiting < 2:
            time.sleep(0.005)
        answer = service.post("/predict", large, PNG)
        go_on.set()
    assert answer.status == 429
    assert "memory" in answer.json["error"]
    assert [one.result().status for one in first] == [200] * 2
    assert is_well(service)
