"""``headstart curve`` for tasks of places: what more pictures bring, and what transfer does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from headstart.cli.columns import aligned
from headstart.cli.score_table import metric_title
from headstart.errors import InputError
from headstart.evaluation.curve_result import WITH, WITHOUT
from headstart.evaluation.place_curve import PlaceCurve
from headstart.evaluation.verdict import verdict
from headstart.metrics.figure import Figure

if TYPE_CHECKING:
    from headstart.cli.curve_arguments import CurveArguments
    from headstart.cli.place_arguments import PlaceArguments
    from headstart.fitting.place_settings import PlaceSettings
    from headstart.fitting.watch import Watch


def run_place_curve(
    data: PlaceArguments, settings: PlaceSettings, json: bool, watch: Watch
) -> None:
    """Measure, and print a table or the result as JSON."""
    from headstart.cli.json_output import print_json
    from headstart.cli.place_reading import read_place_sides
    from headstart.cli.screen import progress_bar
    from headstart.fitting.place_curves import place_curves

    with progress_bar() as progress:
        with watch.step("read"):
            train, test, classes = read_place_sides(data, settings.task, progress)
        asked = replace(settings, classes=classes)
        found = place_curves(train, test, asked, progress, watch)
    if json:
        print_json(found.to_dict())
        return
    for line in place_curve_lines(found):
        print(line)


def place_curve_settings(task: str, typed: CurveArguments) -> PlaceSettings:
    """What the fits are asked for.

    Raises
    ------
    InputError
        If something was given that no curve of places takes.
    """
    from headstart.fitting.place_settings import PlaceSettings

    others = {"--target": typed.target, "--text": typed.text_column, "--sizes": typed.sizes}
    for name, value in {**others, "--targets": typed.targets}.items():
        if value is not None:
            raise InputError(f"{name} is not accepted in a curve of boxes or masks. Leave it out.")
    training = {} if typed.epochs is None else {"epochs": typed.epochs}
    return PlaceSettings(
        task, typed.source, seed=typed.seed, training=training, twin=typed.random_twin
    )


def place_curve_lines(found: PlaceCurve) -> Iterator[str]:
    """A line a number of pictures, then what the differences say."""
    title = metric_title(found.metric)
    yield f"{title} by number of pictures, on {found.n_test:,} test pictures with {found.source}"
    yield from aligned(_table(found), n_left=0)
    yield ""
    last = found.points[-1]
    if last.more is None:
        yield "There are too few pictures to tell whether more of them would help."
    else:
        before = found.points[-2].n_train
        yield f"From {before:,} to {last.n_train:,} pictures: {found.pays}: {_points(last.more)}."
    if last.transfer is not None:
        said = verdict(last.transfer)
        yield f"With {last.n_train:,} pictures: {said}: {_points(last.transfer)}."
    yield from (f"Note: {note}" for note in found.notes)
    yield f"Took {sum(found.seconds.values()):.1f} s."


def _table(found: PlaceCurve) -> list[list[str]]:
    has_twin = all(one.twin is not None for one in found.points)
    head = ["pictures", WITH, "95 % interval", *([WITHOUT, "95 % interval"] if has_twin else [])]
    rows = [head]
    for one in found.points:
        twin = _cells(one.twin) if has_twin and one.twin is not None else []
        rows.append([f"{one.n_train:,}", *_cells(one.figure), *twin])
    return rows


def _cells(figure: Figure) -> list[str]:
    return [f"{figure.value:z.3f}", f"{figure.low:z.3f} to {figure.high:z.3f}"]


def _points(figure: Figure) -> str:
    value, low, high = (f"{100 * one:+z.1f}" for one in (figure.value, figure.low, figure.high))
    return f"{value} points (95 %: {low} to {high})"
