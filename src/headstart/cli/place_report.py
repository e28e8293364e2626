"""The report of a model that says where something is, with what its run keeps to show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headstart.data import open_image
from headstart.data.thumbnails import thumbnail
from headstart.errors import InputError, UnreadableInputError
from headstart.report import Exhibits, report_contents
from headstart.runs.kept_places import KeptPlaces
from headstart.runs.place_model import PlaceModel

#: Pixels of the longer side.
_SIDE = 360


def place_contents(
    model: PlaceModel,
    circumstances: Mapping[str, Any] | None = None,
    explains: bool = False,
    curve: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the page and the Markdown say; parameters as of the report of other models.

    Raises
    ------
    InputError
        If the model shall be explained, or the curve is about another task.
    """
    if explains:
        raise InputError(
            "--explain is about models whose answer is a label or a number, and this run is "
            f"one of {model.task.name}. Leave it out."
        )
    task = None if curve is None else curve.get("task")
    if task is not None and task != model.task.name:
        raise InputError(
            f"The curve is about a task of {task}, and this run is one of {model.task.name}. Give "
            "the file that 'headstart curve DATA --task ... --json > curve.json' wrote for it."
        )
    exhibits = Exhibits(thumbnails=_thumbnails(model.kept), places=model.kept, curve=curve)
    return report_contents(model.result_, model.evidence, (), exhibits, circumstances)


def _thumbnails(kept: KeptPlaces | None) -> dict[str, bytes]:
    """Small pictures of the files that are still there, and have not become others."""
    pictures = {}
    for one in () if kept is None else kept.pictures:
        try:
            image = open_image(Path(one.name).read_bytes())
        except (OSError, ValueError, UnreadableInputError):
            continue
        if image.size == one.size:
            pictures[one.name] = thumbnail(image, _SIDE)
    return pictures
