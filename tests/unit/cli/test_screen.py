"""The progress bar: on a terminal alone, and gone when it is over."""

from __future__ import annotations

import io

from rich.console import Console

from headstart.cli.screen import progress_bar


def drawn(terminal: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=60, color_system=None)
    with progress_bar(console) as progress:
        progress("read", 0, 3)
        progress("read", 3, 3)
        progress("fit the head", 0, None)
        progress("evaluate", 0, None)
    return console.file.getvalue()


def test_nothing_is_written_where_nobody_looks():
    assert drawn(terminal=False) == ""


def test_a_terminal_sees_each_step_and_how_far_it_is():
    text = drawn(terminal=True)
    assert "3/3" in text
    for step in ("read", "fit the head", "evaluate"):
        assert step in text
    assert "None" not in text
