"""``headstart fit``: labelled pictures or sentences in, a model and an honest number out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from headstart.cli.data_options import LabelColumn, LabelledData, PathColumn, TextColumn
from headstart.errors import InputError


def fit(
    data: LabelledData,
    test: Annotated[
        Path | None, typer.Option(help="Held-out data; without it a part is held back.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Run folder to write; default: NAME-run here.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="Pretrained model: auto, NAME, NAME=FILE or run:PATH; several times to have the "
            "best one chosen. See: headstart sources."
        ),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Local safetensors file for that source.")
    ] = None,
    plan: Annotated[
        str,
        typer.Option(
            help="auto, probe, freeze:K, full, gradual, lora, bias, pointwise, scratch, copy:K, or "
            "a JSON file with a plan."
        ),
    ] = "auto",
    epochs: Annotated[int | None, typer.Option(help="Passes over the samples in training.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Samples a training step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Highest, in training.")] = None,
    path_column: PathColumn = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    task: Annotated[
        str, typer.Option(help="auto, classification, or regression (labels are numbers).")
    ] = "auto",
    test_size: Annotated[float, typer.Option(help="Share held back without --test.")] = 0.2,
    time_limit: Annotated[
        float | None,
        typer.Option(help="Seconds for everything; plan auto then tries plans. Ctrl-C ends early."),
    ] = None,
    random_twin: Annotated[
        bool, typer.Option("--random-twin", help="Compare with random weights too.")
    ] = False,
    seed: Annotated[int, typer.Option(help="For splits, resampling and training.")] = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with this fit where it was broken off.")
    ] = False,
    states: Annotated[
        str, typer.Option(help="States at the cut: auto, store, or recompute in each epoch.")
    ] = "auto",
    processes: Annotated[int, typer.Option(help="Processes that train together.")] = 1,
    keep_transfer: Annotated[
        bool,
        typer.Option("--keep-transfer", help="Save the model with transfer even where it hurts."),
    ] = False,
    no_samples: Annotated[
        bool,
        typer.Option("--no-samples", help="Put no small copies of training samples into the run."),
    ] = False,
    track: Annotated[
        str | None, typer.Option(help="Tell a tracker of experiments of the run: mlflow.")
    ] = None,
    targets: Annotated[
        str | None,
        typer.Option(
            help="Columns of several targets, such as car,sign,age=regression; or all. Gaps are "
            "allowed."
        ),
    ] = None,
    grouping: Annotated[
        str,
        typer.Option(
            help="With --targets: one network (joint), one for each (separate), or auto: both."
        ),
    ] = "auto",
    loss_weights: Annotated[
        str, typer.Option(help="With --targets: uncertainty, equal, or car=1,sign=0.5.")
    ] = "uncertainty",
    json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Fit a model on labelled pictures or sentences, measure it, and compare with no transfer."""
    began = time.perf_counter()
    from headstart.cli.fitting_job import DataArguments, fit_and_save
    from headstart.cli.plan_argument import read_plan
    from headstart.fitting import Settings, Watch
    from headstart.fitting.source_names import source_settings
    from headstart.runs.tracking import check_tracker
    from headstart.runs.tracking import track as tell

    training = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate}
    settings = Settings(
        **source_settings(source or [], None if weights is None else str(weights)),
        plan=read_plan(plan),
        test_fraction=test_size,
        seed=seed,
        random_twin=random_twin,
        training={name: value for name, value in training.items() if value is not None},
        states=states,  # type: ignore[arg-type]
        resume=resume,
        processes=processes,
        time_limit=time_limit,
        fallback=not keep_transfer,
        keeps_samples=not no_samples,
    )
    arguments = DataArguments(data, test, path_column, label_column, task, text_column)
    if track is not None:
        check_tracker(track)
    if targets is not None:
        from headstart.cli.several_targets import TargetOptions, fit_several

        if track is not None:
            raise InputError(
                f"--track {track} is about runs with one target. Leave it out with --targets."
            )
        options = TargetOptions(targets, grouping, loss_weights)
        fit_several(arguments, options, settings, out, json, Watch(began=began))
        return
    run = fit_and_save(arguments, settings, out, json, Watch(began=began))
    if track is not None:
        print(f"Tracked: {tell(run, track)}", file=sys.stderr if json else sys.stdout)
