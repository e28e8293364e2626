"""Text that can be shown and written as UTF-8, whatever a file system put into a name."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import Any


def printable(text: object) -> str:
    r"""The text with what no page can hold written as a visible escape.

    Lone surrogates (Python's stand-ins for bytes of a file name that are not UTF-8) cannot be
    encoded, control characters are not allowed in HTML, and marks that turn the direction of
    writing around can make a name look like another one.

    Examples
    --------
    >>> printable("caf\u00e9 \udcff\x00")
    'café \\udcff\\x00'
    """
    text = str(text)
    if text.isprintable():  # the usual case, and quick for pictures as data URIs
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    # Not all of Cf: it holds the direction marks, but also the joiners of emoji and Indic scripts.
    hidden = (
        unicodedata.category(character) in {"Cs", "Cc"}
        or unicodedata.bidirectional(character) in _TURNS
    )
    if not hidden or character in "\n\t":
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def plain_data(value: Any) -> Any:
    """Lists, dictionaries, numbers and printable text: what JSON can hold, all the way down.

    A number that is not finite becomes None, since JSON has no word for it.

    Examples
    --------
    >>> plain_data({"a": (1, float("nan")), 2: True})
    {'a': [1, None], '2': True}
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {printable(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_data(item) for item in value]
    if hasattr(value, "tolist"):  # numpy's numbers and arrays, without importing numpy
        return plain_data(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return printable(value)
