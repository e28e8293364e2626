"""Read YOLO text files: a line for each box, in fractions of the picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import isfinite

from headstart.data.class_names import ClassNames, find_class_names
from headstart.data.file_bytes import read_bytes
from headstart.data.picture_endings import PICTURE_ENDINGS
from headstart.data.picture_places import PicturePlaces
from headstart.data.printable import printable
from headstart.data.split_folders import SPLIT_NAMES
from headstart.data.walk import files_below
from headstart.data.written_boxes import (
    Corners,
    Written,
    WrittenBox,
    WrittenPicture,
    corners_of,
    number_of,
)
from headstart.errors import InputError, UnreadableInputError

#: Text files of such folders that hold no boxes.
_LISTS = ("classes.txt", "obj.names", "train.txt", "test.txt", "val.txt", "valid.txt")
_SIGNS = ("classes.txt", "obj.names", "data.yaml", "data.yml", "dataset.yaml")
_LINE = "accepted is: class x-centre y-centre width height, the last four as fractions"


def is_yolo(name: str, files: Sequence[str]) -> bool:
    """Whether a folder with these files below it looks like a data set for YOLO."""
    names = {os.path.basename(file).lower() for file in files}
    texts = any(file.lower().endswith(".txt") for file in files)
    parts = {part for file in files for part in _parts(file, name)}
    own = _own_parts(name)
    if "images" in own and os.path.isdir(_swapped(os.path.abspath(name), "images", "labels")):
        return True
    return (texts and "labels" in parts | own) or bool(names & set(_SIGNS))


def written_in_yolo(name: str, files: Sequence[str], images: str | None = None) -> Written:
    """Boxes of YOLO text files.

    Each line holds the number of the class, then centre and size of the box in fractions of the
    upright picture's width and height; or the outline of the object, of which the box is taken. A
    file without a line says that its picture holds nothing; a picture without a file was not
    looked at, and is left out with a note.

    Parameters
    ----------
    name : str
        The folder.
    files : sequence of str
        What lies below it.
    images : str or None
        Folder of the pictures. Without it they are looked for in ``images`` where the text file
        lies in ``labels``, and beside the text file.

    Raises
    ------
    InputError
        If it holds several parts of a data set (train and val), or no text file.
    """
    texts = _label_files(name, files)
    _refuse_parts(name, texts)
    written, places = Written(), {}
    classes = find_class_names(_homes_of_names(name, texts))
    for text in texts:
        folder = os.path.dirname(text)
        if folder not in places:
            places[folder] = PicturePlaces(_folders(folder, images))
        stem = os.path.splitext(os.path.basename(text))[0]
        shown = printable(os.path.relpath(text, name))
        path = places[folder].find(stem)
        if path is None:
            written.set_aside(shown, f"no picture '{printable(stem)}' for it")
            continue
        picture = _picture(text, shown, path, classes, written)
        if picture is not None:
            written.pictures.append(picture)
    _note_unlabelled(files, written)
    return written


def _label_files(name: str, files: Sequence[str]) -> list[str]:
    own = os.path.abspath(name)
    if "images" in _own_parts(name):
        beside = _swapped(own, "images", "labels")
        files = [*files, *files_below(beside).files] if os.path.isdir(beside) else files
    found = [
        file
        for file in files
        if file.lower().endswith(".txt") and os.path.basename(file).lower() not in _LISTS
    ]
    if not found:
        raise InputError(
            f"The folder '{printable(name)}' holds no text file of boxes. Accepted is a folder "
            "with images/ and labels/, where labels/NAME.txt tells of images/NAME.jpg."
        )
    return found


def _refuse_parts(name: str, texts: Sequence[str]) -> None:
    parts = {part for text in texts for part in _parts(text, name)[:2]}
    found = sorted(part for part in parts if part.lower().rstrip("0123456789") in SPLIT_NAMES)
    if len(found) > 1:
        first = next(text for text in texts if found[0] in _parts(text, name))
        folder = os.path.relpath(os.path.dirname(first), name)
        raise InputError(
            f"The folder '{printable(name)}' holds {', '.join(found)}, which are parts of a data "
            f"set. Give one of them, as in '{printable(os.path.join(name, folder))}'."
        )


def _picture(
    text: str, shown: str, path: str, classes: ClassNames | None, written: Written
) -> WrittenPicture | None:
    try:
        lines = read_bytes(text).decode("utf-8-sig").splitlines()
    except UnreadableInputError as error:
        written.set_aside(shown, str(error))
        return None
    except UnicodeDecodeError:
        written.set_aside(shown, "not UTF-8 text")
        return None
    boxes: list[WrittenBox] = []
    lost = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{shown}, line {number}"
        box = _box(where, line.split(), classes)
        if isinstance(box, WrittenBox):
            boxes.append(box)
        else:
            written.set_aside(where, box)
            lost += 1
    return WrittenPicture(shown, path, boxes, relative=True, lost=lost)


def _box(where: str, words: list[str], classes: ClassNames | None) -> WrittenBox | str:
    outline = len(words) >= 7 and len(words) % 2 == 1
    if len(words) not in (5, 6) and not outline:
        return f"{len(words)} values; {_LINE}"
    label = _label(words[0], classes)
    if label is None and classes is None:
        return f"the class is {words[0]!r:.40}; accepted is a whole number from 0"
    if label is None and classes is not None:
        return (
            f"the class {words[0]:.40} is unknown: '{classes.file}' names {len(classes.names)}, "
            f"0 to {len(classes.names) - 1}"
        )
    places = words[1:] if outline else words[1:5]
    far = [word for word in places if not -1 <= (number_of(word) or 0) <= 2]
    corners = _around(places) if outline else corners_of(places, "centre and size")
    if isinstance(corners, str):
        return corners
    if far:
        return f"{far[0]:.40} is no fraction of the picture; {_LINE}"
    return WrittenBox(where, corners, label or "")


def _label(word: str, classes: ClassNames | None) -> str | None:
    number = number_of(word)
    if number is None or number < 0 or number != number // 1:
        return None
    if classes is None:
        return str(int(number))
    return classes.names[int(number)] if number < len(classes.names) else None


def _around(words: list[str]) -> Corners | str:
    """The box around an outline of points."""
    numbers = []
    for word in words:
        number = number_of(word)
        if number is None or not isfinite(number):
            return f"{word!r:.40} in its outline is no number"
        numbers.append(number)
    x, y = numbers[::2], numbers[1::2]
    return corners_of([min(x), min(y), max(x), max(y)], "corners")


def _note_unlabelled(files: Sequence[str], written: Written) -> None:
    told = {os.path.realpath(picture.path) for picture in written.pictures}
    pictures = [file for file in files if file.lower().endswith(PICTURE_ENDINGS)]
    others = [printable(file) for file in pictures if os.path.realpath(file) not in told]
    if others:
        written.notes.append(
            "Pictures without a text file of boxes were left out (an empty file says that there is "
            f"none to see): {len(others)}, the first being '{others[0]}'."
        )


def _folders(folder: str, images: str | None) -> list[str]:
    if images is not None:
        return [images, *([] if images == folder else [folder])]
    own = os.path.abspath(folder)
    swapped = [_swapped(own, "labels", "images")] if "labels" in _own_parts(own) else []
    return [*swapped, folder, os.path.join(folder, "images")]


def _homes_of_names(name: str, texts: Sequence[str]) -> list[str]:
    """Where the names of the classes may lie: from the text files up to above their data set."""
    homes = [name]
    for folder in sorted({os.path.abspath(os.path.dirname(text)) for text in texts}):
        homes.append(folder)
        if "labels" in _own_parts(folder):
            while os.path.basename(folder) != "labels":
                folder = os.path.dirname(folder)
                homes.append(folder)
            above = os.path.dirname(folder)
            homes += [above, os.path.dirname(above)]
    return list(dict.fromkeys(homes))


def _parts(file: str, name: str) -> list[str]:
    """Names of the folders between ``name`` and a file below it."""
    return [part for part in os.path.relpath(file, name).split(os.sep)[:-1] if part != os.pardir]


def _own_parts(name: str) -> set[str]:
    """Names of a folder and of the one above it."""
    return set(os.path.abspath(name).split(os.sep)[-2:])


def _swapped(folder: str, old: str, new: str) -> str:
    """The folder with the last part of its path that is ``old`` replaced by ``new``."""
    parts = folder.split(os.sep)
    place = len(parts) - 1 - parts[::-1].index(old)
    return os.sep.join([*parts[:place], new, *parts[place + 1 :]])
