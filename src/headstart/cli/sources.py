"""``headstart sources``: which pretrained models there are."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

#: Without a search word, providers with more sources than this are only counted.
_MOST_LISTED = 20
#: Of a line of text below the table.
_WIDTH = 80


def sources(
    search: Annotated[str | None, typer.Option(help="Only names with this word.")] = None,
    show: Annotated[str | None, typer.Option(help="All facts of one source.")] = None,
) -> None:
    """List the pretrained models that can be transferred from."""
    if show is not None:
        _show(show)
    elif search is not None:
        _search(search)
    else:
        _recommend()
        _count()


def _show(name: str) -> None:
    from headstart.backbones.catalogue import find_source

    facts = {**find_source(name), **_published(name)}
    width = max(map(len, facts))
    for key, value in facts.items():
        print(f"{key:{width}}  {_text(value)}")


def _published(name: str) -> dict[str, str]:
    """What the table of recommended sources knows of one."""
    from headstart.backbones.recommended import about_speed, recommendation

    known = recommendation(name)
    if known is None:
        return {}
    return {
        "parameters": f"{known.parameters:.1f} million",
        "accuracy": f"{known.accuracy:.1f} % on ImageNet, as published",
        "speed": f"{known.images_per_second:.0f} {about_speed()}, as published",
    }


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return " x ".join(map(str, value))
    return "not known" if value is None else str(value)


def _recommend() -> None:
    """A line a source, the fastest first; then where the figures come from."""
    from textwrap import fill

    from headstart.backbones.catalogue import find_source
    from headstart.backbones.recommended import about_speed, origin, recommended

    print("Worth trying first, the fastest on top:\n")
    print("ImageNet %  parameters  pictures/s  licence       source")
    for one in recommended():
        licence = str(find_source(one.name)["licence"])
        size = f"{one.parameters:.1f} M"
        print(
            f"{one.accuracy:>10.1f}  {size:>10}  {one.images_per_second:>10.0f}  "
            f"{licence:<12}  {one.name}"
        )
    print()
    note = (
        "These figures are published ones, not measured here. Speed: "
        f"{about_speed()}; only the ratios matter. A higher accuracy on ImageNet does not mean a "
        "higher one on your pictures."
    )
    print(fill(note, _WIDTH))
    for line in origin():
        print(fill(f"From: {line}", _WIDTH, subsequent_indent="      "))
    print()


def _count() -> None:
    """Every source, or how many there are and how to find them."""
    from headstart.backbones.catalogue import list_sources

    names = list_sources()
    counts = Counter(name.partition("/")[0] for name in names)
    _print_names([name for name in names if counts[name.partition("/")[0]] <= _MOST_LISTED])
    for provider, count in counts.items():
        if count > _MOST_LISTED:
            print(f"{provider}/NAME: {count} more; find them with: headstart sources --search WORD")


def _search(word: str) -> None:
    from headstart.backbones.catalogue import list_sources

    names = list_sources(word)
    _print_names(names)
    if not names:
        print(f"No source's name holds {word!r}. Try a shorter word, or none.")


def _print_names(names: list[str]) -> None:
    from headstart.backbones.catalogue import DEFAULTS

    defaults = {name: modality for modality, name in DEFAULTS.items()}
    for name in names:
        note = f"   (default for {defaults[name]}s, offline)" if name in defaults else ""
        print(f"{name}{note}")
