"""Read boxes of objects, whatever tool has written them."""

from __future__ import annotations

import os
from collections.abc import Callable

from headstart.data.box_checks import dataset_of
from headstart.data.box_tables import written_in_table
from headstart.data.coco import written_in_coco
from headstart.data.dataset import Dataset
from headstart.data.pascal_voc import written_in_voc
from headstart.data.printable import printable
from headstart.data.table_files import TABLE_ENDINGS
from headstart.data.walk import files_below
from headstart.data.written_boxes import Written
from headstart.data.yolo import is_yolo, written_in_yolo
from headstart.errors import InputError
from headstart.progress import Progress, silent

_ACCEPTED = (
    "Accepted are a table of boxes (CSV, TSV, Parquet, JSON lines) with the columns path, label, "
    "xmin, ymin, xmax, ymax; a folder of PASCAL VOC files (*.xml); a COCO file (.json); or a "
    "folder of YOLO text files (images/ and labels/)."
)


def read_boxes(
    data: str | os.PathLike[str],
    images: str | os.PathLike[str] | None = None,
    *,
    path_column: str | None = None,
    label_column: str | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Read pictures with boxes around objects.

    Coordinates are taken as they stand, as continuous places on the upright picture. What marks
    the first and the last pixel inside (PASCAL VOC counts from 1) is a pixel too small at most.

    Parameters
    ----------
    data : path-like
        A table of boxes, a row each (a row whose box is empty says that its picture holds none); a
        folder of PASCAL VOC files; a COCO file; a folder of YOLO text files; or a folder with
        ``boxes.csv`` in it.
    images : path-like or None
        Folder of the pictures; None: they are looked for where such data sets have them.
    path_column, label_column : str or None
        Of a table; None: found by name. Without labels there is one class, ``object``.
    progress : Progress, optional
        Told after each picture.

    Returns
    -------
    Dataset
        Labels are :class:`~headstart.data.boxes.Boxes`. A box that reaches beyond its picture is
        cut at the edge and noted; boxes and pictures that cannot be used are in ``quarantined``.

    Raises
    ------
    InputError
        If the data is of no accepted kind, cannot be read, or no box is left.
    """
    name = os.fsdecode(data)
    folder = None if images is None else os.fsdecode(images)
    _refuse_no_folder(folder)
    if not os.path.exists(name):
        raise InputError(
            f"There is no file or folder '{printable(name)}'. {_ACCEPTED} Check the spelling; "
            f"relative paths are looked up from '{printable(os.getcwd())}'."
        )
    if os.path.isdir(name):
        return _read_folder(name, folder, path_column, label_column, progress)
    if name.lower().endswith(".json"):
        return dataset_of(written_in_coco(name, folder), name, progress)
    if name.lower().endswith(".xml"):
        return dataset_of(written_in_voc(name, [name], folder), name, progress)
    if name.lower().endswith(TABLE_ENDINGS):
        written = written_in_table(name, folder, path_column, label_column)
        return dataset_of(written, name, progress)
    raise InputError(f"'{printable(name)}' is no file of boxes. {_ACCEPTED}")


def _refuse_no_folder(images: str | None) -> None:
    if images is not None and not os.path.isdir(images):
        raise InputError(
            f"There is no folder of pictures '{printable(images)}'. Give the folder that holds "
            "them, or leave it out where the pictures lie beside their annotations."
        )


def _read_folder(
    name: str,
    images: str | None,
    path_column: str | None,
    label_column: str | None,
    progress: Progress,
) -> Dataset:
    below = files_below(name)
    files = below.files
    readers: list[tuple[bool, Callable[[], Written]]]
    xml = [file for file in files if file.lower().endswith(".xml")]
    json = [file for file in files if file.lower().endswith(".json")]
    table = os.path.join(name, "boxes.csv")
    readers = [
        (bool(xml), lambda: written_in_voc(name, xml, images)),
        (is_yolo(name, files), lambda: written_in_yolo(name, files, images)),
        (len(json) == 1, lambda: written_in_coco(json[0], images)),
        (table in files, lambda: written_in_table(table, images, path_column, label_column)),
    ]
    for applies, read in readers:
        if applies:
            written = read()
            written.quarantined.extend(below.quarantined)
            written.notes.extend(below.notes)
            return dataset_of(written, name, progress)
    raise InputError(
        f"The folder '{printable(name)}' holds {len(files)} files and no annotation of boxes among "
        f"them. {_ACCEPTED}"
    )
