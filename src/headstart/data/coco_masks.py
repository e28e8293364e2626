"""Read masks that a COCO file describes by outlines and runs of pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from headstart.data.class_tables import ClassTable
from headstart.data.coco import CocoFile, CocoPicture, read_coco
from headstart.data.dataset import Dataset, Quarantined
from headstart.data.masks import IGNORED, RegionMask
from headstart.data.object_arrays import as_objects
from headstart.data.regions import Polygons, Region, runs_of
from headstart.data.sized_pictures import SizedPicture, size_all
from headstart.data.written_boxes import number_of
from headstart.errors import UnreadableInputError
from headstart.progress import Progress, silent

BACKGROUND = "background"

#: Area, code and region of each annotation.
_Drawn = list[tuple[float, int, Region]]


def read_coco_masks(
    images: str, file: str, table: ClassTable | None = None, progress: Progress = silent
) -> tuple[Dataset, tuple[str, ...]]:
    """Pictures of a COCO file with a mask each, drawn from the outlines of its annotations.

    Smaller regions are drawn on top of larger ones. What is marked as a crowd is ignored.

    Parameters
    ----------
    images : str
        Folder of the pictures.
    file : str
        The COCO file.
    table : ClassTable or None
        Names of the classes; pixels of no region are ignored unless one is called ``background``.
        None: the background and the categories, in the order of their ids.
    progress : Progress, optional
        Told after each picture.

    Returns
    -------
    Dataset
        Labels are :class:`~headstart.data.masks.RegionMask`.
    tuple of str
        Names of the classes, in the order of their codes.

    Raises
    ------
    InputError
        If it is no COCO file, or no picture of it can be used.
    """
    from headstart.data.mask_reading import nothing_left, unseen_notes

    coco = read_coco(file, images)
    names = _names(coco) if table is None else table.names
    background = names.index(BACKGROUND) if BACKGROUND in names else IGNORED
    pictures = list(coco.pictures.items())
    sizes = size_all([one.path for _, one in pictures], progress)
    drawn, lost = _regions(coco, names, _expected(pictures, sizes))
    aside = coco.written.quarantined
    items, labels, seen = [], [], {background}
    for (key, picture), found in zip(pictures, sizes, strict=True):
        reason = _fault(picture, found, len(drawn[key]), lost[key])
        if isinstance(found, Quarantined) or reason:
            name = found.input if isinstance(found, Quarantined) else found.item.name
            aside.append(Quarantined(name, f"{reason} ({picture.where})"))
            continue
        items.append(found.item)
        labels.append(_mask(drawn[key], picture, found, background))
        seen |= {code for code, _ in labels[-1].regions}
    if not items:
        raise nothing_left(file, aside)
    notes = (*coco.written.notes, *unseen_notes(names, seen))
    data = Dataset("image", items, labels=as_objects(labels), quarantined=tuple(aside), notes=notes)
    return data, names


def _names(coco: CocoFile) -> tuple[str, ...]:
    """The background, then the categories in the order of their ids."""
    ordered = sorted(coco.classes.items(), key=lambda one: str(one[0]).zfill(30))
    return tuple(dict.fromkeys([BACKGROUND, *(name for _, name in ordered)]))


def _mask(drawn: _Drawn, picture: CocoPicture, found: SizedPicture, background: int) -> RegionMask:
    """Small regions come last, so that they lie on top; crowds come first."""
    turn = found.turn if found.sideways and picture.stated == found.stored else 1
    ordered = sorted(drawn, key=lambda one: (one[1] != IGNORED, -one[0]))
    shapes = tuple((code, region) for _, code, region in ordered)
    return RegionMask(found.size, shapes, background, turn)


def _expected(
    pictures: Sequence[tuple[Any, CocoPicture]], sizes: Sequence[SizedPicture | Quarantined]
) -> dict[Any, tuple[int, int]]:
    """Width and height of the regions of each picture that can be read."""
    return {
        key: picture.stated or found.size
        for (key, picture), found in zip(pictures, sizes, strict=True)
        if isinstance(found, SizedPicture)
    }


def _regions(
    coco: CocoFile, names: Sequence[str], sizes: Mapping[Any, tuple[int, int]]
) -> tuple[dict[Any, _Drawn], dict[Any, int]]:
    """What is to be drawn on each picture, and how many regions of it cannot be used."""
    drawn: dict[Any, _Drawn] = {key: [] for key in coco.pictures}
    lost = dict.fromkeys(coco.pictures, 0)
    for where, picture, label, one in coco.of_pictures():
        try:
            if label and label not in names:
                known = ", ".join(names[:6])
                raise UnreadableInputError(f"'{label}' is none of the classes: {known}")
            if not label or picture not in sizes:
                lost[picture] += 1
                continue
            region, area = _region(one, sizes[picture])
            code = IGNORED if one.get("iscrowd") else names.index(label)
            drawn[picture].append((area, code, region))
        except UnreadableInputError as error:
            coco.written.set_aside(where, str(error))
            lost[picture] += 1
    return drawn, lost


def _fault(
    picture: CocoPicture, found: SizedPicture | Quarantined, drawn: int, lost: int
) -> str | None:
    if isinstance(found, Quarantined):
        return found.reason
    if picture.stated not in (None, found.size, found.stored):
        width, height = picture.stated or (0, 0)
        return (
            f"annotated as {width} x {height} pixels but has {found.size[0]} x {found.size[1]}: "
            "its regions are those of another picture"
        )
    return f"none of its {lost} regions can be used" if lost and not drawn else None


def _region(one: Mapping[str, Any], size: tuple[int, int]) -> tuple[Region, float]:
    """A region and its area in pixels.

    Raises
    ------
    UnreadableInputError
        If it is described in no accepted way.
    """
    given = one.get("segmentation")
    if isinstance(given, dict):
        return _runs(given, size)
    if not isinstance(given, list) or not given:
        raise UnreadableInputError(
            f"segmentation is {given!r:.40}; accepted are polygons, or runs with counts and size"
        )
    outlines = tuple(_outline(points) for points in given)
    return Polygons(outlines), sum(_area(outline) for outline in outlines)


def _runs(given: Mapping[str, Any], size: tuple[int, int]) -> tuple[Region, float]:
    counts, shape = given.get("counts"), given.get("size")
    sides = shape if isinstance(shape, list) and len(shape) == 2 else [None, None]
    height, width = sides
    if not isinstance(height, int) or not isinstance(width, int):
        raise UnreadableInputError(f"the size of its runs is {shape!r:.40}; accepted: two numbers")
    if (width, height) != size:
        raise UnreadableInputError(
            f"its runs are of {width} x {height} pixels, the picture of {size[0]} x {size[1]}"
        )
    if not isinstance(counts, (str, list)):
        raise UnreadableInputError(f"the counts of its runs are {counts!r:.40}")
    runs = runs_of(counts, (width, height))
    return runs, float(runs.counts[1::2].sum())


def _outline(points: Any) -> np.ndarray:
    count = len(points) if isinstance(points, list) else 0
    if count < 6 or count % 2:
        raise UnreadableInputError(
            f"a polygon of {count} numbers; accepted are at least 3 points, two numbers each"
        )
    numbers = [number_of(point) for point in points]
    wrong = [point for point, n in zip(points, numbers, strict=True) if n is None or abs(n) > 1e6]
    outline = np.array(numbers, dtype=np.float64)
    if wrong or not np.isfinite(outline).all():
        raise UnreadableInputError(f"a polygon holds {(wrong or ['NaN'])[0]!r:.40}, no place in it")
    return outline.reshape(-1, 2)


def _area(outline: np.ndarray) -> float:
    x, y = outline.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
