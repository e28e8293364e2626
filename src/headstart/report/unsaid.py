"""Marks the parts of a text that nobody has translated, so that they are read as English."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup


def marker(untranslated: Sequence[str]) -> Callable[[str], Markup]:
    """What makes a text HTML: escaped, and with ``lang="en"`` around what is still English.

    Parameters
    ----------
    untranslated : sequence of str
        Parts of texts that are English on a page that is not; empty on an English page.

    Examples
    --------
    >>> str(marker(["No <b>."])("Oui. No <b>."))
    'Oui. <span lang="en">No &lt;b&gt;.</span>'
    """
    from markupsafe import Markup, escape

    parts = sorted(untranslated, key=len, reverse=True)
    pattern = re.compile(f"({'|'.join(map(re.escape, parts))})") if parts else None

    def marked(text: str) -> Markup:
        if pattern is None:
            return escape(text)
        pieces = pattern.split(text)
        pieces[1::2] = [Markup('<span lang="en">{}</span>').format(one) for one in pieces[1::2]]
        return Markup("").join(pieces)

    return marked
