"""``headstart advise``: whether to transfer, from which source, how much; nothing is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headstart.cli.data_options import LabelColumn, LabelledData, PathColumn, TextColumn


def advise(
    data: LabelledData,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="A source to compare: NAME, run:PATH, or NAME=FILE with local weights. Several "
            "times; without it, all that need no download."
        ),
    ] = None,
    path_column: PathColumn = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    task: Annotated[
        str, typer.Option(help="auto, classification, or regression (labels are numbers).")
    ] = "auto",
    out: Annotated[
        Path | None, typer.Option(help="JSON file for the plan; give it to: headstart fit --plan.")
    ] = None,
    seed: Annotated[int, typer.Option(help="For folds and samples.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="The advice as JSON.")] = False,
) -> None:
    """Compare sources on labelled pictures or sentences and propose a plan; nothing is trained."""
    from headstart.cli.advice_job import advise_and_tell
    from headstart.cli.fitting_job import DataArguments
    from headstart.fitting import Settings
    from headstart.fitting.source_names import source_settings

    settings = Settings(**source_settings(source or []), seed=seed)
    arguments = DataArguments(data, None, path_column, label_column, task, text_column)
    advise_and_tell(arguments, settings, out, json)
