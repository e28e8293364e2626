"""Find the files below a folder, in a fixed order, without getting lost in links."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from headstart.data.dataset import Quarantined
from headstart.data.file_bytes import reason_of
from headstart.data.printable import printable

_LITTER = {"thumbs.db", "desktop.ini", "__macosx", "@eadir"}


@dataclass(frozen=True)
class Found:
    """Files below a folder, folders that could not be entered, and what the user should see."""

    files: list[str] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_hidden(name: str) -> bool:
    """Whether a file browser or an archive program put it there rather than the user."""
    return name.startswith(".") or name.lower() in _LITTER


def entries(folder: str) -> tuple[list[str], list[str]]:
    """Names of the visible folders and of everything else directly in ``folder``, sorted.

    A link to a folder is a folder; a link that leads nowhere is something else.

    Raises
    ------
    OSError
        If the folder cannot be listed.
    """
    folders: list[str] = []
    others: list[str] = []
    for name in sorted(os.listdir(folder)):
        if not is_hidden(name):
            (folders if os.path.isdir(os.path.join(folder, name)) else others).append(name)
    return folders, others


def files_below(folder: str) -> Found:
    """Every visible file below ``folder``, sorted by path. Each folder is entered once."""
    found, waiting = Found(), [folder]
    seen: set[tuple[int, int]] = set()
    while waiting:
        here = waiting.pop()
        try:
            status = os.stat(here)
            if (status.st_dev, status.st_ino) in seen:
                found.notes.append(
                    f"The folder '{printable(here)}' is reached a second time through a link; "
                    "its files are read once."
                )
                continue
            seen.add((status.st_dev, status.st_ino))
            folders, others = entries(here)
        except OSError as error:
            found.quarantined.append(Quarantined(printable(here), reason_of(error, here)))
            continue
        waiting += [os.path.join(here, name) for name in reversed(folders)]
        found.files.extend(os.path.join(here, name) for name in others)
    found.files.sort()
    return found
