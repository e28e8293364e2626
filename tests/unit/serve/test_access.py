"""Who is answered: this machine, or who has the token."""

from __future__ import annotations

import pytest
from tests.serving import RED, picture_model, running

from headstart.errors import InputError
from headstart.serve.access import read_token

TOKEN = b"a-token-of-some-length"
PNG = {"Content-Type": "image/png"}


@pytest.fixture(scope="module")
def guarded():
    with running(picture_model(), token=TOKEN) as service:
        yield service


def test_the_right_token_opens(guarded):
    given = {"Authorization": f"Bearer {TOKEN.decode()}", **PNG}
    assert guarded.post("/predict", RED, given).status == 200
    assert guarded.post("/predict", RED, {**given, "Host": "example.org"}).status == 200


@pytest.mark.parametrize(
    "given",
    [None, "", "Bearer", "Bearer x", f"Basic {TOKEN.decode()}", TOKEN.decode(), "Bearer \xe9"],
)
@pytest.mark.parametrize("path", ["/predict", "/explain", "/v2/models/model/infer", "/nothing"])
def test_any_other_does_not(guarded, given, path):
    answer = guarded.post(path, RED, PNG | ({} if given is None else {"Authorization": given}))
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer TOKEN" in answer.json["error"]


@pytest.mark.parametrize("path", ["/model", "/metrics", "/openapi.json", "/v2", "/v2/models/model"])
def test_what_tells_of_the_model_needs_the_token(guarded, path):
    assert guarded.get(path).status == 401


@pytest.mark.parametrize("path", ["/", "/v2/health/live", "/v2/health/ready"])
def test_the_page_and_the_health_do_not(guarded, path):
    assert guarded.get(path).status == 200


def test_a_large_body_without_a_token_still_hears_why(guarded):
    assert guarded.post("/predict", b"x" * 3_000_000, PNG).status == 401


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1234", "[::1]:80", "127.8.9.1"])
def test_loopback_names_are_answered(pictures, host):
    assert pictures.get("/model", {"Host": host}).status == 200


@pytest.mark.parametrize("host", ["example.org", "example.org:8000", "127.0.0.1.example.org", "[x"])
def test_a_name_that_was_made_to_point_here_is_not(pictures, host):
    answer = pictures.get("/model", {"Host": host})
    assert answer.status == 403
    assert "--token-file" in answer.json["error"]


def test_the_token_is_the_only_word_of_its_file(tmp_path):
    file = tmp_path / "token"
    file.write_bytes(TOKEN + b"\n")
    assert read_token(file) == TOKEN


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds 0 characters"),
        (b"short", "holds 5 characters"),
        (b"x" * 2000, "16 to 1024"),
        (b"two words, which is long enough", "one word"),
        (b"one-line-and\nanother-line", "one word"),
        ("höchst-geheimes-wort".encode(), "one word"),
    ],
)
def test_files_that_hold_no_token(tmp_path, content, told):
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(InputError, match=told):
        read_token(file)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"cannot be read: No such file.*Make one: python -c"):
        read_token(tmp_path / "token")
