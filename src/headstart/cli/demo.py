"""``headstart demo``: real photographs written as a folder, then the ordinary fit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write the demo.")] = Path("demo"),
    json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Tell brick, grass and gravel apart: photographs that come with scikit-image."""
    from headstart.cli.fitting_job import DataArguments, fit_and_save
    from headstart.data import write_demo
    from headstart.fitting import Settings

    train, test = write_demo(folder)
    run = folder / "run"
    if not json:
        print(f"$ headstart fit {train} --test {test} --out {run}")
    fit_and_save(DataArguments(train, test), Settings(), run, json)
