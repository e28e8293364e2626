"""Inputs from arguments and from standard input."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from headstart.cli.given_inputs import given_inputs
from headstart.errors import InputError


@pytest.fixture
def stdin(monkeypatch):
    def write(content: bytes):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))

    return write


def test_lines_follow_the_arguments(stdin):
    stdin("one\r\n\nzwölf\n".encode())
    assert given_inputs(["first"], True, "text") == ["first", "one", "", "zwölf"]


def test_a_byte_that_is_no_text_is_carried_along(stdin):
    stdin(b"caf\xe9.jpg\n")
    assert given_inputs(None, True, "image") == ["caf\udce9.jpg"]


def test_only_an_argument_is_the_path_of_a_table(stdin, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("text\na\n")
    stdin(b"t.csv\n")
    assert given_inputs(["t.csv", "gone.csv"], True, "text") == [Path("t.csv"), "gone.csv", "t.csv"]
    assert given_inputs(["t.csv"], False, "image") == ["t.csv"]


def test_nothing_is_refused(stdin):
    with pytest.raises(InputError, match="no input is named and --stdin is not given"):
        given_inputs(None, False, "text")
    stdin(b"")
    with pytest.raises(InputError, match="standard input is empty"):
        given_inputs([], True, "text")
