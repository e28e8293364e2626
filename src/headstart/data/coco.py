"""Read COCO files: one JSON document of pictures, classes and annotations."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from headstart.data.json_document import kind_of, read_json
from headstart.data.picture_places import PicturePlaces
from headstart.data.printable import printable
from headstart.data.written_boxes import (
    Written,
    WrittenBox,
    WrittenPicture,
    corners_of,
    number_of,
    side_of,
)
from headstart.errors import InputError

_ACCEPTED = (
    'Accepted is a COCO file of instances: an object with the lists "images", "annotations" and '
    '"categories".'
)


@dataclass(frozen=True)
class CocoPicture:
    """A picture that a COCO file names."""

    where: str
    path: str
    stated: tuple[int, int] | None


@dataclass(frozen=True)
class CocoFile:
    """A COCO file whose parts fit together.

    Parameters
    ----------
    pictures : dict of int or str to CocoPicture
        By their id.
    classes : dict of int or str to str
        Names by their id.
    annotations : list of (str, mapping)
        Where each stands, and what it is.
    written : Written
        What was set aside on the way.
    """

    pictures: dict[Any, CocoPicture]
    classes: dict[Any, str]
    annotations: list[tuple[str, Mapping[str, Any]]]
    written: Written

    def of_pictures(self) -> Iterator[tuple[str, Any, str, Mapping[str, Any]]]:
        """Where, picture id, class and content of each annotation whose picture and class exist.

        The others are set aside.
        """
        for where, one in self.annotations:
            picture, kind = _key(one.get("image_id")), _key(one.get("category_id"))
            if picture not in self.pictures:
                self.written.set_aside(where, f"image_id {_shown(one, 'image_id')} is no image")
            elif kind not in self.classes:
                seen = _shown(one, "category_id")
                self.written.set_aside(where, f"category_id {seen} is no category")
                yield where, picture, "", one
            else:
                yield where, picture, self.classes[kind], one


def written_in_coco(name: str, images: str | None = None) -> Written:
    """Boxes of a COCO file of instances.

    A crowd (``iscrowd``) is a region and no object: it is left out, with a note.

    Parameters
    ----------
    name : str
        Path of the file.
    images : str or None
        Folder of the pictures. Without it they are looked for where such files have them.

    Raises
    ------
    InputError
        If it is no COCO file.
    """
    coco = read_coco(name, images)
    boxes: dict[Any, list[WrittenBox]] = {key: [] for key in coco.pictures}
    lost = dict.fromkeys(coco.pictures, 0)
    crowds = 0
    for where, picture, label, one in coco.of_pictures():
        if one.get("iscrowd"):
            crowds += 1
            continue
        box = _box(where, label, one) if label else ""
        if isinstance(box, WrittenBox):
            boxes[picture].append(box)
            continue
        lost[picture] += 1
        if box:
            coco.written.set_aside(where, box)
    if crowds:
        coco.written.notes.append(
            f"Regions of crowds (iscrowd) are no single objects: {crowds} left out."
        )
    pictures = [
        WrittenPicture(one.where, one.path, boxes[key], one.stated, lost=lost[key])
        for key, one in coco.pictures.items()
    ]
    scores = [box.score is not None for found in boxes.values() for box in found]
    return replace(coco.written, pictures=pictures, scored=bool(scores) and all(scores))


def read_coco(name: str, images: str | None = None) -> CocoFile:
    """The parts of a COCO file, each under its id.

    Raises
    ------
    InputError
        If it is no COCO file, or names no picture or class.
    """
    document = read_json(name, _ACCEPTED)
    written = Written()
    kinds = list(_records(document, "categories", name, written))
    pictures = list(_records(document, "images", name, written))
    annotations = list(_records(document, "annotations", name, written))
    coco = CocoFile({}, _classes(kinds, written), annotations, written)
    places = PicturePlaces(_folders(name, images))
    for where, one in pictures:
        _add_picture(coco, where, one, places)
    for what, found in (("categories", coco.classes), ("images", coco.pictures)):
        if not found:
            raise InputError(f"The file '{printable(name)}' names no {what}. {_ACCEPTED}")
    return coco


def _records(
    document: Any, key: str, name: str, written: Written
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = document.get(key) if isinstance(document, dict) else None
    if not isinstance(found, list):
        seen = f"no list {key!r}"
        if not isinstance(document, dict):
            seen = f"{kind_of(document)} instead of an object"
        raise InputError(f"The file '{printable(name)}' holds {seen}. {_ACCEPTED}")
    file = printable(os.path.basename(name))
    singular = {"categories": "category", "images": "image", "annotations": "annotation"}[key]
    for number, one in enumerate(found, start=1):
        where = f"{file}, {singular} {number}"
        if isinstance(one, dict):
            yield where, one
        else:
            written.set_aside(where, f"{kind_of(one)} instead of an object")


def _classes(kinds: list[tuple[str, Mapping[str, Any]]], written: Written) -> dict[Any, str]:
    classes: dict[Any, str] = {}
    for where, one in kinds:
        key, name = _key(one.get("id")), one.get("name")
        if key is None or not isinstance(name, str) or not name.strip():
            written.set_aside(where, "no id or no name")
        elif key in classes:
            written.set_aside(where, f"the id {key} is that of '{classes[key]}' already")
        else:
            classes[key] = name.strip()
    return classes


def _add_picture(coco: CocoFile, where: str, one: Mapping[str, Any], places: PicturePlaces) -> None:
    key, file = _key(one.get("id")), one.get("file_name")
    if key is None or not isinstance(file, str) or not file.strip():
        coco.written.set_aside(where, "no id or no file_name")
    elif key in coco.pictures:
        coco.written.set_aside(where, f"the id {key} is that of another image already")
    else:
        width, height = side_of(one.get("width")), side_of(one.get("height"))
        stated = (width, height) if width and height else None
        coco.pictures[key] = CocoPicture(where, places.find_or_expected(file), stated)


def _folders(name: str, images: str | None) -> list[str]:
    base = os.path.dirname(name)
    if images is not None:
        return [images, base]
    above = os.path.join(base, os.pardir)
    # instances_train2017.json lies in annotations/ beside train2017/.
    part = os.path.splitext(os.path.basename(name))[0].rpartition("_")[2]
    return [
        os.path.join(folder, child) for folder in (base, above) for child in ("", "images", part)
    ]


def _key(value: Any) -> int | str | None:
    """An id that can be looked up: many tools write numbers as text."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 30 else text


def _shown(one: Mapping[str, Any], key: str) -> str:
    return f"{one[key]!r:.40}" if key in one else "(missing)"


def _box(where: str, label: str, one: Mapping[str, Any]) -> WrittenBox | str:
    place = one.get("bbox")
    if not isinstance(place, list) or len(place) != 4:
        return f"bbox is {place!r:.60}; accepted are four numbers: x, y, width, height"
    corners = corners_of(place, "corner and size")
    if isinstance(corners, str):
        return corners
    return WrittenBox(where, corners, label, number_of(one.get("score")))
