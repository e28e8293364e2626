"""What killed trainings leave behind: snapshots to go on with, and locks that guard none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headstart.activations.place import cache_folder
from headstart.files import remove


def snapshots_folder() -> Path:
    """Where each training has a folder of snapshots, and a lock beside it as long as it lasts."""
    return cache_folder() / "checkpoints"


def broken_off() -> list[Path]:
    """Folders of snapshots that no training writes to now; ``--resume`` goes on with them."""
    found = []
    for folder in sorted(snapshots_folder().glob("*/")):
        with _held(folder.with_suffix(".lock")) as held:
            if held:
                found.append(folder)
    return found


def clear_broken_off() -> None:
    """Remove those, and locks that a killed training left; what is written to now stays."""
    for folder in broken_off():
        with _held(folder.with_suffix(".lock")) as held:
            if held:
                remove(folder)
    tidy_locks()


def tidy_locks() -> None:
    """Remove the locks that nobody holds: the system let go of them when a training was killed."""
    for guard in snapshots_folder().glob("*.lock"):
        with _held(guard):
            pass


@contextmanager
def _held(guard: Path) -> Iterator[bool]:
    """Whether a lock could be had, which then goes away: whoever waits for it makes it anew."""
    from filelock import FileLock, Timeout

    lock = FileLock(guard)
    try:
        lock.acquire(blocking=False)
    except (Timeout, OSError):
        yield False
        return
    try:
        yield True
    finally:
        remove(guard)
        lock.release()
