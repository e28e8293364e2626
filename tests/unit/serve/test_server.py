"""From the first socket to the last answer."""

from __future__ import annotations

import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.serving import RED, picture_model, running

from headstart.cli.serving import model_name, serve_run
from headstart.errors import InputError, RunError
from headstart.serve.engine import Engine
from headstart.serve.limits import Limits
from headstart.serve.server import address_of, listening_socket

PNG = {"Content-Type": "image/png"}


def test_a_stop_answers_what_was_accepted_and_closes_what_is_idle():
    go_on, began = threading.Event(), threading.Event()

    def hold(service):
        answers = service.engine.answers

        def held(batch):
            began.set()
            assert go_on.wait(10)
            return answers(batch)

        service.engine.answers = held

    with running(picture_model(), change=hold) as service, ThreadPoolExecutor(3) as pool:
        idle = http.client.HTTPConnection("127.0.0.1", service.port)
        idle.request("GET", "/v2/health/live")
        idle.getresponse().read()
        asked = [pool.submit(service.post, "/predict", RED, PNG) for _ in range(3)]
        assert began.wait(10)
        while service.service.batcher.waiting < 3:
            threading.Event().wait(0.005)
        service.server.handle_exit(15, None)
        ready = service.get("/v2/health/ready")
        assert (ready.status, ready.json, ready.headers["connection"]) == (
            503,
            {"ready": False},
            "close",
        )
        go_on.set()
        answers = [one.result(10) for one in asked]
        service.thread.join(10)
        assert not service.thread.is_alive()
        idle.close()
        counted = service.service.counted
    assert [one.status for one in answers] == [200] * 3
    assert [one.headers["connection"] for one in answers] == ["close"] * 3
    assert (counted.accepted, counted.answered, counted.gone) == (5, 5, 0)
    with pytest.raises(ConnectionRefusedError):
        service.get("/v2/health/live")


def test_a_port_in_use():
    with listening_socket("127.0.0.1", 0) as opened:
        port = opened.getsockname()[1]
        with pytest.raises(InputError, match=rf"Port {port} of 127\.0\.0\.1 is in use.*--port"):
            listening_socket("127.0.0.1", port)


@pytest.mark.parametrize("found", [("192.0.2.1", 0), None])
def test_an_address_that_is_not_of_this_machine(monkeypatch, found):
    def look_up(host, *_, **__):
        if found is None:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", found)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(InputError, match=r"elsewhere\.example.*--host"):
        listening_socket("elsewhere.example", 0)


@pytest.mark.parametrize(("host", "start"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
def test_the_address_that_a_browser_opens(host, start):
    try:
        opened = listening_socket(host, 0)
    except InputError:
        pytest.skip(f"there is no {host} here")
    with opened:
        assert address_of(opened) == f"http://{start}:{opened.getsockname()[1]}"


def test_another_address_needs_a_token(tmp_path):
    with pytest.raises(InputError, match=r"'0\.0\.0\.0', so a token is needed.*--token-file"):
        serve_run(tmp_path, "0.0.0.0", 0, None)


def test_a_folder_that_is_no_run_gives_its_port_back(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(RunError, match="is not a run"):
        serve_run(tmp_path, "127.0.0.1", port, None)
    listening_socket("127.0.0.1", port).close()


def test_a_model_of_embeddings_is_not_served():
    model = picture_model()
    object.__setattr__(model.result_, "modality", "embedding")
    with pytest.raises(InputError, match="only models of pictures or of texts are served"):
        Engine(model, Limits())


def test_the_name_of_a_model_can_stand_in_an_address(tmp_path):
    assert model_name(tmp_path / "Katzen & Hunde.v2") == "Katzen-Hunde.v2"
    assert model_name(tmp_path / "猫") == "model"
