"""``headstart serve``: a run answers over HTTP, with a page for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    run: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at; 0: any.", min=0, max=65535)] = 8000,
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with the token that requests need. Any other host needs one."),
    ] = None,
) -> None:
    """Answer over HTTP: a page, JSON, the Open Inference Protocol, Prometheus metrics."""
    from headstart.cli.serving import serve_run

    serve_run(run, host, port, token_file)
