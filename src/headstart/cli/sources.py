"""``headstart sources``: which pretrained models there are."""

from __future__ import annotations

from typing import Annotated

import typer


def sources(
    search: Annotated[str | None, typer.Option(help="Only names with this word.")] = None,
    show: Annotated[str | None, typer.Option(help="All facts of one source.")] = None,
) -> None:
    """List the pretrained models that can be transferred from."""
    raise NotImplementedError
