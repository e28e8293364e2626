"""What every fit does around its fitting: find a folder, write the run, tell what came of it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from headstart.cli.json_output import print_json
from headstart.cli.run_report import report_page
from headstart.cli.screen import progress_bar
from headstart.cli.summary import print_summary
from headstart.progress import Progress
from headstart.runs import Model, check_place
from headstart.runs.place_model import PlaceModel
from headstart.runs.saving import REPORT
from headstart.runs.several_targets import SeveralModel

Fitted = TypeVar("Fitted", Model, PlaceModel, SeveralModel)
OneAnswer = TypeVar("OneAnswer", Model, PlaceModel)


@dataclass(frozen=True)
class RunForm(Generic[Fitted]):
    """How a fitted model becomes a run, and what is told of it.

    Parameters
    ----------
    save : callable
        Writes the model into a folder, with more files by name.
    page : callable
        Its report, from the model and the circumstances of the fit.
    tell : callable
        Prints its table, and where the run is.
    """

    save: Callable[[Fitted, Path, Mapping[str, bytes]], object]
    page: Callable[[Fitted, Mapping[str, Any]], bytes]
    tell: Callable[[Fitted, Path], None]


def write_run(
    fitted: Callable[[Progress], Fitted],
    form: RunForm[Fitted],
    data: Path,
    out: Path | None,
    json: bool,
) -> Path:
    """Fit, write the run folder, and print a table or the result as JSON.

    Parameters
    ----------
    fitted : callable
        Reads and fits, and tells how far it is.
    form : RunForm
        How such a model is written and told of.
    data : Path
        What is learned from; the run is named after it.
    out : Path or None
        Run folder to write; None: a free name here.
    json : bool
        Whether to print the result as JSON.

    Returns
    -------
    Path
        The run folder.
    """
    folder = out if out is not None else free_name(data)
    check_place(folder)
    with progress_bar() as progress:
        model = fitted(progress)
        progress("write the run", 0, None)
        circumstances = {"command": shlex.join(["headstart", *sys.argv[1:]])}
        form.save(model, folder, {REPORT: form.page(model, circumstances)})
    if json:
        print_json(model.result_.to_dict())
    else:
        form.tell(model, folder)
    return folder


def told_by_summary(
    save: Callable[[OneAnswer, Path, Mapping[str, bytes]], object],
) -> RunForm[OneAnswer]:
    """Of a model of one target: the page and the table of every such run."""
    return RunForm(save, report_page, lambda model, folder: print_summary(model.result_, folder))


def free_name(data: Path) -> Path:
    """``NAME-run`` in the current folder, or the first ``NAME-run-2`` and so on that is free."""
    stem = data.resolve().stem or "data"
    names = (f"{stem}-run" if count == 1 else f"{stem}-run-{count}" for count in range(1, 10**6))
    return next(Path(name) for name in names if not Path(name).exists())
