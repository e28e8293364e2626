"""``headstart predict``: what a run says of new pictures or sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headstart.cli.data_options import FromStdin, Inputs
from headstart.errors import InputError

_NOTHING_ANSWERED = 2


def predict(
    run: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    inputs: Inputs = None,
    stdin: FromStdin = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="CSV file to write. Of boxes also a .json file, in the form of COCO; of masks "
            "also a new folder, for a PNG file each."
        ),
    ] = None,
    draw: Annotated[
        Path | None,
        typer.Option(help="New folder for the pictures with boxes or masks drawn on them."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Score from which on boxes are given; default: the model's own."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Answers as JSON.")] = False,
) -> None:
    """Say for each picture or sentence its label or number, or where things are in a picture.

    Where that cannot be said, the reason stands in its place.
    """
    from headstart.cli.given_inputs import given_inputs
    from headstart.cli.json_output import print_json
    from headstart.cli.output_file import check_output, write_output
    from headstart.cli.place_prediction import predict_places, with_threshold
    from headstart.cli.prediction_lines import print_predictions
    from headstart.cli.screen import progress_bar
    from headstart.cli.several_targets import predict_several
    from headstart.runs import load
    from headstart.runs.place_model import PlaceModel
    from headstart.runs.predictions_file import to_csv
    from headstart.runs.several_targets import SeveralModel

    if out is not None and not out.parent.is_dir():
        check_output(out)
    model = load(run)
    if isinstance(model, PlaceModel):
        model = with_threshold(model, threshold)
        given = given_inputs(inputs, stdin, "image")
        if not predict_places(model, given, out, draw, json):
            raise typer.Exit(_NOTHING_ANSWERED)
        return
    _refuse_places(run, draw, threshold)
    if out is not None:
        check_output(out)
    wanted = given_inputs(inputs, stdin, model.result_.modality)
    if isinstance(model, SeveralModel):
        if not predict_several(model, wanted, out, json):
            raise typer.Exit(_NOTHING_ANSWERED)
        return
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


def _refuse_places(run: Path, draw: Path | None, threshold: float | None) -> None:
    """Options that are about boxes and masks alone."""
    for option, value in (("--draw", draw), ("--threshold", threshold)):
        if value is not None:
            raise InputError(
                f"{option} is about boxes and masks, and the model of the run '{run}' gives a "
                "label or a number. Leave it out."
            )
