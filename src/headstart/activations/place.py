"""Where activations and converted networks are kept, and how much room they may take."""

from __future__ import annotations

import os
from pathlib import Path

from headstart.errors import InputError

#: Bytes that the cache may hold before the least recently used table is removed.
DEFAULT_LIMIT = 10 * 2**30


def cache_folder() -> Path:
    """``HEADSTART_CACHE`` if set, else the user's cache folder. Nothing is created.

    Raises
    ------
    InputError
        If the variable begins with the home folder of somebody unknown, as in ``~nobody``.
    """
    chosen = os.environ.get("HEADSTART_CACHE")
    if chosen:
        try:
            return Path(chosen).expanduser()
        except RuntimeError as error:
            raise InputError(
                f"HEADSTART_CACHE is {chosen!r}, and that home folder is not known. Give a path "
                "without '~', or unset the variable."
            ) from error
    from platformdirs import user_cache_path

    return user_cache_path("headstart", appauthor=False)


def cache_limit() -> int:
    """``HEADSTART_CACHE_LIMIT`` in bytes if set, else 10 GiB.

    Raises
    ------
    InputError
        If the variable does not hold a number of at least 0.
    """
    chosen = os.environ.get("HEADSTART_CACHE_LIMIT")
    if not chosen:
        return DEFAULT_LIMIT
    if not chosen.isdecimal():
        raise InputError(
            f"HEADSTART_CACHE_LIMIT is {chosen!r}; it must be a whole number of bytes, "
            f"such as {DEFAULT_LIMIT}. Correct the variable or unset it."
        )
    return int(chosen)
