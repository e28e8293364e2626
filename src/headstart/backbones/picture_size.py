"""``NAME@SIZE``: a source that reads pictures of another size than its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import Source
from headstart.errors import SourceError

_SIGN = "@"
_SMALLEST = 8


def split_size(name: str) -> tuple[str, int | None]:
    """The name without a size, and the size in pixels; None where the name states none.

    Raises
    ------
    SourceError
        If what stands behind the sign is no size.

    Examples
    --------
    >>> split_size("timm/resnet10t@64"), split_size("timm/resnet10t")
    (('timm/resnet10t', 64), ('timm/resnet10t', None))
    """
    bare, sign, text = name.partition(_SIGN)
    if not sign:
        return name, None
    if not text.isdecimal() or int(text) < _SMALLEST:
        raise SourceError(
            f"The size in the source {name!r} is {text!r}; accepted: a whole number of pixels of "
            f"at least {_SMALLEST}, as in {bare}{_SIGN}64. Correct it, or leave it out."
        )
    return bare, int(text)


def with_size(name: str, size: int) -> str:
    """The source that reads square pictures of ``size`` pixels.

    Raises
    ------
    SourceError
        If it is a size that no source can have.

    Examples
    --------
    >>> with_size("timm/resnet10t", 64), with_size("timm/resnet10t@96", 64)
    ('timm/resnet10t@64', 'timm/resnet10t@64')
    """
    sized = f"{name.partition(_SIGN)[0]}{_SIGN}{size}"
    split_size(sized)
    return sized


def resized_source(source: Source, size: int | None) -> Source:
    """The same facts for pictures of another size; None: its own."""
    if size is None:
        return source
    facts = replace(source.preprocessing, size=(size, size))
    return replace(source, name=with_size(source.name, size), preprocessing=facts)


def resized_facts(facts: Mapping[str, Any], size: int | None) -> dict[str, Any]:
    """The same for the plain facts that a provider tells without a network."""
    if size is None:
        return dict(facts)
    told = Preprocessing.from_dict(facts["preprocessing"])
    preprocessing = replace(told, size=(size, size)).to_dict()
    return {**facts, "name": with_size(facts["name"], size), "preprocessing": preprocessing}
