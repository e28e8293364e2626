"""Text from the data inside of Markdown: it stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]|~#!])")
_RULE = "---"


def escaped(text: object) -> str:
    r"""The text on one line, with everything that Markdown or HTML would act upon made harmless.

    Examples
    --------
    >>> print(escaped("<b> *x* | y"))
    &lt;b&gt; \*x\* \| y
    """
    safe = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(_SPECIAL.sub(r"\\\1", safe).split())


def bullets(lines: Iterable[object]) -> str:
    """A list with a point a line, each of them escaped."""
    return "\n".join(f"- {escaped(line)}" for line in lines)


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    r"""A table of GitHub's Markdown, every cell escaped.

    Examples
    --------
    >>> print(table(("a", "b"), [(1, "x|y")]))
    | a | b |
    | --- | --- |
    | 1 | x\|y |
    """
    shown = [[escaped(cell) for cell in line] for line in (head, *rows)]
    shown.insert(1, [_RULE] * len(head))
    return "\n".join(f"| {' | '.join(line)} |" for line in shown)
