"""``headstart pretrain``: pictures or texts in, a network to be transferred from out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headstart.cli.data_options import LabelColumn, PathColumn, TextColumn


def pretrain(
    data: Annotated[
        Path,
        typer.Argument(
            help="Folder of pictures or of class folders, a table, or a .txt file of sentences."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Run folder to write; run:FOLDER is then a source.")],
    architecture: Annotated[
        str | None,
        typer.Option(
            help="Network to train from random weights; default: timm/resnet10t. Texts: none."
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="Go on from this source, with its weights. Texts without one: word vectors."
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            help="Pixels that it reads; default: 64, or what the source reads. Of texts the "
            "numbers of a word's vector (default: 100), or the tokens that a source reads."
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the samples.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples a training step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Highest, in training.")] = None,
    task: Annotated[
        str, typer.Option(help="auto, labels, or self: learn without labels.")
    ] = "auto",
    path_column: PathColumn = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    seed: Annotated[int, typer.Option(help="For weights, order and views.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Train a network of your own to transfer from, with labels or without."""
    from headstart.cli.pretraining_job import PretrainingData, pretrain_and_save
    from headstart.errors import InputError
    from headstart.fitting.pretraining import ARCHITECTURE, Pretraining

    if architecture is not None and source is not None:
        raise InputError(
            f"The architecture {architecture!r} and the source {source!r} are both named; accepted "
            "is one of the two: an architecture begins with random weights, a source with its own. "
            "Leave one out."
        )
    training = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate}
    asked = Pretraining(
        architecture=architecture or ARCHITECTURE,
        source=source,
        size=size,
        training={name: value for name, value in training.items() if value is not None},
        seed=seed,
    )
    given = PretrainingData(data, task, path_column, label_column, text_column)
    pretrain_and_save(given, asked, out, json)
