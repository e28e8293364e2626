"""How long steps tell that they advance, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called with the name of the step, the count done so far and the total (None: unknown)."""

    def __call__(self, step: str, done: int, total: int | None) -> None: ...


def silent(step: str, done: int, total: int | None) -> None:
    """Listen to nothing: the default everywhere below the command line."""


def progress_of_part(progress: Progress, before: int, whole: int) -> Progress:
    """Progress of a part, told as progress of the whole.

    Examples
    --------
    >>> part = progress_of_part(lambda *told: print(told), before=10, whole=30)
    >>> part("predict", 2, 5)
    ('predict', 12, 30)
    """

    def tell(step: str, done: int, total: int | None) -> None:
        progress(step, before + done, whole)

    return tell
