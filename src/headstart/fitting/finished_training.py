"""What a training came to, in the place of its snapshots, as long as its fit has others to do.

It stands in the folder of the snapshots: a safetensors file, then a marker that names it with its
hash. Where either is missing or changed, the training is not known to be over.
"""

from __future__ import annotations

import json

from headstart.errors import CacheError
from headstart.files import sha256_of, to_json, write_atomically
from headstart.training.checkpoints import Checkpoints, DiskCheckpoints
from headstart.training.outcome import Outcome

_FILE, _MARKER = "outcome.safetensors", "outcome.json"


def finished_before(checkpoints: Checkpoints) -> tuple[Outcome, float] | None:
    """What a training came to, and the seconds that it took; None where it is not over."""
    if not isinstance(checkpoints, DiskCheckpoints):
        return None
    folder = checkpoints.folder
    try:
        marker = json.loads((folder / _MARKER).read_bytes())
        if sha256_of(folder / _FILE) != marker["sha256"]:
            return None
        return Outcome.from_file(folder / _FILE), float(marker["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_finished(checkpoints: Checkpoints, outcome: Outcome, seconds: float) -> None:
    """Keep what a training came to, and none of its snapshots.

    Raises
    ------
    CacheError
        If it cannot be written; the snapshots are kept then.
    """
    if not isinstance(checkpoints, DiskCheckpoints):
        checkpoints.clear()
        return
    folder = checkpoints.folder
    try:
        outcome.to_file(folder / _FILE)
        marker = {"sha256": sha256_of(folder / _FILE), "seconds": seconds}
        write_atomically(folder / _MARKER, to_json(marker))
    except OSError as error:
        raise CacheError(
            f"What a training came to cannot be written to {folder}: {error.strerror or error}. "
            "Its snapshots are kept. Free some room ('headstart cache' shows what is stored), then "
            "run the same command with --resume."
        ) from error
    checkpoints.keep(())
