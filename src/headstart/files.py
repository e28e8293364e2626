"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

#: Temporary names start so; a crash may leave one behind, :func:`sweep` takes it away.
TEMPORARY_PREFIX = ".tmp-"


def temporary_sibling(path: Path) -> Path:
    """A name beside ``path`` that no reader looks at and nobody else uses."""
    return path.with_name(f"{TEMPORARY_PREFIX}{path.name}-{os.getpid()}-{secrets.token_hex(4)}")


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
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_folder_atomically(path: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write into a temporary folder, sync it, then rename it to ``path``.

    A folder that stands at ``path`` is replaced: it is moved aside, and removed only after the
    new one has its name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_sibling(path)
    temporary.mkdir()
    try:
        fill(temporary)
        for file in temporary.rglob("*"):
            sync_file(file)
        _move_into_place(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(path.parent)


def _move_into_place(temporary: Path, path: Path) -> None:
    if not path.exists():
        os.replace(temporary, path)
        return
    aside = temporary_sibling(path)
    os.replace(path, aside)
    try:
        os.replace(temporary, path)
    except BaseException:
        os.replace(aside, path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def sync_file(path: Path) -> None:
    """Ask the operating system to put a file or folder on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Put a folder's names on the disk, where the system knows such a thing."""
    if os.name == "posix":
        sync_file(path)


def sweep(folder: Path, older_than: float = 3600.0) -> None:
    """Remove temporary names that a crash left behind more than ``older_than`` seconds ago."""
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*"):
        try:
            if time.time() - leftover.lstat().st_mtime < older_than:
                continue
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)
        except OSError:
            continue


def to_json(plain: Mapping[str, Any]) -> bytes:
    """Readable JSON in UTF-8; what UTF-8 cannot hold (a lone surrogate) is escaped."""
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"
