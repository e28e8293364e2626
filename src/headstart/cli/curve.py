"""``headstart curve``: what more labels would bring, and how many transfer is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headstart.cli.command_of import command_of
from headstart.cli.curve_arguments import CurveArguments
from headstart.errors import InputError

if TYPE_CHECKING:
    from headstart.fitting import Watch


@command_of(CurveArguments)
def curve(typed: CurveArguments) -> None:
    """Show accuracy against the number of labels, with and without transfer, and go on with it.

    Of boxes and masks: learn from growing parts of the pictures, measure on the same test pictures.
    """
    from headstart.cli.place_curve import place_curve_settings, run_place_curve
    from headstart.cli.place_fit import PlaceArguments, place_task
    from headstart.fitting import Watch

    places, watch = PlaceArguments.of(typed), Watch()
    task = place_task(typed.task, places)
    if task is not None:
        run_place_curve(places, place_curve_settings(task, typed), typed.json, watch)
        return
    if typed.test is not None or typed.epochs is not None:
        raise InputError(
            "--test and --epochs are about boxes and masks: a curve of labels holds out each "
            "sample in turn and trains nothing. Leave them out."
        )
    _curve_of_labels(typed, watch)


def _curve_of_labels(typed: CurveArguments, watch: Watch) -> None:
    """Measure, and print a table or the result as JSON."""
    from headstart.cli.curve_table import curve_lines
    from headstart.cli.fitting_job import DataArguments, read_data
    from headstart.cli.json_output import print_json
    from headstart.cli.screen import progress_bar
    from headstart.cli.task_argument import check_task, choose_task
    from headstart.fitting import Settings
    from headstart.fitting.learning_curves import learning_curves

    check_task(typed.task)
    with progress_bar() as progress:
        with watch.step("read"):
            train, _ = read_data(DataArguments.of(typed), progress)
        task, train = choose_task(typed.task, train, from_table=typed.data.is_file())
        settings = Settings(source=typed.source, task=task, seed=typed.seed)
        result = learning_curves(train, settings, typed.target, progress, watch)
    if typed.json:
        print_json(result.to_dict())
        return
    for line in curve_lines(result):
        print(line)
