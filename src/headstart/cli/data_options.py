"""Arguments that say where samples are, as several commands take them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
