"""Arguments that say where samples are, as several commands take them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

#: Where the help names options of tasks of places.
PLACES = "Boxes and masks"

LabelledData = Annotated[
    Path,
    typer.Argument(help="Folder of class folders, or a CSV, TSV, Parquet or JSON lines file."),
]
PathColumn = Annotated[str | None, typer.Option(help="Column of a table with paths of pictures.")]
TextColumn = Annotated[
    str | None, typer.Option("--text-column", "--text", help="Column of a table with texts.")
]
LabelColumn = Annotated[
    str | None, typer.Option("--label-column", "--label", help="Column of a table with labels.")
]
Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        help="Pictures or folders of them; or sentences, or tables and .txt files of them."
    ),
]
FromStdin = Annotated[
    bool, typer.Option("--stdin", help="Read further inputs from standard input, one a line.")
]
Test = Annotated[Path | None, typer.Option(help="Held-out data; without it a part is held back.")]
Images = Annotated[
    Path | None,
    typer.Option(help="Folder of the pictures with boxes.", rich_help_panel=PLACES),
]
Masks = Annotated[
    Path | None,
    typer.Option(
        help="Folder of masks of the pictures in DATA, or a COCO file.", rich_help_panel=PLACES
    ),
]
TestMasks = Annotated[
    Path | None, typer.Option(help="The same for --test.", rich_help_panel=PLACES)
]
Classes = Annotated[
    Path | None,
    typer.Option(
        help="Table of the classes of masks, with their values or colours.",
        rich_help_panel=PLACES,
    ),
]
Ignore = Annotated[
    int | None,
    typer.Option(help="Value of masks that does not count.", rich_help_panel=PLACES),
]
Instances = Annotated[
    bool,
    typer.Option(
        "--instances", help="Masks number the objects of one class.", rich_help_panel=PLACES
    ),
]
SplitTable = Annotated[
    Path | None,
    typer.Option(
        help="Table that says which pictures are of the part test.", rich_help_panel=PLACES
    ),
]
