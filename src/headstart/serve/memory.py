"""Memory that large pictures took is given back to the system."""

from __future__ import annotations

import ctypes

#: Parameters of glibc's ``mallopt``.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGE = 2**20
_KEPT = 16 * 2**20


def give_back_large_blocks() -> bool:
    """Have blocks of a MiB and more returned as soon as they are free, where glibc allocates.

    Left alone, glibc raises that bound with every large block that is freed, up to 32 MiB; what
    some large pictures took once then stays with the process, for each thread that decodes.

    Returns
    -------
    bool
        Whether there is such a setting here.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGE) and mallopt(_TRIM_THRESHOLD, _KEPT))
