"""What ``fit`` and ``demo`` share: read, fit, save, tell."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from headstart.cli.json_output import print_json
from headstart.cli.run_report import report_page
from headstart.cli.screen import progress_bar
from headstart.cli.summary import print_summary
from headstart.cli.task_argument import AUTO, check_task, choose_task
from headstart.data import read_table
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.fitting import Settings, Watch, fit, read_sides
from headstart.progress import Progress
from headstart.runs import check_place, save
from headstart.runs.saving import REPORT


@dataclass(frozen=True)
class DataArguments:
    """Where the samples are and what their labels mean, as the command line was given."""

    train: Path
    test: Path | None = None
    path_column: str | None = None
    label_column: str | None = None
    task: str = AUTO
    text_column: str | None = None


def fit_and_save(
    data: DataArguments,
    settings: Settings,
    out: Path | None,
    json: bool = False,
    watch: Watch | None = None,
) -> Path:
    """Fit, write the run folder, and print a table or the result as JSON.

    Returns
    -------
    Path
        The run folder.
    """
    folder = out if out is not None else free_name(data.train)
    check_place(folder)
    check_task(data.task)
    watch = watch or Watch()
    with progress_bar() as progress:
        with watch.step("read"):
            train, test = read_data(data, progress)
        task, train = choose_task(data.task, train, from_table=data.train.is_file())
        settings = replace(settings, task=task)
        model = fit(train, test, settings, progress, watch)
        progress("write the run", 0, None)
        circumstances = {"command": shlex.join(["headstart", *sys.argv[1:]])}
        save(model, folder, {REPORT: report_page(model, circumstances)})
    if json:
        print_json(model.result_.to_dict())
    else:
        print_summary(model.result_, folder)
    return folder


def read_data(data: DataArguments, progress: Progress) -> tuple[Dataset, Dataset | None]:
    """The training samples, and the test samples where there are any."""
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
    return _read_table(data.train, data, progress), test


def _read_table(place: Path, data: DataArguments, progress: Progress) -> Dataset:
    return read_table(place, data.path_column, data.label_column, progress, data.text_column)


def free_name(data: Path) -> Path:
    """``NAME-run`` in the current folder, or the first ``NAME-run-2`` and so on that is free."""
    stem = data.resolve().stem or "data"
    names = (f"{stem}-run" if count == 1 else f"{stem}-run-{count}" for count in range(1, 10**6))
    return next(Path(name) for name in names if not Path(name).exists())
