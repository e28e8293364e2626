"""What may be typed after ``headstart curve``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from headstart.cli.data_options import (
    PLACES,
    Classes,
    Ignore,
    Images,
    Instances,
    LabelColumn,
    LabelledData,
    Masks,
    PathColumn,
    SplitTable,
    Test,
    TestMasks,
    TextColumn,
)


@dataclass(frozen=True)
class CurveArguments:
    """Every argument and option of the command, in the order in which its help names them."""

    data: LabelledData
    source: Annotated[str, typer.Option(help="Pretrained model; see: headstart sources.")] = "auto"
    target: Annotated[
        float | None,
        typer.Option(help="Accuracy to reach, such as 0.95; of numbers the mean absolute error."),
    ] = None
    path_column: PathColumn = None
    text_column: TextColumn = None
    label_column: LabelColumn = None
    task: Annotated[
        str,
        typer.Option(
            help="auto, classification, regression (labels are numbers), detect, locate or segment."
        ),
    ] = "auto"
    seed: Annotated[int, typer.Option(help="For folds, subsets and training.")] = 0
    test: Test = None
    images: Images = None
    masks: Masks = None
    test_masks: TestMasks = None
    classes: Classes = None
    ignore: Ignore = None
    instances: Instances = False
    split: SplitTable = None
    targets: Annotated[
        str | None,
        typer.Option(
            help="Columns of several targets: compares one network for all with one for each."
        ),
    ] = None
    plan: Annotated[
        str, typer.Option(help="With --targets: what is trained, such as freeze:-2 or full.")
    ] = "freeze:-2"
    sizes: Annotated[
        str | None,
        typer.Option(help="With --targets: numbers of samples to learn from, such as 40,120,360."),
    ] = None
    epochs: Annotated[
        int | None,
        typer.Option(help="With --targets, or boxes and masks: passes over the samples."),
    ] = None
    random_twin: Annotated[
        bool,
        typer.Option(
            "--random-twin/--no-random-twin",
            help="Learn on random weights too.",
            rich_help_panel=PLACES,
        ),
    ] = True
    json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False
