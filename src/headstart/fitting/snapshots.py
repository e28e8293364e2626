"""Where the snapshots of a fit lie, so that it can be gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from headstart.errors import CacheError, InputError
from headstart.files import remove
from headstart.fitting.broken_off import snapshots_folder, tidy_locks

if TYPE_CHECKING:
    from headstart.training.checkpoints import Checkpoints

#: Seconds to wait for a lock: whoever tidies up holds one for a moment.
_PATIENCE = 0.3
#: Gives the snapshots of a training by the digest of what it depends on.
Snapshots = Callable[[str], "Checkpoints"]


@contextmanager
def own_snapshots(digest: str, resume: bool) -> Iterator[Checkpoints]:
    """Those of an earlier try where they are to be gone on with, else none; for one fit at a time.

    Where the same fit is trained at this moment by someone else, theirs are left alone and the
    ones given are in memory.

    Parameters
    ----------
    digest : str
        Of everything that the trained numbers depend on.
    resume : bool
        Whether to go on with them.

    Raises
    ------
    InputError
        If they are to be gone on with while someone else trains the same fit.
    CacheError
        If the folder of snapshots cannot be written.
    """
    from filelock import FileLock, Timeout

    from headstart.training.checkpoints import DiskCheckpoints, MemoryCheckpoints

    folder = snapshots_folder() / digest
    guard = folder.with_suffix(".lock")
    lock = FileLock(guard)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_PATIENCE)
    except Timeout:
        if resume:
            raise InputError(
                "The same fit is being trained at this moment, by another program or cell, so "
                "that --resume has nothing to go on with yet. Wait until that one has ended, or "
                "leave out --resume to train once more from the start."
            ) from None
        yield MemoryCheckpoints()
        return
    except OSError as error:
        raise CacheError(
            f"The folder of snapshots {folder.parent} cannot be written: "
            f"{error.strerror or error}. Make it writable, or name another place in "
            "HEADSTART_CACHE."
        ) from error
    try:
        tidy_locks()
        found = DiskCheckpoints(folder)
        if not resume:
            found.clear()
        yield found
    finally:
        remove(guard)  # whoever waits for it finds that it guards nothing any more
        lock.release()


@contextmanager
def snapshots_of_all(resume: bool) -> Iterator[Snapshots]:
    """Of a fit that trains several networks: each has its own until the last one is trained.

    Parameters
    ----------
    resume : bool
        Whether to go on with those of an earlier try.

    Raises
    ------
    InputError, CacheError
        As :func:`own_snapshots`.
    """
    with ExitStack() as stack:
        opened: list[Checkpoints] = []

        def snapshots(digest: str) -> Checkpoints:
            opened.append(stack.enter_context(own_snapshots(digest, resume)))
            return opened[-1]

        yield snapshots
        for one in opened:
            one.clear()


def in_memory(digest: str) -> Checkpoints:
    """For trainings that nobody goes on with."""
    from headstart.training.checkpoints import MemoryCheckpoints

    return MemoryCheckpoints()
