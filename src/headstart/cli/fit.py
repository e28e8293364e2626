"""``headstart fit``: labelled pictures or sentences in, a model and an honest number out."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from headstart.cli.command_of import command_of
from headstart.cli.fit_arguments import FitArguments


@command_of(FitArguments)
def fit(typed: FitArguments) -> None:
    """Fit a model on labelled pictures or sentences, measure it, and compare with no transfer."""
    began = time.perf_counter()
    from headstart.cli.fitting_job import DataArguments, fit_and_save, fit_settings
    from headstart.cli.place_arguments import PlaceArguments, place_task
    from headstart.cli.place_fit import fit_places_and_save, place_settings
    from headstart.cli.several_targets import TargetOptions, fit_several
    from headstart.fitting import Watch

    to, watch = (typed.out, typed.json), Watch(began=began)
    places = PlaceArguments.of(typed)
    task = place_task(typed.task, places)
    if task is not None:
        asked = place_settings(task, typed)
        _check_tracker(typed)
        _track(fit_places_and_save(places, asked, *to, watch), typed)
        return
    data, settings = DataArguments.of(typed), fit_settings(typed)
    _check_tracker(typed)
    targets = TargetOptions.of(typed)
    if targets is not None:
        _track(fit_several(data, targets, settings, *to, watch), typed)
        return
    _track(fit_and_save(data, settings, *to, watch), typed)


def _check_tracker(typed: FitArguments) -> None:
    """Before anything is computed."""
    if typed.track is not None:
        from headstart.runs.tracking import check_tracker

        check_tracker(typed.track)


def _track(run: Path, typed: FitArguments) -> None:
    """Tell the tracker that was asked for of the run."""
    if typed.track is not None:
        from headstart.runs.tracking import track

        told = track(run, typed.track)
        print(f"Tracked: {told}", file=sys.stderr if typed.json else sys.stdout)
