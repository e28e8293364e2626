"""Hold written boxes against their pictures: what fits becomes a data set, the rest is named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from headstart.data.boxes import Boxes, clip_corners
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.items import FileItem
from headstart.data.object_arrays import as_objects
from headstart.data.printable import printable
from headstart.data.sized_pictures import SizedPicture, size_all, turn_corners
from headstart.data.written_boxes import Corners, Written, WrittenBox, WrittenPicture
from headstart.errors import InputError
from headstart.progress import Progress, silent

#: Pixels by which a box may reach beyond its picture without a word.
_ROUNDING = 0.01


@dataclass
class _Tally:
    """What is told once for all pictures."""

    clipped: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        told = {
            "Boxes that reach beyond their picture were cut at its edge": self.clipped,
            "Boxes that stand there twice were read once": self.repeated,
            "Pictures that are stored sideways, and annotated so, were turned upright, boxes and "
            "all": self.turned,
            "Pictures that are stored sideways have annotations without a size: the boxes were "
            "taken as drawn on the upright picture": self.sideways,
            "Pictures without a box count as showing no object": self.empty,
        }
        return [
            f"{text}: {len(places)}, the first being '{places[0]}'."
            for text, places in told.items()
            if places
        ]


def dataset_of(written: Written, name: str, progress: Progress = silent) -> Dataset:
    """The pictures and boxes that can be used, in the order in which they are written.

    Parameters
    ----------
    written : Written
        What the annotation files hold.
    name : str
        What they are called, for messages.
    progress : Progress, optional
        Told after each picture.

    Returns
    -------
    Dataset
        Labels are :class:`~headstart.data.boxes.Boxes`. Boxes and pictures that cannot be used are
        in ``quarantined``; a picture none of whose boxes can be used is too, since it would teach
        that it holds nothing.

    Raises
    ------
    InputError
        If no box is left.
    """
    tally = _Tally()
    aside = list(written.quarantined)
    items: list[FileItem] = []
    labels: list[Boxes] = []
    sizes = size_all([picture.path for picture in written.pictures], progress)
    known: dict[str, str] = {}
    for picture, found in zip(written.pictures, sizes, strict=True):
        reason = _fault(picture, found, known)
        if isinstance(found, Quarantined) or reason:
            aside.append(Quarantined(printable(picture.path), f"{reason} ({picture.where})"))
            continue
        boxes = _boxes(picture, found, aside, tally, written.scored)
        if not len(boxes) and (picture.boxes or picture.lost):
            reason = f"none of its {len(picture.boxes) + picture.lost} boxes can be used"
            aside.append(Quarantined(printable(picture.path), f"{reason} ({picture.where})"))
            continue
        if not len(boxes):
            tally.empty.append(found.item.name)
        items.append(found.item)
        labels.append(boxes)
    if not any(len(boxes) for boxes in labels):
        raise _nothing_left(name, len(items), aside)
    notes = (*written.notes, *tally.notes())
    return Dataset("image", items, labels=as_objects(labels), quarantined=tuple(aside), notes=notes)


def _fault(
    picture: WrittenPicture, found: SizedPicture | Quarantined, known: dict[str, str]
) -> str | None:
    """Why a picture cannot be used; ``known`` holds where each picture was told of first."""
    if isinstance(found, Quarantined):
        return found.reason
    earlier = known.setdefault(os.path.realpath(picture.path), picture.where)
    if earlier != picture.where:
        return f"annotated twice; what stands in {earlier} was read"
    if picture.stated not in (None, found.size, found.stored):
        width, height = picture.stated or (0, 0)
        return (
            f"annotated as {width} x {height} pixels but has {found.size[0]} x {found.size[1]}: "
            "its boxes are those of another picture"
        )
    return None


def _boxes(
    picture: WrittenPicture,
    found: SizedPicture,
    aside: list[Quarantined],
    tally: _Tally,
    scored: bool,
) -> Boxes:
    turn = _turn(picture, found, tally)
    kept: list[tuple[WrittenBox, Corners]] = []
    seen: set[tuple[Corners, str, float | None]] = set()
    for box in picture.boxes:
        corners = _placed(box.corners, found, picture.relative, turn)
        reason = _box_fault(box.corners, corners, found.size)
        if reason is not None:
            aside.append(Quarantined(box.where, reason))
        elif (corners, box.label, box.score) in seen:
            tally.repeated.append(box.where)
        else:
            seen.add((corners, box.label, box.score))
            kept.append((box, corners))
    return _clipped(kept, found.size, tally, scored)


def _turn(picture: WrittenPicture, found: SizedPicture, tally: _Tally) -> int:
    """The EXIF orientation by which the boxes are to be turned; 1: not at all."""
    if not found.sideways or picture.relative or found.size == found.stored:
        return 1
    if picture.stated is None and picture.boxes:
        tally.sideways.append(found.item.name)
    if picture.stated != found.stored:
        return 1
    tally.turned.append(found.item.name)
    return found.turn


def _placed(corners: Corners, found: SizedPicture, relative: bool, turn: int) -> Corners:
    """Corners in pixels of the upright picture."""
    if relative:
        width, height = found.size
        return corners[0] * width, corners[1] * height, corners[2] * width, corners[3] * height
    if turn == 1:
        return corners
    x0, y0, x1, y1 = turn_corners(np.array([corners]), found.stored, turn)[0].tolist()
    return x0, y0, x1, y1


def _box_fault(written: Corners, corners: Corners, size: tuple[int, int]) -> str | None:
    xmin, ymin, xmax, ymax = written
    for low, high, axis in ((xmin, xmax, "x"), (ymin, ymax, "y")):
        if low > high:
            return f"swapped corners: {axis}min {low:g} is greater than {axis}max {high:g}"
        if low == high:
            return f"no area: {axis}min and {axis}max are both {low:g}"
    width, height = size
    if corners[0] >= width or corners[1] >= height or corners[2] <= 0 or corners[3] <= 0:
        shown = ", ".join(f"{value:g}" for value in corners)
        return f"outside of the picture of {width} x {height} pixels: ({shown})"
    return None


def _clipped(
    kept: Sequence[tuple[WrittenBox, Corners]],
    size: tuple[int, int],
    tally: _Tally,
    scored: bool,
) -> Boxes:
    boxes = Boxes.of(
        [corners for _, corners in kept],
        [box.label for box, _ in kept],
        size,
        [box.score for box, _ in kept] if scored else None,
    )
    inside = clip_corners(boxes.corners, size)
    beyond = np.abs(inside - boxes.corners).max(axis=1, initial=0.0) > _ROUNDING
    tally.clipped += [kept[row][0].where for row in np.flatnonzero(beyond).tolist()]
    return replace(boxes, corners=inside)


def _nothing_left(name: str, pictures: int, aside: Sequence[Quarantined]) -> InputError:
    first = f"; the first is '{aside[0].input}': {aside[0].reason}" if aside else ""
    return InputError(
        f"'{printable(name)}' gives no box to learn from: {pictures} pictures without a box could "
        f"be read, and {len(aside)} inputs were set aside{first}. At least one box is needed. "
        "Correct the annotations or where the pictures lie."
    )
