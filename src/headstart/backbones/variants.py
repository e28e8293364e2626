"""``NAME@VARIANT``: a source that reads its input in another way than its own.

``timm/resnet18@64`` reads pictures of 64 pixels, ``timm/resnet18@96x128`` whole pictures, padded,
96 pixels high and 128 wide, ``bundled/minilm-l6@64`` 64 tokens of a text, and
``bundled/minilm-l6@cls`` takes the first token's vector in place of the mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, get_args

from headstart.backbones.preprocessing import Preprocessing
from headstart.backbones.source import PREPROCESSING, Source
from headstart.backbones.text_preprocessing import Pooling, TextPreprocessing
from headstart.errors import SourceError

_SIGN = "@"
_TIMES = "x"
_SMALLEST = 8


def split_variant(name: str) -> tuple[str, str | None]:
    """The name without a variant, and the variant; None where the name states none.

    Raises
    ------
    SourceError
        If what stands behind the sign is no variant.

    Examples
    --------
    >>> split_variant("timm/resnet10t@64"), split_variant("timm/resnet10t")
    (('timm/resnet10t', '64'), ('timm/resnet10t', None))
    """
    bare, sign, text = name.partition(_SIGN)
    if not sign or "/" in text:  # a folder may have the sign in its name
        return name, None
    numbers = text.split(_TIMES)
    known = len(numbers) <= 2 and all(one.isdecimal() and int(one) >= _SMALLEST for one in numbers)
    if text not in get_args(Pooling) and not known:
        raise SourceError(
            f"The size in the source {name!r} is {text!r}; accepted: a whole number of pixels of "
            f"at least {_SMALLEST}, as in {bare}{_SIGN}64; of a text source a number of tokens, or "
            f"{' or '.join(get_args(Pooling))}. Correct it, or leave it out."
        )
    return bare, text


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
    split_variant(sized)
    return sized


def varied_source(source: Source, variant: str | None) -> Source:
    """The facts of a source that reads its input so; None: as it is.

    Raises
    ------
    SourceError
        If sources of its modality have no such variant.
    """
    if variant is None:
        return source
    name = f"{source.name}{_SIGN}{variant}"
    return replace(source, name=name, preprocessing=_varied(source.preprocessing, variant, name))


def varied_facts(facts: Mapping[str, Any], variant: str | None) -> dict[str, Any]:
    """The same for the plain facts that a provider tells without a network."""
    if variant is None or facts["preprocessing"] is None:
        return dict(facts)
    name = f"{facts['name']}{_SIGN}{variant}"
    told = PREPROCESSING[facts["modality"]].from_dict(facts["preprocessing"])
    return {**facts, "name": name, "preprocessing": _varied(told, variant, name).to_dict()}


def split_canvas(name: str) -> tuple[str, str | None]:
    """The name without a canvas, and the canvas; None where the name states none.

    Examples
    --------
    >>> split_canvas("run:mine/run@96x128"), split_canvas("timm/resnet10t@64")
    (('run:mine/run', '96x128'), ('timm/resnet10t@64', None))
    """
    found = re.fullmatch(rf"(.+){_SIGN}(\d+{_TIMES}\d+)", name)
    return (found[1], found[2]) if found else (name, None)


def with_canvas(name: str, canvas: tuple[int, int]) -> str:
    """The source that reads whole pictures, padded, onto so many rows and columns of pixels.

    ``name`` has no variant yet.

    Examples
    --------
    >>> with_canvas("timm/resnet10t", (96, 128))
    'timm/resnet10t@96x128'
    """
    return f"{name}{_SIGN}{canvas[0]}{_TIMES}{canvas[1]}"


def _varied(told: Any, variant: str, name: str) -> Any:
    return _WAYS[type(told)](told, variant, name)


def _picture(told: Preprocessing, variant: str, name: str) -> Preprocessing:
    height, times, width = variant.partition(_TIMES)
    if not height.isdecimal():
        raise SourceError(
            f"The source {name!r} reads pictures, so its variant is a number of pixels, as in "
            f"{name.rpartition(_SIGN)[0]}{_SIGN}64. Correct it, or leave it out."
        )
    if times:
        return replace(told, size=(int(height), int(width)), crop_fraction=1.0, whole=True)
    return replace(told, size=(int(variant), int(variant)))


def _text(told: TextPreprocessing, variant: str, name: str) -> TextPreprocessing:
    if variant in get_args(Pooling):
        return replace(told, pooling=variant)  # type: ignore[arg-type]
    if not variant.isdecimal() or int(variant) > told.most_tokens:
        raise SourceError(
            f"The source {name!r} is asked to read {variant} tokens; accepted: {_SMALLEST} to "
            f"{told.most_tokens}. Correct it, or leave it out."
        )
    return replace(told, most_tokens=int(variant))


_WAYS: Mapping[type, Callable[[Any, str, str], Any]] = {
    Preprocessing: _picture,
    TextPreprocessing: _text,
}
