"""Whether the states at a cut are stored or computed again in each epoch."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from headstart.activations.store import ActivationStore
from headstart.errors import CacheError

#: What a person can ask for.
StatesChoice = Literal["auto", "store", "recompute"]
#: Bytes of disk that are never filled.
RESERVE = 2**30


@dataclass(frozen=True)
class Room:
    """Bytes that states need, and bytes that they may have.

    Parameters
    ----------
    needed : int
        Samples times views times bytes of a state.
    allowed : int
        The cache's limit, or what the disk has left less a reserve, whichever is smaller.
    """

    needed: int
    allowed: int

    @property
    def fits(self) -> bool:
        """Whether they can be stored."""
        return self.needed <= self.allowed

    def stored(self, choice: StatesChoice) -> bool:
        """Whether they are to be stored.

        Raises
        ------
        CacheError
            If they must be and cannot.
        """
        if choice == "store" and not self.fits:
            raise CacheError(
                f"The states at the cut need {shown(self.needed)}, and {shown(self.allowed)} are "
                "allowed. Accepted: computing them again in each epoch (--states recompute), a "
                "later cut, fewer views, or more room (HEADSTART_CACHE_LIMIT, HEADSTART_CACHE)."
            )
        return choice == "store" or (choice == "auto" and self.fits)


def room_for(n_rows: int, bytes_a_row: int, store: ActivationStore) -> Room:
    """What ``n_rows`` states would take in a store.

    Parameters
    ----------
    n_rows : int
        Samples times views.
    bytes_a_row : int
        Of one state.
    store : ActivationStore
        Where they would go.
    """
    free = shutil.disk_usage(_existing(store.folder)).free
    return Room(n_rows * bytes_a_row, max(0, min(store.limit, free - RESERVE)))


def _existing(folder: Path) -> Path:
    """The folder, or the first above it that is there."""
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.exists())


def shown(size: int) -> str:
    """Bytes for people.

    Examples
    --------
    >>> shown(30_000_000), shown(5_000_000_000)
    ('29 MiB', '4.7 GiB')
    """
    if size >= 2**30:
        return f"{size / 2**30:.1f} GiB"
    if size >= 2**20:
        return f"{size / 2**20:.0f} MiB"
    return f"{size / 2**10:.0f} KiB" if size >= 2**10 else f"{size} bytes"
