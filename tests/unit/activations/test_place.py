"""Where the cache is, and how large it may grow."""

from pathlib import Path

import pytest

from headstart.activations.place import DEFAULT_LIMIT, cache_folder, cache_limit
from headstart.errors import InputError


def test_the_variable_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    assert not cache_folder().exists()


def test_a_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE", "~/somewhere")
    assert cache_folder() == Path.home() / "somewhere"


def test_a_home_folder_of_nobody_is_told(monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE", "~nobody-of-that-name/x")
    with pytest.raises(InputError, match=r"~nobody-of-that-name/x.*unset the variable"):
        cache_folder()


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variables_there_are_defaults(monkeypatch, value):
    for name in ("HEADSTART_CACHE", "HEADSTART_CACHE_LIMIT"):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert cache_folder().name == "headstart"
    assert cache_limit() == DEFAULT_LIMIT


@pytest.mark.parametrize("value", ["10GB", "-1", "1e9", "1.5"])
def test_a_limit_that_is_no_number_is_told(monkeypatch, value):
    monkeypatch.setenv("HEADSTART_CACHE_LIMIT", value)
    with pytest.raises(InputError, match=r"HEADSTART_CACHE_LIMIT is .*whole number of bytes"):
        cache_limit()


def test_nothing_may_be_kept(monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE_LIMIT", "0")
    assert cache_limit() == 0
