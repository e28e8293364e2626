"""Files that a command is told to write."""

from __future__ import annotations

from pathlib import Path

from headstart.errors import InputError
from headstart.files import write_atomically


def check_output(path: Path) -> None:
    """Refuse a place where no file can stand, before anything is computed.

    Raises
    ------
    InputError
        If it is a folder, or its folder does not exist.
    """
    if path.is_dir():
        raise InputError(f"'{path}' is a folder, so no file can be written there. Name a file.")
    if not path.parent.is_dir():
        raise InputError(
            f"'{path}' cannot be written: there is no folder '{path.parent}'. Make it first, or "
            "name another place."
        )


def write_output(path: Path, content: bytes) -> None:
    """Write the file, whole or not at all.

    Raises
    ------
    InputError
        If the disk does not take it.
    """
    try:
        write_atomically(path, content)
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be written: {error.strerror or error}. Free some room or name "
            "another place."
        ) from error
