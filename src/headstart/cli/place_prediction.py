"""What ``headstart predict`` does with a model that says where something is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from headstart.cli.json_output import print_json
from headstart.cli.place_output import PlaceOutput
from headstart.cli.screen import progress_bar
from headstart.data.printable import printable
from headstart.errors import InputError
from headstart.runs.place_model import PlaceModel, PlacePrediction
from headstart.tasks.box_prediction import BoxPrediction, FoundBox
from headstart.tasks.detection import DetectionTask


def with_threshold(model: PlaceModel, threshold: float | None) -> PlaceModel:
    """The model with another score from which on boxes are shown.

    Raises
    ------
    InputError
        If its answers have no scores, or it is no share.
    """
    if threshold is None:
        return model
    if model.task.name != DetectionTask.name:
        raise InputError(
            f"--threshold is about boxes with scores, and this model is one of {model.task.name}. "
            "Leave it out."
        )
    if not 0.0 <= threshold <= 1.0:
        raise InputError(
            f"The threshold is {threshold!r}; accepted are scores from 0 to 1, such as "
            f"{model.threshold:.2f}, which this model uses."
        )
    return replace(model, threshold=threshold)


def predict_places(
    model: PlaceModel,
    inputs: Sequence[str | Path],
    out: Path | None,
    draw: Path | None,
    json: bool,
) -> bool:
    """Answer every input, and print or write that.

    Parameters
    ----------
    model : PlaceModel
        What answers.
    inputs : sequence of str or Path
        Pictures and folders of them.
    out, draw : Path or None
        See :class:`~headstart.cli.place_output.PlaceOutput`.
    json : bool
        Whether to print JSON.

    Returns
    -------
    bool
        Whether any input was answered.
    """
    output = PlaceOutput(model, out, draw)
    rows: list[PlacePrediction] = []
    with progress_bar() as progress:
        for placed in model.iterate_places(list(inputs), progress):
            output.take(placed)
            rows.append(model.row_of(placed))
    told = output.finish(rows)
    if json:
        print_json({"predictions": [row.to_dict() for row in rows]})
    else:
        for line in (*map(line_of, rows), *told):
            print(line)
    return any(row.reason is None for row in rows)


def line_of(row: PlacePrediction) -> str:
    r"""Name and answers with tabs between, so that they can be cut.

    Examples
    --------
    >>> line_of(BoxPrediction("a.jpg", (FoundBox("cat", 0.9, 1.0, 2.0, 30.0, 40.5),), (64, 48)))
    'a.jpg\tcat 0.900 (1, 2, 30, 40.5)'
    >>> line_of(BoxPrediction("a.jpg", (), (64, 48)))
    'a.jpg\tnothing found'
    """
    if row.reason is not None:
        return f"{row.input}\t-\tcannot be read: {row.reason}"
    if isinstance(row, BoxPrediction):
        cells = [_box(one) for one in row.boxes]
    else:
        largest = sorted(row.shares.items(), key=lambda one: -one[1])
        cells = [f"{printable(name)} {share:.1%}" for name, share in largest if share > 0]
    return "\t".join([row.input, *(cells or ["nothing found"])])


def _box(one: FoundBox) -> str:
    corners: tuple[Any, ...] = (one.xmin, one.ymin, one.xmax, one.ymax)
    where = ", ".join(f"{edge:g}" for edge in corners)
    return f"{printable(one.label)} {one.score:.3f} ({where})"
