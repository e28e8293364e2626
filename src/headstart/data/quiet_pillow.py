"""Keep Pillow's warnings off the user's screen, safely under threads."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_IGNORE: Any = ("ignore", None, Warning, re.compile(r"PIL\."), 0)
_lock = threading.Lock()
_inside = 0
_lists: list[list[Any]] = []


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Ignore warnings raised inside Pillow's own modules, whatever the filters say.

    ``warnings.catch_warnings`` replaces the whole list of filters, and two threads that leave it
    out of order leave the wrong list behind. Here one entry is put in front when the first thread
    enters and taken out of the same list when the last one leaves. The entry names Pillow's modules
    only, so the warnings of other libraries are shown as ever.
    """
    global _inside
    with _lock:
        _inside += 1
        # The list can change while others are inside (a test's catch_warnings, say).
        if not any(known is warnings.filters for known in _lists):
            _lists.append(warnings.filters)  # type: ignore[arg-type]
            _lists[-1].insert(0, _IGNORE)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _take_out()


def _take_out() -> None:
    while _lists:
        filters = _lists.pop()
        if _IGNORE in filters:
            filters.remove(_IGNORE)
