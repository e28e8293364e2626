"""Files that a command is told to write."""

from __future__ import annotations

import errno
import os

import pytest

from headstart.cli import output_file
from headstart.errors import InputError


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="is a folder, so no file can be written there"):
        output_file.check_output(tmp_path)


def test_the_folder_has_to_be_there(tmp_path):
    with pytest.raises(InputError, match=r"there is no folder '.*nowhere'. Make it first"):
        output_file.check_output(tmp_path / "nowhere" / "a.csv")


def test_what_can_be_written_is_written(tmp_path):
    place = tmp_path / "a.csv"
    output_file.check_output(place)
    output_file.write_output(place, b"1")
    assert place.read_bytes() == b"1"


def test_a_full_disk_is_one_message(tmp_path, monkeypatch):
    def full(path, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(output_file, "write_atomically", full)
    with pytest.raises(InputError, match=r"a\.csv' cannot be written: No space left on device"):
        output_file.write_output(tmp_path / "a.csv", b"1")
