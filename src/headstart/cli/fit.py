"""``headstart fit``: labelled pictures or sentences in, a model and an honest number out."""

from __future__ import annotations

import sys
import time

from headstart.cli.command_of import command_of
from headstart.cli.fit_arguments import FitArguments


@command_of(FitArguments)
def fit(typed: FitArguments) -> None:
    """Fit a model on labelled pictures or sentences, measure it, and compare with no transfer."""
    began = time.perf_counter()
    from headstart.cli.fitting_job import DataArguments, fit_and_save, fit_settings
    from headstart.cli.place_fit import (
        PlaceArguments,
        fit_places_and_save,
        place_settings,
        place_task,
    )
    from headstart.cli.several_targets import TargetOptions, fit_several
    from headstart.fitting import Watch
    from headstart.runs.tracking import check_tracker, track

    to, watch = (typed.out, typed.json), Watch(began=began)
    places = PlaceArguments.of(typed)
    task = place_task(typed.task, places)
    if task is not None:
        fit_places_and_save(places, place_settings(task, typed), *to, watch)
        return
    data, settings = DataArguments.of(typed), fit_settings(typed)
    if typed.track is not None:
        check_tracker(typed.track)
    targets = TargetOptions.of(typed)
    if targets is not None:
        fit_several(data, targets, settings, *to, watch)
        return
    run = fit_and_save(data, settings, *to, watch)
    if typed.track is not None:
        told = track(run, typed.track)
        print(f"Tracked: {told}", file=sys.stderr if typed.json else sys.stdout)
