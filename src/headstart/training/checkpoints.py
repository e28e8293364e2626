"""Snapshots after each epoch: in memory, or on disk so that a killed training can go on.

On disk each is a safetensors file that is written to a temporary name, synced and renamed; then a
marker names it with its hash. A reader takes the newest that its marker vouches for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from headstart.errors import CacheError
from headstart.files import remove, sweep, to_json, write_atomically
from headstart.training.snapshot import EpochFigures, Snapshot

_FILE = "epoch-{:04d}.safetensors"
_MARKER = "epoch-{:04d}.json"


class Checkpoints(Protocol):
    """Where snapshots are kept."""

    def write(self, snapshot: Snapshot) -> None: ...

    def read(self, epoch: int) -> Snapshot | None: ...

    def newest(self) -> Snapshot | None: ...

    def keep(self, epochs: Sequence[int]) -> None:
        """Forget all others."""
        ...

    def clear(self) -> None:
        """Forget all."""
        ...


@dataclass
class MemoryCheckpoints:
    """For trainings of seconds, which are not worth a file."""

    snapshots: dict[int, Snapshot] = field(default_factory=dict)

    def write(self, snapshot: Snapshot) -> None:
        """Remember it."""
        self.snapshots[snapshot.epoch] = snapshot

    def read(self, epoch: int) -> Snapshot | None:
        """The snapshot after ``epoch`` epochs, if it is there."""
        return self.snapshots.get(epoch)

    def newest(self) -> Snapshot | None:
        """The one after most epochs."""
        return self.snapshots[max(self.snapshots)] if self.snapshots else None

    def keep(self, epochs: Sequence[int]) -> None:
        """Forget all others."""
        self.snapshots = {epoch: one for epoch, one in self.snapshots.items() if epoch in epochs}

    def clear(self) -> None:
        """Forget all."""
        self.snapshots = {}


@dataclass(frozen=True)
class DiskCheckpoints:
    """A folder of snapshots.

    Parameters
    ----------
    folder : Path
        Made when the first is written.
    """

    folder: Path

    def write(self, snapshot: Snapshot) -> None:
        """Write it; when this returns it survives a crash.

        Raises
        ------
        CacheError
            If the disk is full or cannot be written. Earlier snapshots are not affected.
        """
        from safetensors.torch import save

        content = save({name: one.contiguous() for name, one in snapshot.tensors.items()})
        marker = {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "history": [one.to_dict() for one in snapshot.history],
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.folder / _FILE.format(snapshot.epoch), content)
            write_atomically(self.folder / _MARKER.format(snapshot.epoch), to_json(marker))
        except OSError as error:
            raise CacheError(
                f"The checkpoint of epoch {snapshot.epoch} cannot be written to {self.folder}: "
                f"{error.strerror or error}. Those of earlier epochs are kept. Free some room "
                "('headstart cache' shows what is stored), then run the same command with --resume."
            ) from error

    def read(self, epoch: int) -> Snapshot | None:
        """The snapshot after ``epoch`` epochs; None where it is missing, cut short or changed."""
        from safetensors.torch import load

        try:
            marker = json.loads((self.folder / _MARKER.format(epoch)).read_bytes())
            content = (self.folder / _FILE.format(epoch)).read_bytes()
            if hashlib.sha256(content).hexdigest() != marker["sha256"]:
                return None
            history = tuple(EpochFigures(**row) for row in marker["history"])
            return Snapshot(load(content), history) if history[-1].epoch == epoch else None
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None

    def newest(self) -> Snapshot | None:
        """The one after most epochs that is whole."""
        found = (self.read(epoch) for epoch in sorted(self._epochs(), reverse=True))
        return next((one for one in found if one is not None), None)

    def keep(self, epochs: Sequence[int]) -> None:
        """Remove all others, and what a crash left behind."""
        for epoch in self._epochs():
            if epoch not in epochs:
                remove(self.folder / _MARKER.format(epoch))
                remove(self.folder / _FILE.format(epoch))
        sweep(self.folder)

    def clear(self) -> None:
        """Remove the folder."""
        remove(self.folder)

    def _epochs(self) -> list[int]:
        numbers = (path.stem.removeprefix("epoch-") for path in self.folder.glob("epoch-*.json"))
        return [int(number) for number in numbers if number.isdecimal()]
