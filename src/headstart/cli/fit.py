"""``headstart fit``: labelled pictures or sentences in, a model and an honest number out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from headstart.cli.data_options import LabelColumn, LabelledData, PathColumn, TextColumn
from headstart.errors import InputError

_PLACES = "Boxes and masks"


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
        str,
        typer.Option(
            help="auto, classification, regression (labels are numbers), detect, locate (one box "
            "a picture) or segment."
        ),
    ] = "auto",
    test_size: Annotated[float, typer.Option(help="Share held back without --test.")] = 0.2,
    time_limit: Annotated[
        float | None,
        typer.Option(help="Seconds for everything; plan auto then tries plans. Ctrl-C ends early."),
    ] = None,
    random_twin: Annotated[
        bool | None,
        typer.Option(
            "--random-twin/--no-random-twin",
            help="Compare with random weights too; usual with detect, locate and segment.",
        ),
    ] = None,
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
    images: Annotated[
        Path | None,
        typer.Option(help="Folder of the pictures with boxes.", rich_help_panel=_PLACES),
    ] = None,
    masks: Annotated[
        Path | None,
        typer.Option(
            help="Folder of masks of the pictures in DATA, or a COCO file.", rich_help_panel=_PLACES
        ),
    ] = None,
    test_masks: Annotated[
        Path | None, typer.Option(help="The same for --test.", rich_help_panel=_PLACES)
    ] = None,
    classes: Annotated[
        Path | None,
        typer.Option(
            help="Table of the classes of masks, with their values or colours.",
            rich_help_panel=_PLACES,
        ),
    ] = None,
    ignore: Annotated[
        int | None,
        typer.Option(help="Value of masks that does not count.", rich_help_panel=_PLACES),
    ] = None,
    instances: Annotated[
        bool,
        typer.Option(
            "--instances", help="Masks number the objects of one class.", rich_help_panel=_PLACES
        ),
    ] = False,
    split: Annotated[
        Path | None,
        typer.Option(
            help="Table that says which pictures are of the part test.", rich_help_panel=_PLACES
        ),
    ] = None,
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
    from headstart.cli.place_fit import (
        PlaceArguments,
        fit_places_and_save,
        place_task,
        refuse_others,
    )
    from headstart.cli.plan_argument import read_plan
    from headstart.fitting import Settings, Watch
    from headstart.fitting.place_settings import PlaceSettings
    from headstart.fitting.source_names import source_settings
    from headstart.runs.tracking import check_tracker
    from headstart.runs.tracking import track as tell

    asked = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate}
    training = {name: value for name, value in asked.items() if value is not None}
    places = PlaceArguments(
        data,
        *(test, images, masks, test_masks, classes, ignore, instances, split),
        *(path_column, label_column),
    )
    where = place_task(task, places)
    if where is not None:
        refuse_others(
            {
                "--time-limit": time_limit,
                "--processes": processes > 1,
                "--text": text_column,
                "--track": track,
                "--targets": targets,
                "--keep-transfer": keep_transfer,
                "More than one --source": len(source or []) > 1,
            }
        )
        fit_places_and_save(
            places,
            PlaceSettings(
                where,
                source=(source or ["auto"])[0],
                plan=read_plan(plan),
                weights=None if weights is None else str(weights),
                test_fraction=test_size,
                seed=seed,
                twin=random_twin is not False,
                training=training,
                states=states,  # type: ignore[arg-type]
                resume=resume,
                keeps_samples=not no_samples,
            ),
            out,
            json,
            Watch(began=began),
        )
        return
    settings = Settings(
        **source_settings(source or [], None if weights is None else str(weights)),
        plan=read_plan(plan),
        test_fraction=test_size,
        seed=seed,
        random_twin=bool(random_twin),
        training=training,
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
