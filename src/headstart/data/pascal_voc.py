"""Read PASCAL VOC annotations: an XML file for each picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from headstart.data.file_bytes import read_bytes
from headstart.data.picture_places import PicturePlaces
from headstart.data.printable import printable
from headstart.data.safe_xml import read_xml
from headstart.data.written_boxes import Written, WrittenBox, WrittenPicture, corners_of, side_of
from headstart.errors import InputError, UnreadableInputError

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def written_in_voc(name: str, files: Sequence[str], images: str | None = None) -> Written:
    """Boxes of PASCAL VOC files.

    Corners are taken as they stand, as places between pixels.

    Parameters
    ----------
    name : str
        Folder that holds the data set, or its one file.
    files : sequence of str
        The XML files.
    images : str or None
        Folder of the pictures. Without it they are looked for beside the XML file, in ``images``
        or ``JPEGImages`` beside its folder, and in the folder ``name``.

    Raises
    ------
    InputError
        If none of the files is an annotation.
    """
    written = Written()
    base = name if os.path.isdir(name) else os.path.dirname(name)
    places: dict[str, PicturePlaces] = {}
    strange: list[str] = []
    for file in files:
        folder = os.path.dirname(file)
        if folder not in places:
            places[folder] = PicturePlaces(_folders(base, folder, images))
        shown = printable(os.path.relpath(file, base))
        try:
            root = read_xml(read_bytes(file))
        except UnreadableInputError as error:
            written.set_aside(shown, str(error))
            continue
        if root.tag != "annotation":
            strange.append(f"<{root.tag}>"[:40])
            written.set_aside(shown, f"its root is {strange[-1]}; accepted is <annotation>")
            continue
        written.pictures.append(_picture(root, file, shown, places[folder], written))
    if len(strange) == len(files):
        raise InputError(
            f"None of the {len(files)} XML files of '{printable(name)}' is a PASCAL VOC "
            f"annotation: the root of the first is {strange[0]}, accepted is <annotation>. Give "
            "the folder of the annotations."
        )
    return written


def _folders(base: str, folder: str, images: str | None) -> list[str]:
    if images is not None:
        return [images]
    return [
        os.path.join(parent, child)
        for parent in (folder, os.path.dirname(folder) or os.pardir, base)
        for child in ("images", "JPEGImages", "")
    ]


def _picture(
    root: Element, file: str, shown: str, places: PicturePlaces, written: Written
) -> WrittenPicture:
    stem = os.path.splitext(os.path.basename(file))[0]
    # Files are often renamed together, and the name inside left as it was.
    named = (root.findtext("filename") or "").strip()
    path = places.find(named) or places.find(stem) or places.find_or_expected(named or stem)
    width, height = (side_of(root.findtext(f"size/{side}")) for side in ("width", "height"))
    boxes: list[WrittenBox] = []
    lost = 0
    for number, found in enumerate(root.iterfind("object"), start=1):
        box = _box(found, f"{shown}, object {number}")
        if isinstance(box, WrittenBox):
            boxes.append(box)
        else:
            written.set_aside(f"{shown}, object {number}", box)
            lost += 1
    stated = (width, height) if width and height else None
    return WrittenPicture(shown, path, boxes, stated, lost=lost)


def _box(found: Element, where: str) -> WrittenBox | str:
    label = (found.findtext("name") or "").strip()
    if not label:
        return "no label: its <name> is missing or empty"
    place = found.find("bndbox")
    if place is None:
        return "no <bndbox>"
    texts = [(place.findtext(corner) or "").strip() or None for corner in _CORNERS]
    corners = corners_of(texts, "corners")
    return corners if isinstance(corners, str) else WrittenBox(where, corners, label)
