"""``headstart curve``: what more labels would bring, and how many transfer is worth."""

from __future__ import annotations

from typing import Annotated

import typer

from headstart.cli.data_options import LabelColumn, LabelledData, PathColumn, TextColumn


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
    seed: Annotated[int, typer.Option(help="For folds and subsets.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Show accuracy against the number of labels, with and without transfer, and go on with it."""
    from headstart.cli.curve_table import curve_lines
    from headstart.cli.fitting_job import DataArguments, read_data
    from headstart.cli.json_output import print_json
    from headstart.cli.screen import progress_bar
    from headstart.cli.task_argument import check_task, choose_task
    from headstart.fitting import Settings, Watch
    from headstart.fitting.learning_curves import learning_curves

    check_task(task)
    watch = Watch()
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
