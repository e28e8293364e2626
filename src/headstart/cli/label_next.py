"""``headstart label-next``: which unlabelled pictures or sentences are worth labelling first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headstart.cli.data_options import FromStdin, Inputs

_NOTHING_TO_CHOOSE = 2


def label_next(
    run: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    inputs: Inputs = None,
    stdin: FromStdin = False,
    count: Annotated[int, typer.Option(help="How many to choose.", min=1)] = 20,
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    seed: Annotated[int, typer.Option(help="For the choice.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="The choice as JSON.")] = False,
) -> None:
    """Choose what to label next: samples that the model is unsure of, and unlike each other."""
    from headstart.cli.given_inputs import given_inputs
    from headstart.cli.json_output import print_json
    from headstart.cli.output_file import check_output, write_output
    from headstart.cli.prediction_lines import print_predictions
    from headstart.cli.screen import progress_bar
    from headstart.runs.labelling import choose_next
    from headstart.runs.loading import load_answering_once
    from headstart.runs.predictions_file import to_csv

    if out is not None:
        check_output(out)
    model = load_answering_once(run, "headstart label-next")
    given = given_inputs(inputs, stdin, model.result_.modality)
    with progress_bar() as progress:
        wanted = choose_next(model, given, count, seed, progress)
    if out is not None:
        write_output(out, to_csv(wanted.rows, model.task.table))
    if json:
        unreadable = [row.to_dict() for row in wanted.unreadable]
        print_json({"label_next": [row.to_dict() for row in wanted.rows], "unreadable": unreadable})
    else:
        print_predictions((*wanted.rows, *wanted.unreadable), out)
    if not wanted.rows:
        raise typer.Exit(_NOTHING_TO_CHOOSE)
