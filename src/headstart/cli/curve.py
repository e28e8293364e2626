"""``headstart curve``: what more labels would bring, and how many transfer is worth."""

from __future__ import annotations

from typing import Annotated

import typer

from headstart.cli.data_options import LabelColumn, LabelledData, PathColumn, TextColumn
from headstart.errors import InputError


def curve(
    data: LabelledData,
    source: Annotated[str, typer.Option(help="Pretrained model; see: headstart sources.")] = "auto",
    target: Annotated[
        float | None,
        typer.Option(help="Accuracy to reach, such as 0.95; of numbers the mean absolute error."),
    ] = None,
    path_column: PathColumn = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    task: Annotated[
        str, typer.Option(help="auto, classification, or regression (labels are numbers).")
    ] = "auto",
    seed: Annotated[int, typer.Option(help="For folds, subsets and training.")] = 0,
    targets: Annotated[
        str | None,
        typer.Option(
            help="Columns of several targets: compares one network for all with one for each."
        ),
    ] = None,
    plan: Annotated[
        str, typer.Option(help="With --targets: what is trained, such as freeze:-2 or full.")
    ] = "freeze:-2",
    sizes: Annotated[
        str | None,
        typer.Option(help="With --targets: numbers of samples to learn from, such as 40,120,360."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="With --targets: passes over the samples, at least 1.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Show accuracy against the number of labels, with and without transfer, and go on with it.

    With --targets: show whether one network for all is better than one for each.
    """
    from headstart.cli.curve_table import curve_lines
    from headstart.cli.fitting_job import DataArguments, read_data
    from headstart.cli.json_output import print_json
    from headstart.cli.plan_argument import read_plan
    from headstart.cli.screen import progress_bar
    from headstart.cli.several_targets import TargetOptions
    from headstart.cli.sharing_curve import run_sharing_curve
    from headstart.cli.task_argument import check_task, choose_task
    from headstart.fitting import Settings, Watch
    from headstart.fitting.learning_curves import learning_curves

    watch = Watch()
    if targets is not None:
        if target is not None:
            raise InputError(
                "--target is a figure to reach with one target, and --targets names several. "
                "Leave one of them out."
            )
        training = {} if epochs is None else {"epochs": epochs}
        several = Settings(source=source, plan=read_plan(plan), seed=seed, training=training)
        where = DataArguments(data, None, path_column, label_column, task, text_column)
        run_sharing_curve(where, TargetOptions(targets), sizes, several, json, watch)
        return
    if sizes is not None or epochs is not None:
        raise InputError(
            "--sizes and --epochs are about several targets. Name them with --targets, or leave "
            "both out."
        )
    check_task(task)
    with progress_bar() as progress:
        with watch.step("read"):
            columns = (path_column, label_column, task, text_column)
            train, _ = read_data(DataArguments(data, None, *columns), progress)
        task, train = choose_task(task, train, from_table=data.is_file())
        settings = Settings(source=source, task=task, seed=seed)
        result = learning_curves(train, settings, target, progress, watch)
    if json:
        print_json(result.to_dict())
        return
    for line in curve_lines(result):
        print(line)
