"""Checkpoints: what was written is found again whole, or not at all."""

from __future__ import annotations

import errno
import json
import os
import re

import pytest
import torch

from headstart.errors import CacheError
from headstart.files import temporary_sibling
from headstart.training import checkpoints as module
from headstart.training.checkpoints import DiskCheckpoints, MemoryCheckpoints
from headstart.training.snapshot import EpochFigures, Snapshot


def make_snapshot(epoch):
    history = tuple(
        EpochFigures(one, None if one == 0 else 1.0 / one, 0.1 + one, 0.75, 2.5)
        for one in range(epoch + 1)
    )
    tensors = {
        "network/a.weight": torch.full((3, 4), float(epoch)).T,  # not contiguous
        "network/b.running": torch.arange(5) + epoch,
        "optimiser/a.weight/step": torch.tensor(2.0 * epoch),
    }
    return Snapshot(tensors, history)


@pytest.fixture
def disk(tmp_path):
    return DiskCheckpoints(tmp_path / "below" / "checkpoints")


@pytest.fixture(params=["memory", "disk"])
def checkpoints(request, disk):
    return disk if request.param == "disk" else MemoryCheckpoints()


def assert_same(found, expected):
    assert found.history == expected.history
    assert found.tensors.keys() == expected.tensors.keys()
    for name, tensor in expected.tensors.items():
        assert found.tensors[name].dtype == tensor.dtype
        assert torch.equal(found.tensors[name], tensor)


def fill(checkpoints, epochs=(0, 1, 2)):
    for epoch in epochs:
        checkpoints.write(make_snapshot(epoch))


def test_nothing_is_there_at_first(checkpoints):
    assert checkpoints.newest() is None
    assert checkpoints.read(0) is None
    checkpoints.keep([1])
    checkpoints.clear()


def test_what_was_written_is_read(checkpoints):
    fill(checkpoints)
    for epoch in (0, 1, 2):
        assert_same(checkpoints.read(epoch), make_snapshot(epoch))
    assert_same(checkpoints.newest(), make_snapshot(2))


def test_the_newest_is_by_number_and_not_by_name_or_order(checkpoints):
    fill(checkpoints, (12345, 9, 100))
    assert checkpoints.newest().epoch == 12345


def test_a_second_write_replaces_the_first(checkpoints):
    checkpoints.write(make_snapshot(1))
    other = Snapshot({"network/c": torch.ones(1)}, make_snapshot(1).history)
    checkpoints.write(other)
    assert_same(checkpoints.read(1), other)


def test_others_are_forgotten(checkpoints):
    fill(checkpoints)
    checkpoints.keep([0, 2])
    assert checkpoints.read(1) is None
    assert checkpoints.read(0).epoch == 0
    checkpoints.keep([2])
    assert checkpoints.newest().epoch == 2
    checkpoints.clear()
    assert checkpoints.newest() is None


def test_files_go_with_their_markers(disk):
    fill(disk)
    disk.keep([2])
    assert sorted(path.name for path in disk.folder.iterdir()) == [
        "epoch-0002.json",
        "epoch-0002.safetensors",
    ]
    disk.clear()
    assert not disk.folder.exists()


def shorten(disk):
    path = disk.folder / "epoch-0002.safetensors"
    path.write_bytes(path.read_bytes()[:-7])


def change(disk):
    path = disk.folder / "epoch-0002.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def empty_marker(disk):
    (disk.folder / "epoch-0002.json").write_bytes(b"")


def odd_marker(disk):
    (disk.folder / "epoch-0002.json").write_text("[1, 2]")


def marker_without_history(disk):
    path = disk.folder / "epoch-0002.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "history": []}))


def drop_marker(disk):
    (disk.folder / "epoch-0002.json").unlink()


def drop_file(disk):
    (disk.folder / "epoch-0002.safetensors").unlink()


@pytest.mark.parametrize(
    "damage",
    [shorten, change, empty_marker, odd_marker, marker_without_history, drop_marker, drop_file],
)
def test_a_damaged_one_is_passed_over(disk, damage):
    fill(disk)
    damage(disk)
    assert disk.read(2) is None
    assert_same(disk.newest(), make_snapshot(1))


def test_files_of_others_are_passed_over(disk):
    fill(disk, [1])
    (disk.folder / "epoch-new.json").write_text("{}")
    (disk.folder / "notes.txt").write_text("mine")
    assert disk.newest().epoch == 1
    disk.keep([1])
    assert (disk.folder / "notes.txt").exists()


def test_a_crash_between_file_and_marker_leaves_the_one_before(disk, monkeypatch):
    fill(disk, [1])
    write = module.write_atomically

    def stop_at_the_marker(path, content):
        if path.suffix == ".json":
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(module, "write_atomically", stop_at_the_marker)
    with pytest.raises(KeyboardInterrupt):
        disk.write(make_snapshot(2))
    assert disk.newest().epoch == 1


def test_a_crash_while_an_epoch_is_written_again_leaves_no_wrong_pair(disk, monkeypatch):
    fill(disk, [1, 2])
    write = module.write_atomically

    def stop_at_the_marker(path, content):
        if path.suffix == ".json":
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(module, "write_atomically", stop_at_the_marker)
    with pytest.raises(KeyboardInterrupt):
        disk.write(Snapshot({"network/c": torch.ones(1)}, make_snapshot(2).history))
    assert disk.newest().epoch == 1


def test_what_a_crash_left_behind_is_swept(disk):
    fill(disk, [1])
    leftover = temporary_sibling(disk.folder / "epoch-0002.safetensors")
    leftover.write_bytes(b"half")
    os.utime(leftover, (0, 0))
    disk.keep([1])
    assert not leftover.exists()


def test_a_full_disk(disk, monkeypatch):
    fill(disk, [0, 1])

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    message = (
        f"The checkpoint of epoch 2 cannot be written to {disk.folder}: No space left on device. "
        "Those of earlier epochs are kept. Free some room"
    )
    with pytest.raises(CacheError, match=re.escape(message) + r".* same command with --resume\."):
        disk.write(make_snapshot(2))
    monkeypatch.undo()
    assert_same(disk.newest(), make_snapshot(1))
    names = {path.name for path in disk.folder.iterdir()}
    assert not [name for name in names if "0002" in name]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    disk = DiskCheckpoints(tmp_path / "file" / "checkpoints")
    with pytest.raises(CacheError, match=r"checkpoint of epoch 1 .*: Not a directory\."):
        disk.write(make_snapshot(1))
