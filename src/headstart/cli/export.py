"""``headstart export``: a run in a form that other programs can use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    run: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    format_name: Annotated[
        str,
        typer.Option(
            "--format", help="onnx, openvino or huggingface (one target; no boxes, no masks)."
        ),
    ] = "onnx",
    out: Annotated[
        Path | None, typer.Option(help="Folder to write; default: RUN-onnx and so on.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            help="Folder or table of inputs to check on; default: the run's own test inputs."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="What was checked, as JSON.")] = False,
) -> None:
    """Write the model of a run for other programs, once it gives the same answers there."""
    from headstart.cli.json_output import print_json
    from headstart.cli.screen import progress_bar
    from headstart.runs.export import export_run

    folder = Path(f"{run.resolve().name}-{format_name}") if out is None else out
    with progress_bar() as progress:
        done = export_run(run, format_name, folder, check, progress)
    if json:
        print_json(done.to_dict())
        return
    for line in done.lines:
        print(line)
    print(f"Export: {done.folder}")
