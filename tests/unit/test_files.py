"""Files and folders appear whole or not at all, and what a crash leaves is swept."""

import errno
import json
import os
import time
from pathlib import Path

import pytest

from headstart import files
from headstart.files import (
    is_temporary,
    remove_folder_atomically,
    sweep,
    temporary_sibling,
    to_json,
    write_atomically,
    write_folder_atomically,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def full_disk(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def write(name, content):
    return lambda place: (place / name).write_bytes(content)


def test_content_is_replaced(tmp_path):
    path = tmp_path / "a"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_failed_write_leaves_the_old_content_alone(tmp_path, monkeypatch, call):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, call, full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_temporary_name_fits_where_the_final_name_does(tmp_path):
    path = tmp_path / ("ä" * 120)
    write_atomically(path, b"x")
    assert path.read_bytes() == b"x"


def test_a_folder_is_written_and_replaced(tmp_path):
    path = tmp_path / "deep" / "run"
    write_folder_atomically(path, write("old", b"1"))
    write_folder_atomically(path, write("new", b"2"))
    assert names(path) == ["new"]
    assert names(path.parent) == ["run"]


def test_a_folder_that_cannot_be_filled_leaves_the_old_one(tmp_path):
    path = tmp_path / "run"
    write_folder_atomically(path, write("old", b"1"))

    def fill(place):
        (place / "half").write_bytes(b"2")
        full_disk()

    with pytest.raises(OSError, match="No space left"):
        write_folder_atomically(path, fill)
    assert names(path) == ["old"]
    assert names(tmp_path) == ["run"]


def test_a_folder_that_cannot_get_its_name_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "run"
    write_folder_atomically(path, write("old", b"1"))
    replace = os.replace

    def refuse_new(source, target):
        if Path(target) == path and (Path(source) / "new").exists():
            raise OSError(errno.EIO, "Input/output error")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse_new)
    with pytest.raises(OSError, match="Input/output error"):
        write_folder_atomically(path, write("new", b"2"))
    assert names(path) == ["old"]
    assert names(tmp_path) == ["run"]


def test_another_writer_that_takes_the_name_first_gives_way(tmp_path, monkeypatch):
    path = tmp_path / "run"
    replace = os.replace
    rivals = iter([True])

    def overtaken(source, target):
        if Path(target) == path and next(rivals, False):
            path.mkdir()
            (path / "theirs").write_bytes(b"1")
        replace(source, target)

    monkeypatch.setattr(os, "replace", overtaken)
    write_folder_atomically(path, write("ours", b"2"))
    assert names(path) == ["ours"]
    assert names(tmp_path) == ["run"]


def test_everything_in_a_folder_is_synced_before_it_gets_its_name(tmp_path, monkeypatch):
    path = tmp_path / "run"
    events = []
    replace = os.replace
    monkeypatch.setattr(files, "sync_file", lambda place: events.append(place.name))

    def renamed(source, target):
        if Path(target) == path:
            events.append("renamed")
        replace(source, target)

    monkeypatch.setattr(os, "replace", renamed)

    def fill(place):
        (place / "inner").mkdir()
        (place / "inner" / "file").write_bytes(b"1")

    write_folder_atomically(path, fill)
    *before, _, after = events
    assert events.index("renamed") == 3
    assert set(before) >= {"inner", "file"}
    assert any(name.startswith(files.TEMPORARY_PREFIX) for name in before)
    assert after == tmp_path.name


def test_what_a_link_points_to_is_replaced(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    write_folder_atomically(real, write("old", b"1"))
    link.symlink_to(real)
    write_folder_atomically(link, write("new", b"2"))
    assert link.is_symlink()
    assert names(real) == ["new"]
    assert names(tmp_path) == ["link", "real"]


def test_file_systems_that_cannot_sync_folders_will_do(tmp_path, monkeypatch):
    fsync = os.fsync

    def no_folders(descriptor):
        if Path(f"/dev/fd/{descriptor}").is_dir():
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", no_folders)
    write_atomically(tmp_path / "a", b"x")
    assert (tmp_path / "a").read_bytes() == b"x"


def test_a_folder_that_is_removed_is_gone_at_once(tmp_path, monkeypatch):
    path = tmp_path / "table"
    write_folder_atomically(path, write("rows", b"1"))
    monkeypatch.setattr(files, "remove", lambda _: None)  # a crash right after the first step
    remove_folder_atomically(path)
    (left,) = tmp_path.iterdir()
    assert is_temporary(left)
    remove_folder_atomically(path)  # it need not be there


def test_only_old_leftovers_of_our_own_are_swept(tmp_path):
    old_file = temporary_sibling(tmp_path / "file")
    old_folder = temporary_sibling(tmp_path / "folder")
    young = temporary_sibling(tmp_path / "young")
    foreign = tmp_path / f"{files.TEMPORARY_PREFIX}of-somebody-else"
    old_file.write_bytes(b"1")
    old_folder.mkdir()
    (old_folder / "inside").write_bytes(b"1")
    young.write_bytes(b"1")
    foreign.write_bytes(b"1")
    two_hours_ago = time.time() - 7200
    for path in (old_file, old_folder, foreign):
        os.utime(path, (two_hours_ago, two_hours_ago))
    sweep(tmp_path)
    assert names(tmp_path) == sorted([young.name, foreign.name])


def test_sweeping_a_folder_that_is_not_there_does_nothing(tmp_path):
    sweep(tmp_path / "missing")
    assert names(tmp_path) == []


def test_json_holds_any_text():
    plain = {"name": "bär \udc80 \n", "value": 1.5}
    assert json.loads(to_json(plain)) == plain


def test_json_refuses_what_is_no_number():
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"value": float("nan")})
