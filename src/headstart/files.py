"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

#: Temporary names start so; a crash may leave one behind, :func:`sweep` takes it away.
TEMPORARY_PREFIX = ".tmp-"
#: Exactly what :func:`temporary_sibling` gives: nobody else's file is ever swept.
_TEMPORARY = re.compile(re.escape(TEMPORARY_PREFIX) + r".+-\d+-[0-9a-f]{8}", re.DOTALL)
#: Characters of the final name that a temporary one repeats: names may have 255 bytes in all.
_NAME_KEPT = 40
#: What a rename says when a folder with content has taken the name.
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)
#: What some file systems say when asked to sync a folder: they have no such thing.
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)


def temporary_sibling(path: Path) -> Path:
    """A name beside ``path`` that no reader looks at and nobody else uses."""
    name = path.name[:_NAME_KEPT]
    return path.with_name(f"{TEMPORARY_PREFIX}{name}-{os.getpid()}-{secrets.token_hex(4)}")


def is_temporary(path: Path) -> bool:
    """Whether the name is one that :func:`temporary_sibling` gives.

    Examples
    --------
    >>> is_temporary(temporary_sibling(Path("run"))), is_temporary(Path(".tmp-of-mine"))
    (True, False)
    """
    return _TEMPORARY.fullmatch(path.name) is not None


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``content`` to a temporary name, sync it, then rename it to ``path``."""
    temporary = temporary_sibling(path)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        remove(temporary)
        raise
    sync_folder(path.parent)


def write_folder_atomically(path: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write into a temporary folder, sync it, then rename it to ``path``.

    A folder that stands at ``path`` is replaced: it is moved aside, and removed only after the
    new one has its name. Of several writers at once the last one stays. Where ``path`` is a
    symbolic link, what it points to is replaced.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_sibling(path)
    temporary.mkdir()
    try:
        fill(temporary)
        _sync_below(temporary)
        _move_into_place(temporary, path)
    except BaseException:
        remove(temporary)
        raise
    sync_folder(path.parent)
    sweep(path.parent)


def _sync_below(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            sync_file(path)
    sync_folder(folder)


def _move_into_place(temporary: Path, path: Path) -> None:
    while True:
        aside = _move_aside(path)
        try:
            os.replace(temporary, path)
        except BaseException as error:
            # Another writer may have taken the name since: then theirs gives way in turn.
            taken = isinstance(error, OSError) and error.errno in _TAKEN
            if aside is not None and not taken:
                os.replace(aside, path)
            elif aside is not None:
                remove(aside)
            if not taken:
                raise
        else:
            if aside is not None:
                remove(aside)
            return


def _move_aside(path: Path) -> Path | None:
    aside = temporary_sibling(path)
    try:
        os.replace(path, aside)
    except FileNotFoundError:
        return None
    return aside


def sha256_of(path: Path) -> str:
    """Of what a file holds, in hexadecimal digits.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove(path: Path) -> None:
    """Take away a file, a link or a whole folder; what cannot be removed stays, without a word."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def remove_folder_atomically(path: Path) -> None:
    """Remove a folder so that a crash on the way leaves no part of it under its name."""
    with suppress(OSError):
        aside = _move_aside(path)
        if aside is not None:
            remove(aside)


def sync_file(path: Path) -> None:
    """Ask the operating system to put a file or folder on the disk."""
    # Windows syncs only what is open for writing.
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Put a folder's names on the disk, where the system knows such a thing."""
    if os.name != "posix":
        return
    try:
        sync_file(path)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def sweep(folder: Path, older_than: float = 3600.0) -> None:
    """Remove temporary names that a crash left behind more than ``older_than`` seconds ago.

    Only names that :func:`temporary_sibling` gives are touched. Younger ones may belong to a
    process that is still writing.
    """
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*"):
        with suppress(OSError):
            old = time.time() - leftover.lstat().st_mtime >= older_than
            if old and is_temporary(leftover):
                remove(leftover)


def to_json(plain: Mapping[str, Any]) -> bytes:
    """Readable JSON in UTF-8; what UTF-8 cannot hold (a lone surrogate) is escaped."""
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"
