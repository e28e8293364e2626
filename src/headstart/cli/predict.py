"""``headstart predict``: what a run says of new pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from headstart.runs import Prediction

_NOTHING_ANSWERED = 2


def predict(
    run: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    inputs: Annotated[list[str], typer.Argument(help="Pictures, or folders of pictures.")],
    out: Annotated[Path | None, typer.Option(help="CSV file to write.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answers as JSON.")] = False,
) -> None:
    """Say for each picture its label or number, or why that cannot be said."""
    from headstart.cli.json_output import print_json
    from headstart.cli.output_file import check_output, write_output
    from headstart.cli.screen import progress_bar
    from headstart.runs import load
    from headstart.runs.predictions_file import to_csv

    if out is not None:
        check_output(out)
    model = load(run)
    with progress_bar() as progress:
        rows = model.predict_rows(inputs, progress)
    if out is not None:
        write_output(out, to_csv(rows, model.task.table))
    if json:
        print_json({"predictions": [row.to_dict() for row in rows]})
    else:
        _print(rows, out)
    if not any(row.reason is None for row in rows):
        raise typer.Exit(_NOTHING_ANSWERED)


def _print(rows: list[Prediction], out: Path | None) -> None:
    """One line an input: name, answer, how sure of a class; tabs between, so that it can be cut."""
    from headstart.data.printable import printable

    for row in rows:
        if row.reason is not None:
            print(f"{row.input}\t-\t-\tcannot be read: {row.reason}")
        elif row.confidence is None:
            print(f"{row.input}\t{row.predicted:.6g}")
        else:
            print(f"{row.input}\t{printable(str(row.predicted))}\t{row.confidence:.3f}")
    if out is not None:
        print(f"Written to {out}.")
