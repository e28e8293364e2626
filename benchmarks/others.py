"""How much of the processors other programs took meanwhile: times from a busy machine mislead."""

from __future__ import annotations

import os
import time
from pathlib import Path

from figures import Row

#: Above this share of the processors the times say as much about the others as about us.
QUIET_PERCENT = 5.0


class Others:
    """What other processes use from now on. Linux only; elsewhere nothing is said."""

    def __init__(self) -> None:
        self._start = time.perf_counter(), _busy_seconds(), _own_seconds()

    def rows(self) -> list[Row]:
        """One row, or none where the system does not tell."""
        started, busy_before, own_before = self._start
        busy_now = _busy_seconds()
        if busy_before is None or busy_now is None:
            return []
        others = (busy_now - busy_before) - (_own_seconds() - own_before)
        capacity = (time.perf_counter() - started) * (os.cpu_count() or 1)
        percent = round(max(0.0, 100 * others / capacity), 1)
        return [
            {
                "what": "processor time that other programs took meanwhile",
                "value": percent,
                "unit": "%",
                "min": None,
                "max": None,
                "runs": 1,
                "required": f"<= {QUIET_PERCENT:g}",
                "reached": percent <= QUIET_PERCENT,
            }
        ]


def _busy_seconds() -> float | None:
    """Of all processors since the machine started."""
    try:
        fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    except OSError:
        return None
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Of this process and of the children that it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
