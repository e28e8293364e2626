"""Large blocks of memory are kept and used again while training.

By default glibc takes every large block freshly from the system and gives it back at once: then
each step of training touches each page for the first time again, which is a third of its time.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# From glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
_LARGEST_INT = 2**31 - 1
#: Nothing is mapped on its own and nothing is given back.
_KEPT = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _LARGEST_INT))
#: Setting anything ends glibc's own adjustment for good; these are the values that it grows to as
#: soon as large blocks have been freed, as torch does.
_RESTORED = ((_MMAP_MAX, 65536), (_MMAP_THRESHOLD, 2**25), (_TRIM_THRESHOLD, 2**26))
_lock = threading.Lock()
_users = 0


@contextmanager
def kept_memory() -> Iterator[bool]:
    """Keep freed memory for the next step of training; give it back at the end.

    It does something with glibc only (Linux), and leaves everything as it is where the user has
    chosen settings of malloc by environment variables. It never fails. Uses may be nested.

    Yields
    ------
    bool
        Whether it does something.

    Examples
    --------
    >>> with kept_memory() as kept:
    ...     kept in (True, False)
    True
    """
    libc = _glibc()
    if libc is None:
        yield False
        return
    _count(libc, 1)
    try:
        yield True
    finally:
        _count(libc, -1)


def _glibc() -> ctypes.CDLL | None:
    """The C library, if it is glibc and the user has not set malloc up."""
    if sys.platform != "linux" or _is_set_up():
        return None
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        for name in ("gnu_get_libc_version", "mallopt", "malloc_trim"):
            getattr(libc, name)
        libc.malloc_trim.argtypes = [ctypes.c_size_t]
        return libc
    return None


def _is_set_up() -> bool:
    by_name = ("MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")
    if any(name in os.environ for name in by_name):
        return True
    return "glibc.malloc." in os.environ.get("GLIBC_TUNABLES", "")


def _count(libc: ctypes.CDLL, step: int) -> None:
    """The first to come sets malloc up and the last to go restores it."""
    global _users
    with _lock:
        _users += step
        if step > 0 and _users == 1:
            _set(libc, _KEPT)
        elif _users == 0:
            _set(libc, _RESTORED)
            libc.malloc_trim(0)


def _set(libc: ctypes.CDLL, options: tuple[tuple[int, int], ...]) -> None:
    for option, value in options:
        libc.mallopt(option, value)
