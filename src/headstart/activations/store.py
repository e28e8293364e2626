"""The activation store: rows by content, tables by what computed them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.activations.key import ActivationKey
from headstart.activations.place import cache_folder, cache_limit
from headstart.activations.shard import Shard, write_shard
from headstart.errors import CacheError
from headstart.files import (
    is_temporary,
    remove_folder_atomically,
    sweep,
    to_json,
    write_atomically,
)

_SUFFIX = ".safetensors"
_DESCRIPTION = "key.json"
_NEXT_STEP = (
    "Free some room ('headstart cache --clear'), or point the environment variable "
    "HEADSTART_CACHE to a folder that can be written."
)


@dataclass(frozen=True)
class TableFacts:
    """What ``headstart cache`` shows of one table."""

    folder: Path
    bytes: int
    last_used: float


class ActivationStore:
    """A folder of tables with a limit on its size.

    Tables that were asked of this object are in use: it never removes them.

    Parameters
    ----------
    folder : Path or None
        None: ``activations`` in the user's cache folder.
    limit : int or None
        Bytes; None: ``HEADSTART_CACHE_LIMIT`` or 10 GiB.
    """

    def __init__(self, folder: Path | None = None, limit: int | None = None) -> None:
        self.folder = cache_folder() / "activations" if folder is None else folder
        self.limit = cache_limit() if limit is None else limit
        self._in_use: set[Path] = set()

    def table(self, key: ActivationKey) -> ActivationTable:
        """The rows for ``key``; its folder is made and marked as used now."""
        folder = self.folder / key.digest
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / _DESCRIPTION).exists():
                write_atomically(folder / _DESCRIPTION, to_json(key.to_dict()))
            os.utime(folder / _DESCRIPTION)
        except OSError as error:
            raise CacheError(
                f"The cache folder {folder} cannot be written: {error.strerror}. {_NEXT_STEP}"
            ) from error
        sweep(folder)
        sweep(self.folder)
        self._in_use.add(folder)
        return ActivationTable(folder)

    def find(self, key: ActivationKey) -> ActivationTable | None:
        """The rows for ``key`` where there are any; nothing is made."""
        folder = self.folder / key.digest
        return ActivationTable(folder) if (folder / _DESCRIPTION).exists() else None

    def tables(self) -> list[TableFacts]:
        """All tables, the least recently used first."""
        found = []
        for path in self.folder.glob(f"*/{_DESCRIPTION}"):
            # Another process may be removing it right now.
            with suppress(FileNotFoundError):
                if not is_temporary(path.parent):
                    found.append(_facts(path.parent))
        return sorted(found, key=lambda facts: facts.last_used)

    def evict(self) -> list[TableFacts]:
        """Remove least recently used tables until the limit is kept; those in use stay.

        Returns
        -------
        list of TableFacts
            What was removed.
        """
        tables = self.tables()
        surplus = sum(facts.bytes for facts in tables) - self.limit
        removed = []
        for facts in tables:
            if surplus <= 0:
                break
            if facts.folder not in self._in_use:
                remove_folder_atomically(facts.folder)
                surplus -= facts.bytes
                removed.append(facts)
        return removed


def _facts(folder: Path) -> TableFacts:
    sizes = [path.stat().st_size for path in folder.iterdir() if path.is_file()]
    return TableFacts(folder, sum(sizes), (folder / _DESCRIPTION).stat().st_mtime)


class ActivationTable:
    """The rows of one key: written in shards, found by fingerprint, read by memory map.

    A shard that is cut short (a full disk, a careless copy) is removed and its rows count as
    missing: they are computed again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shards: list[Shard] = []
        self._rows: dict[bytes, tuple[int, int]] = {}
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            try:
                self._add(Shard(path))
            except CacheError:
                with suppress(OSError):  # where it cannot be removed, it is passed over again
                    path.unlink(missing_ok=True)
            except OSError:  # removed by another process, or not readable: its rows are missing
                continue

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, fingerprint: bytes) -> bool:
        return fingerprint in self._rows

    def append(self, fingerprints: Sequence[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Store finished rows; when this returns they survive a crash.

        Raises
        ------
        CacheError
            If the disk is full or cannot be written. Rows stored before are not affected.
        """
        path = self.folder / f"{secrets.token_hex(8)}{_SUFFIX}"
        try:
            write_shard(path, fingerprints, arrays)
        except OSError as error:
            raise CacheError(
                f"Activations cannot be written to {self.folder}: {error.strerror}. {_NEXT_STEP}"
            ) from error
        self._add(Shard(path))

    def read(self, fingerprints: Sequence[bytes], name: str) -> NDArray[Any]:
        """The rows of output ``name``: shape (n_samples, ...), in the order asked for.

        Raises
        ------
        KeyError
            If a row is missing; see ``in``.
        CacheError
            If another process removed the table.
        """
        if not self._shards:
            raise KeyError(f"no row is stored in {self.folder}")
        places = np.array([self._rows[fingerprint] for fingerprint in fingerprints], dtype=np.intp)
        shards, rows = places.reshape(-1, 2).T
        try:
            result = self._empty(len(fingerprints), name)
            for shard in np.unique(shards):
                here = np.flatnonzero(shards == shard)
                result[here] = self._shards[shard].array(name)[rows[here]]
        except OSError as error:
            raise CacheError(
                f"Stored activations in {self.folder} cannot be read: {error.strerror}. Another "
                "process may have cleared the cache; run the same command again."
            ) from error
        return result

    def _empty(self, n_rows: int, name: str) -> NDArray[Any]:
        """Room for ``n_rows`` rows like those that are stored."""
        stored = self._shards[0].array(name)
        return np.empty((n_rows, *stored.shape[1:]), stored.dtype)

    def _add(self, shard: Shard) -> None:
        fingerprints = shard.fingerprints()
        self._shards.append(shard)
        for row, fingerprint in enumerate(fingerprints):
            self._rows[fingerprint] = (len(self._shards) - 1, row)
