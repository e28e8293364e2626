"""How many processor cores this process may use."""

from __future__ import annotations

import os


def available_cores() -> int:
    """At least 1; less than the machine has where the process is bound to some (``taskset``).

    Examples
    --------
    >>> available_cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
