"""Turn paths into items: read each file once for its fingerprint, keep none of its bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from headstart.data.dataset import Quarantined
from headstart.data.file_bytes import read_bytes
from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.images import check_header
from headstart.data.items import FileItem
from headstart.data.printable import printable
from headstart.errors import UnreadableInputError
from headstart.progress import Progress, silent

# Reading waits for the disk and hashing lets other threads run, so more threads than cores pay.
_THREADS = 8


def identify(path: str) -> FileItem | Quarantined:
    """The picture at ``path``, or why it is set aside. Only its header is decoded."""
    try:
        content = read_bytes(path)
        check_header(content)
    except UnreadableInputError as error:
        return Quarantined(printable(path), str(error))
    return FileItem(path, fingerprint_bytes(content))


def identify_all(paths: Sequence[str], progress: Progress = silent) -> list[FileItem | Quarantined]:
    """:func:`identify` for many files at once; the order stays."""
    found: list[FileItem | Quarantined] = []
    with ThreadPoolExecutor(min(_THREADS, 2 * (os.cpu_count() or 1))) as pool:
        for outcome in pool.map(identify, paths):
            found.append(outcome)
            progress("read", len(found), len(paths))
    return found
