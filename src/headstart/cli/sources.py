"""``headstart sources``: which pretrained models there are."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

#: Without a search word, providers with more sources than this are only counted.
_MOST_LISTED = 100


def sources(
    search: Annotated[str | None, typer.Option(help="Only names with this word.")] = None,
    show: Annotated[str | None, typer.Option(help="All facts of one source.")] = None,
) -> None:
    """List the pretrained models that can be transferred from."""
    if show is not None:
        _show(show)
    else:
        _list(search)


def _show(name: str) -> None:
    from headstart.backbones.catalogue import find_source

    facts = find_source(name)
    width = max(map(len, facts))
    for key, value in facts.items():
        print(f"{key:{width}}  {_text(value)}")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return " x ".join(map(str, value))
    return "not known" if value is None else str(value)


def _list(search: str | None) -> None:
    from headstart.backbones.catalogue import DEFAULTS, list_sources

    names = list_sources(search)
    counts = Counter(name.partition("/")[0] for name in names)
    defaults = {name: modality for modality, name in DEFAULTS.items()}
    for name in names:
        provider = name.partition("/")[0]
        if search is None and counts[provider] > _MOST_LISTED:
            continue
        note = f"   (default for {defaults[name]}s, offline)" if name in defaults else ""
        print(f"{name}{note}")
    for provider, count in counts.items():
        if search is None and count > _MOST_LISTED:
            print(f"{provider}/NAME: {count} more; find them with: headstart sources --search WORD")
    if not names:
        print(f"No source's name holds {search!r}. Try a shorter word, or none.")
