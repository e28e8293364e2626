"""Work on networks that no two threads of a process may do at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

#: Of the whole process, for what it guards belongs to the whole process.
_LOCK = RLock()


def one_at_a_time(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let calls from other threads wait until this one, and what it calls, has ended.

    While torch.fx and torch.jit trace, ``Module.__call__`` is theirs in every thread: two that
    trace at once leave it broken until the process ends. Random weights are drawn from the one
    generator of the process.

    Examples
    --------
    >>> @one_at_a_time
    ... def countdown(n):
    ...     return n and countdown(n - 1)
    >>> countdown(3)
    0
    """

    @wraps(function)
    def waiting(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with _LOCK:
            return function(*args, **kwargs)

    return waiting
