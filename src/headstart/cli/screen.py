"""What long steps show while they run: a bar on standard error, nothing if that is no terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headstart.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def progress_bar(console: Console | None = None) -> Iterator[Progress]:
    """A progress listener that draws one line a step and cleans up behind itself.

    A step whose total is not known is over when the next such step begins.
    """
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True) if console is None else console
    columns = (
        SpinnerColumn(finished_text="*"),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
    )
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int | None) -> None:
            if total is None:
                for task in bars.tasks:
                    if task.total is None:
                        bars.update(task.id, total=1, completed=1)
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total, count="")
            count = "" if total is None else f"{done}/{total}"
            bars.update(tasks[step], completed=done, total=total, count=count)

        yield tell
