"""``headstart pretrain``: pictures in, a network that others can be transferred from out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def pretrain(
    data: Annotated[
        Path, typer.Argument(help="Folder of pictures or of class folders, or a table.")
    ],
    out: Annotated[Path, typer.Option(help="Run folder to write; run:FOLDER is then a source.")],
    architecture: Annotated[
        str | None,
        typer.Option(help="Network to train from random weights; default: timm/resnet10t."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Go on from this source, with its weights.")
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(help="Pixels that it reads; default: 64, or what the source reads."),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the pictures.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Pictures a training step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Highest, in training.")] = None,
    task: Annotated[
        str, typer.Option(help="auto, labels, or self: learn without labels.")
    ] = "auto",
    path_column: Annotated[str | None, typer.Option(help="Column of a table with paths.")] = None,
    label_column: Annotated[str | None, typer.Option(help="Column of a table with labels.")] = None,
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
    pretrain_and_save(PretrainingData(data, task, path_column, label_column), asked, out, json)
