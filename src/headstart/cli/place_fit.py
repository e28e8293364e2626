"""``headstart fit`` for tasks of places: annotations in, a model that says where something is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from headstart.cli.fit_arguments import FitArguments
from headstart.cli.place_arguments import PlaceArguments
from headstart.cli.place_reading import read_place_sides
from headstart.cli.plan_argument import read_plan
from headstart.cli.written_run import told_by_summary, write_run
from headstart.errors import InputError
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.places import fit_places
from headstart.fitting.source_names import source_settings
from headstart.fitting.watch import Watch
from headstart.progress import Progress
from headstart.runs.place_model import PlaceModel
from headstart.runs.place_saving import save_places


def place_settings(task: str, typed: FitArguments) -> PlaceSettings:
    """What the fit is asked for.

    Raises
    ------
    HeadstartError
        If something was given that no task of places takes, or a value is not accepted.
    """
    _refuse_of_labels(typed)
    return PlaceSettings(
        task,
        **source_settings(typed.source or [], typed.weights_file),
        plan=read_plan(typed.plan),
        test_fraction=typed.test_size,
        seed=typed.seed,
        twin=typed.random_twin is not False,
        training=typed.training,
        states=typed.states,  # type: ignore[arg-type]
        resume=typed.resume,
        keeps_samples=not typed.no_samples,
        time_limit=typed.time_limit,
    )


def _refuse_of_labels(typed: FitArguments) -> None:
    """Refuse options that no task of places takes.

    Raises
    ------
    InputError
        Naming the first.
    """
    given = {
        "--processes": typed.processes > 1,
        "--text": typed.text_column,
        "--targets": typed.targets,
        "--keep-transfer": typed.keep_transfer,
    }
    for name, value in given.items():
        if value:
            raise InputError(
                f"{name} is not accepted where places in pictures are learned. Leave it out."
            )


def fit_places_and_save(
    data: PlaceArguments,
    settings: PlaceSettings,
    out: Path | None,
    json: bool = False,
    watch: Watch | None = None,
) -> Path:
    """Fit, write the run folder, and tell; see :func:`~headstart.cli.written_run.write_run`."""
    watch = watch or Watch()

    def fitted(progress: Progress) -> PlaceModel:
        with watch.step("read"):
            train, test, classes = read_place_sides(data, settings.task, progress)
        return fit_places(train, test, replace(settings, classes=classes), progress, watch)

    return write_run(fitted, told_by_summary(save_places), data.train, out, json)
