"""What ``fit`` and ``demo`` share: read, fit, save, tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from headstart.cli.curve_arguments import CurveArguments
from headstart.cli.fit_arguments import FitArguments
from headstart.cli.plan_argument import read_plan
from headstart.cli.task_argument import AUTO, check_task, choose_task
from headstart.cli.written_run import RunForm, told_by_summary, write_run
from headstart.data import read_table
from headstart.data.box_tables import columns_of_boxes
from headstart.data.dataset import Dataset
from headstart.data.printable import printable
from headstart.data.table_files import read_table_file
from headstart.errors import InputError
from headstart.fitting import Settings, Watch, fit, read_sides
from headstart.fitting.source_names import source_settings
from headstart.progress import Progress
from headstart.runs import Model, save


@dataclass(frozen=True)
class DataArguments:
    """Where the samples are and what their labels mean, as the command line was given."""

    train: Path
    test: Path | None = None
    path_column: str | None = None
    label_column: str | None = None
    task: str = AUTO
    text_column: str | None = None

    @classmethod
    def of(cls, typed: FitArguments | CurveArguments) -> DataArguments:
        """As the command was given them."""
        columns = (typed.path_column, typed.label_column)
        return cls(typed.data, typed.test, *columns, typed.task, typed.text_column)


def fit_settings(typed: FitArguments) -> Settings:
    """What the fit is asked for.

    Raises
    ------
    HeadstartError
        If a value is not accepted.
    """
    return Settings(
        **source_settings(typed.source or [], typed.weights_file),
        plan=read_plan(typed.plan),
        test_fraction=typed.test_size,
        seed=typed.seed,
        random_twin=bool(typed.random_twin),
        training=typed.training,
        states=typed.states,  # type: ignore[arg-type]
        resume=typed.resume,
        processes=typed.processes,
        time_limit=typed.time_limit,
        fallback=not typed.keep_transfer,
        keeps_samples=not typed.no_samples,
    )


def fit_and_save(
    data: DataArguments,
    settings: Settings,
    out: Path | None,
    json: bool = False,
    watch: Watch | None = None,
) -> Path:
    """Fit, write the run folder, and tell; see :func:`~headstart.cli.written_run.write_run`."""
    watch = watch or Watch()

    def fitted(progress: Progress) -> Model:
        check_task(data.task)
        with watch.step("read"):
            train, test = read_data(data, progress)
        task, train = choose_task(data.task, train, from_table=data.train.is_file())
        return fit(train, test, replace(settings, task=task), progress, watch)

    form: RunForm[Model] = told_by_summary(save)
    return write_run(fitted, form, data.train, out, json)


def read_data(data: DataArguments, progress: Progress) -> tuple[Dataset, Dataset | None]:
    """The training samples, and the test samples where there are any."""
    train, test = _read_sides(data, progress)
    if data.task == AUTO and train.modality == "image" and data.train.is_file():
        _refuse_boxes(data.train)
    return train, test


def _refuse_boxes(table: Path) -> None:
    """Labels are not guessed to be of whole pictures where boxes stand beside them.

    Raises
    ------
    InputError
        If they do.
    """
    found = columns_of_boxes(read_table_file(str(table)).columns)
    if found is not None:
        raise InputError(
            f"'{printable(str(table))}' has the columns {', '.join(found[1])}, which place boxes, "
            "and nothing says what is asked. Accepted: of fit and curve --task detect (boxes in "
            "pictures) and --task locate (the one box of each picture); everywhere --task "
            "classification and --task regression (whole pictures). Name one of them."
        )


def _read_sides(data: DataArguments, progress: Progress) -> tuple[Dataset, Dataset | None]:
    columns = (data.path_column, data.text_column, data.label_column)
    if columns == (None, None, None):
        return read_sides(data.train, None, data.test, progress)
    for place in (data.train, data.test):
        if place is not None and place.is_dir():
            raise InputError(
                f"'{place}' is a folder, which has no columns. Leave out --path-column, --text and "
                "--label-column, or give a CSV or Parquet file."
            )
    test = None if data.test is None else _read_table(data.test, data, progress)
    return read_sides(_read_table(data.train, data, progress), None, test, progress)


def _read_table(place: Path, data: DataArguments, progress: Progress) -> Dataset:
    return read_table(place, data.path_column, data.label_column, progress, data.text_column)
