"""Read boxes from a table: a row is a box, and names its picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headstart.data.columns import LABEL_NAMES, PATH_NAMES, find_by_name, find_column
from headstart.data.picture_places import PicturePlaces
from headstart.data.printable import printable
from headstart.data.table_files import Table, read_table_file
from headstart.data.written_boxes import (
    Corners,
    Form,
    Written,
    WrittenBox,
    WrittenPicture,
    corners_of,
    side_of,
)
from headstart.errors import InputError

#: The class of a table without a column of labels.
ONE_CLASS = "object"

_PICTURE_NAMES = (*PATH_NAMES, "file_name", "image_name", "img", "imageid", "image_id", "name")
_CLASS_NAMES = (*LABEL_NAMES, "class_name", "label_name", "labelname", "category_name")
_CORNERS: tuple[tuple[Form, tuple[str, str, str, str]], ...] = (
    ("corners", ("xmin", "ymin", "xmax", "ymax")),
    ("corners", ("x_min", "y_min", "x_max", "y_max")),
    ("corners", ("x1", "y1", "x2", "y2")),
    ("corners", ("left", "top", "right", "bottom")),
    ("corner and size", ("x", "y", "w", "h")),
    ("corner and size", ("x", "y", "width", "height")),
    ("corner and size", ("left", "top", "width", "height")),
    ("corner and size", ("bbox_x", "bbox_y", "bbox_width", "bbox_height")),
)
_ACCEPTED = "xmin, ymin, xmax, ymax; x1, y1, x2, y2; left, top, right, bottom; or x, y, w, h"


@dataclass(frozen=True)
class _Layout:
    """Which column holds what."""

    path: str
    label: str | None
    form: Form
    corners: tuple[str, str, str, str]
    size: tuple[str, str] | None


def written_in_table(
    name: str,
    images: str | None = None,
    path_column: str | None = None,
    label_column: str | None = None,
) -> Written:
    """Boxes of a CSV, TSV, Parquet or JSON lines file.

    Corners are taken as they stand, as places between pixels; where a table means the first and
    the last pixel inside, its boxes are a pixel too small at most.

    Parameters
    ----------
    name : str
        Path of the table.
    images : str or None
        Folder of the pictures. Without it they are looked for beside the table and in ``images``
        beside it.
    path_column, label_column : str or None
        None: found by name. A table without labels holds one class, ``object``.

    Raises
    ------
    InputError
        If it cannot be read, lacks a column, or has no rows.
    """
    table = read_table_file(name)
    layout = _layout(table, path_column, label_column)
    if not len(table):
        raise InputError(
            f"The table '{printable(name)}' has no rows. Give each box a row with its picture and "
            f"its place ({_ACCEPTED})."
        )
    base = os.path.dirname(name)
    places = PicturePlaces(
        [base, os.path.join(base, "images")] if images is None else [images, base]
    )
    written = Written(notes=[*table.notes, *_layout_notes(table, layout)])
    pictures = _pictures(table, layout, places, written)
    written.pictures.extend(_relative(pictures, written))
    return written


def columns_of_boxes(
    columns: Sequence[str],
) -> tuple[Form, tuple[str, str, str, str]] | None:
    """Which columns of a table place boxes, and how; None where there are none.

    Examples
    --------
    >>> columns_of_boxes(["file", "label", "XMin", "YMin", "XMax", "YMax"])
    ('corners', ('XMin', 'YMin', 'XMax', 'YMax'))
    >>> columns_of_boxes(["path", "label"]) is None
    True
    """
    for form, names in _CORNERS:
        x, y, across, down = (find_by_name(columns, (one,)) for one in names)
        if x is not None and y is not None and across is not None and down is not None:
            return form, (x, y, across, down)
    return None


def _layout(table: Table, path_column: str | None, label_column: str | None) -> _Layout:
    path = find_column(table.columns, path_column, _PICTURE_NAMES, "path", table.name)
    label = label_column
    if label is not None:
        find_column(table.columns, label, _CLASS_NAMES, "label", table.name)
    others = [column for column in table.columns if column != path]
    placing = columns_of_boxes(others)
    if placing is not None:
        form, corners = placing
        rest = [column for column in others if column not in corners]
        width, height = find_by_name(rest, ("width",)), find_by_name(rest, ("height",))
        size = None if width is None or height is None else (width, height)
        # The y of a place is no label, though a label may be called so.
        return _Layout(path, label or find_by_name(rest, _CLASS_NAMES), form, corners, size)
    raise InputError(
        f"The table '{printable(table.name)}' has no columns that place a box. Its columns: "
        f"{', '.join(map(repr, table.columns))}. Accepted names: {_ACCEPTED}. Rename the columns; "
        "the first line of a CSV file must hold the names."
    )


def _layout_notes(table: Table, layout: _Layout) -> list[str]:
    shown = ", ".join(layout.corners)
    meaning = {
        "corners": "the corners of the boxes",
        "corner and size": "the left upper corners and the sizes of the boxes",
        "centre and size": "the centres and the sizes of the boxes",
    }[layout.form]
    file = printable(os.path.basename(table.name))
    notes = [f"The columns {shown} of '{file}' were taken as {meaning}."]
    if layout.label is None:
        notes.append(f"'{file}' has no column of labels: all boxes are of one class, {ONE_CLASS}.")
    return notes


def _pictures(
    table: Table, layout: _Layout, places: PicturePlaces, written: Written
) -> list[WrittenPicture]:
    paths = table.cells(layout.path)
    labels = table.cells(layout.label) if layout.label else [ONE_CLASS] * len(table)
    numbers = [table.cells(column) for column in layout.corners]
    stated = [table.cells(column) for column in layout.size or ()]
    file = printable(os.path.basename(table.name))
    pictures: dict[str, WrittenPicture] = {}
    for row, path in enumerate(paths):
        where = f"{file}, row {row + 1}"
        if row in table.blank:
            continue
        if path is None or row in table.faults:
            written.set_aside(where, table.faults.get(row, "no path"))
            continue
        path = os.path.normpath(path)
        if path not in pictures:
            size = [side_of(column[row]) for column in stated]
            known = (size[0], size[1]) if len(size) == 2 and size[0] and size[1] else None
            pictures[path] = WrittenPicture(where, places.find_or_expected(path), stated=known)
        values = [column[row] for column in numbers]
        box = _box(where, values, labels[row], layout)
        if isinstance(box, WrittenBox):
            pictures[path].boxes.append(box)
        elif any(value is not None for value in values):  # else it tells of a picture without one
            written.set_aside(where, box)
            pictures[path] = replace(pictures[path], lost=pictures[path].lost + 1)
    return list(pictures.values())


def _box(
    where: str, values: Sequence[str | None], label: str | None, layout: _Layout
) -> WrittenBox | str:
    corners = corners_of(values, layout.form, layout.corners)
    if isinstance(corners, str):
        return corners
    return "no label" if label is None else WrittenBox(where, corners, label)


def _relative(pictures: list[WrittenPicture], written: Written) -> list[WrittenPicture]:
    """Mark boxes that are fractions of the sides, as Open Images has them."""
    corners: list[Corners] = [box.corners for picture in pictures for box in picture.boxes]
    values = [value for one in corners for value in one]
    if not values or min(values) < 0 or max(values) > 1 or all(v in (0, 1) for v in values):
        return pictures
    written.notes.append(
        "All places of boxes lie between 0 and 1: they were taken as fractions of the width and "
        "the height of the picture."
    )
    return [replace(picture, relative=True) for picture in pictures]
