"""``headstart curve``: what more labels would bring, and how many transfer is worth."""

from __future__ import annotations

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
        str,
        typer.Option(
            help="auto, classification, regression (labels are numbers), detect, locate or segment."
        ),
    ] = "auto",
    seed: Annotated[int, typer.Option(help="For folds, subsets and training.")] = 0,
    test: Test = None,
    images: Images = None,
    masks: Masks = None,
    test_masks: TestMasks = None,
    classes: Classes = None,
    ignore: Ignore = None,
    instances: Instances = False,
    split: SplitTable = None,
    place_epochs: Annotated[
        int | None,
        typer.Option("--epochs", help="Passes over the pictures.", rich_help_panel=PLACES),
    ] = None,
    random_twin: Annotated[
        bool,
        typer.Option(
            "--random-twin/--no-random-twin",
            help="Learn on random weights too.",
            rich_help_panel=PLACES,
        ),
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Show accuracy against the number of labels, with and without transfer, and go on with it.

    Of boxes and masks: learn from growing parts of the pictures, measure on the same test pictures.
    """
    from headstart.cli.curve_table import curve_lines
    from headstart.cli.fitting_job import DataArguments, read_data
    from headstart.cli.json_output import print_json
    from headstart.cli.place_curve import run_place_curve
    from headstart.cli.place_fit import PlaceArguments, place_task
    from headstart.cli.screen import progress_bar
    from headstart.cli.task_argument import check_task, choose_task
    from headstart.fitting import Settings, Watch
    from headstart.fitting.learning_curves import learning_curves
    from headstart.fitting.place_settings import PlaceSettings

    watch = Watch()
    columns = (path_column, label_column)
    places = PlaceArguments(
        data, test, images, masks, test_masks, classes, ignore, instances, split, *columns
    )
    place = place_task(task, places)
    if place is not None:
        if target is not None:
            raise InputError(
                "--target is about labels and numbers. Leave it out with boxes or masks."
            )
        training = {} if place_epochs is None else {"epochs": place_epochs}
        asked = PlaceSettings(place, source, seed=seed, training=training, twin=random_twin)
        run_place_curve(places, asked, json, watch)
        return
    if test is not None or place_epochs is not None:
        raise InputError(
            "--test and --epochs are about boxes and masks: a curve of labels holds out each "
            "sample in turn and trains nothing. Leave them out."
        )
    check_task(task)
    with progress_bar() as progress:
        with watch.step("read"):
            asked_of = DataArguments(data, None, *columns, task, text_column)
            train, _ = read_data(asked_of, progress)
        task, train = choose_task(task, train, from_table=data.is_file())
        settings = Settings(source=source, task=task, seed=seed)
        result = learning_curves(train, settings, target, progress, watch)
    if json:
        print_json(result.to_dict())
        return
    for line in curve_lines(result):
        print(line)
