"""What may be typed after ``headstart fit``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from headstart.cli.data_options import (
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
class FitArguments:
    """Every argument and option of the command, in the order in which its help names them."""

    data: LabelledData
    test: Test = None
    out: Annotated[
        Path | None, typer.Option(help="Run folder to write; default: NAME-run here.")
    ] = None
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="Pretrained model: auto, NAME, NAME=FILE or run:PATH; several times to have the "
            "best one chosen. See: headstart sources."
        ),
    ] = None
    weights: Annotated[
        Path | None, typer.Option(help="Local safetensors file for that source.")
    ] = None
    plan: Annotated[
        str,
        typer.Option(
            help="auto, probe, freeze:K, full, gradual, lora, bias, pointwise, scratch, copy:K, or "
            "a JSON file with a plan."
        ),
    ] = "auto"
    epochs: Annotated[int | None, typer.Option(help="Passes over the samples in training.")] = None
    batch_size: Annotated[int | None, typer.Option(help="Samples a training step.")] = None
    learning_rate: Annotated[float | None, typer.Option(help="Highest, in training.")] = None
    path_column: PathColumn = None
    text_column: TextColumn = None
    label_column: LabelColumn = None
    task: Annotated[
        str,
        typer.Option(
            help="auto, classification, regression (labels are numbers), detect, locate (one box "
            "a picture) or segment."
        ),
    ] = "auto"
    test_size: Annotated[float, typer.Option(help="Share held back without --test.")] = 0.2
    time_limit: Annotated[
        float | None,
        typer.Option(help="Seconds for everything; plan auto then tries plans. Ctrl-C ends early."),
    ] = None
    random_twin: Annotated[
        bool | None,
        typer.Option(
            "--random-twin/--no-random-twin",
            help="Compare with random weights too; usual with detect, locate and segment.",
        ),
    ] = None
    seed: Annotated[int, typer.Option(help="For splits, resampling and training.")] = 0
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with this fit where it was broken off.")
    ] = False
    states: Annotated[
        str, typer.Option(help="States at the cut: auto, store, or recompute in each epoch.")
    ] = "auto"
    processes: Annotated[int, typer.Option(help="Processes that train together.")] = 1
    keep_transfer: Annotated[
        bool,
        typer.Option("--keep-transfer", help="Save the model with transfer even where it hurts."),
    ] = False
    no_samples: Annotated[
        bool,
        typer.Option("--no-samples", help="Put no small copies of training samples into the run."),
    ] = False
    images: Images = None
    masks: Masks = None
    test_masks: TestMasks = None
    classes: Classes = None
    ignore: Ignore = None
    instances: Instances = False
    split: SplitTable = None
    track: Annotated[
        str | None, typer.Option(help="Tell a tracker of experiments of the run: mlflow.")
    ] = None
    targets: Annotated[
        str | None,
        typer.Option(
            help="Columns of several targets, such as car,sign,age=regression; or all. Gaps are "
            "allowed."
        ),
    ] = None
    grouping: Annotated[
        str,
        typer.Option(
            help="With --targets: one network (joint), one for each (separate), auto: both, or "
            "groups: those and networks for groups."
        ),
    ] = "auto"
    loss_weights: Annotated[
        str, typer.Option(help="With --targets: uncertainty, equal, or car=1,sign=0.5.")
    ] = "uncertainty"
    json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False

    @property
    def training(self) -> dict[str, Any]:
        """Fields of the plan's training part that are to be other than usual."""
        names = ("epochs", "batch_size", "learning_rate")
        typed = {name: getattr(self, name) for name in names}
        return {name: value for name, value in typed.items() if value is not None}

    @property
    def weights_file(self) -> str | None:
        """The local file of weights, as a fit takes it."""
        return None if self.weights is None else str(self.weights)
