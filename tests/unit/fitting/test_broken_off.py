"""What killed trainings leave is found, shown and taken away, but for what is written to now."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from headstart.cli.app import app
from headstart.errors import InputError
from headstart.fitting.broken_off import broken_off, snapshots_folder
from headstart.fitting.snapshots import own_snapshots
from headstart.training.checkpoints import DiskCheckpoints


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path))
    return tmp_path


def left(name, size=2**20):
    """As a training leaves it that was killed."""
    folder = snapshots_folder() / name
    folder.mkdir(parents=True)
    (folder / "epoch-0001.safetensors").write_bytes(bytes(size))
    folder.with_suffix(".lock").touch()
    return folder


def names():
    return sorted(path.name for path in snapshots_folder().iterdir())


def cache_command(*arguments):
    done = CliRunner().invoke(app, ["cache", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_nothing_is_left_at_first(cache):
    assert broken_off() == []
    assert "broken off" not in cache_command()
    assert list(cache.iterdir()) == []


def test_locks_of_killed_trainings_go_with_the_next_training():
    folder = left("killed")
    (snapshots_folder() / "done.lock").touch()
    with own_snapshots("another", resume=False):
        assert names() == ["another.lock", "killed"]
        assert broken_off() == [folder]
    assert names() == ["killed"]


def test_what_is_written_to_now_is_neither_shown_nor_taken_away():
    left("killed")
    left("mine")
    with own_snapshots("mine", resume=True) as checkpoints:
        assert isinstance(checkpoints, DiskCheckpoints)
        assert [one.name for one in broken_off()] == ["killed"]
        assert (
            cache_command()
            .splitlines()[-1]
            .startswith(
                "Besides, snapshots of 1 training that were broken off, for the same command with "
                "--resume: 1.0 MB."
            )
        )
        cache_command("--clear")
        assert names() == ["mine", "mine.lock"]
        with pytest.raises(InputError, match="is being trained at this moment"):
            own_snapshots("mine", resume=True).__enter__()


def test_several_are_counted():
    left("one")
    left("two")
    assert "snapshots of 2 trainings that were broken off" in cache_command()
    cache_command("--clear")
    assert names() == []
