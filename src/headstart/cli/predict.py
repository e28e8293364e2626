"""``headstart predict``: what a run says of new pictures or sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headstart.cli.data_options import FromStdin, Inputs

_NOTHING_ANSWERED = 2


def predict(
    run: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    inputs: Inputs = None,
    stdin: FromStdin = False,
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answers as JSON.")] = False,
) -> None:
    """Say for each picture or sentence its label or number, or why that cannot be said."""
    from headstart.cli.given_inputs import given_inputs
    from headstart.cli.json_output import print_json
    from headstart.cli.output_file import check_output, write_output
    from headstart.cli.prediction_lines import print_predictions
    from headstart.cli.screen import progress_bar
    from headstart.cli.several_targets import predict_several
    from headstart.evaluation.several_targets import SEVERAL_TARGETS
    from headstart.runs import load
    from headstart.runs.manifest import task_of
    from headstart.runs.predictions_file import to_csv

    if out is not None:
        check_output(out)
    if task_of(run) == SEVERAL_TARGETS:
        status = predict_several(run, inputs, stdin, out, json)
        if status:
            raise typer.Exit(status)
        return
    model = load(run)
    wanted = given_inputs(inputs, stdin, model.result_.modality)
    with progress_bar() as progress:
        rows = model.predict_rows(wanted, progress)
    if out is not None:
        write_output(out, to_csv(rows, model.task.table))
    if json:
        print_json({"predictions": [row.to_dict() for row in rows]})
    else:
        print_predictions(rows, out)
    if not any(row.reason is None for row in rows):
        raise typer.Exit(_NOTHING_ANSWERED)
