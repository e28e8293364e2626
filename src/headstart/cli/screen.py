"""What long steps show while they run: a bar on standard error, nothing if that is no terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headstart.progress import Progress


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress listener that draws one line a step and cleans up behind itself."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield tell
