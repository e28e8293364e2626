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

    With --targets: show whether one network for all is better than one for each. Of boxes and
    masks: learn from growing parts of the pictures, measure on the same test pictures.
    """
    from headstart.cli.place_arguments import PlaceArguments, place_task
    from headstart.cli.place_curve import place_curve_settings, run_place_curve
    from headstart.fitting import Watch

    places, watch = PlaceArguments.of(typed), Watch()
    task = place_task(typed.task, places)
    if task is not None:
        run_place_curve(places, place_curve_settings(task, typed), typed.json, watch)
        return
    if typed.test is not None:
        raise InputError(
            "--test is about boxes and masks: a curve of labels holds out each sample in turn. "
            "Leave it out."
        )
    if typed.targets is not None:
        _curve_of_targets(typed, watch)
        return
    if typed.sizes is not None or typed.epochs is not None:
        raise InputError(
            "--sizes is about several targets, --epochs about those and about boxes and masks. "
            "Name --targets or the --task, or leave them out."
        )
    _curve_of_labels(typed, watch)


def _curve_of_targets(typed: CurveArguments, watch: Watch) -> None:
    """Whether sharing pays, by the number of samples."""
    from headstart.cli.fitting_job import DataArguments
    from headstart.cli.plan_argument import read_plan
    from headstart.cli.several_targets import TargetOptions
    from headstart.cli.sharing_curve import run_sharing_curve
    from headstart.fitting import Settings

    if typed.target is not None:
        raise InputError(
            "--target is a figure to reach with one target, and --targets names several. "
            "Leave one of them out."
        )
    training = {} if typed.epochs is None else {"epochs": typed.epochs}
    plan = read_plan(typed.plan)
    asked = Settings(source=typed.source, plan=plan, seed=typed.seed, training=training)
    options = TargetOptions(typed.targets or "")
    run_sharing_curve(DataArguments.of(typed), options, typed.sizes, asked, typed.json, watch)


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
