"""Where answers about places are written: a table, a COCO file, masks, pictures drawn on."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from headstart.cli.output_file import check_output, write_output
from headstart.data.boxes import Boxes
from headstart.data.coco_file import to_coco
from headstart.data.dataset import Item
from headstart.data.drawing import draw_boxes, draw_mask
from headstart.data.mask_file import to_index_png
from headstart.errors import InputError, UnreadableInputError
from headstart.files import to_json
from headstart.runs.place_model import Answer, Placed, PlaceModel, PlacePrediction
from headstart.runs.place_saving import rows_to_csv
from headstart.tasks.box_prediction import BoxPrediction

_JSON = ".json"
#: Signs that some file system does not take in a name.
_ODD = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_QUALITY = 90


class FileNames:
    """Names of files after those of pictures, each once.

    Examples
    --------
    >>> names = FileNames(".png")
    >>> [names.after(one) for one in ("a/x.jpg", "b/x.jpg", "b/X.png", "b/x-2.jpg")]
    ['x.png', 'x-2.png', 'X-3.png', 'x-2-2.png']
    """

    def __init__(self, ending: str) -> None:
        self._ending = ending
        self._taken: set[str] = set()

    def after(self, picture: str) -> str:
        """The stem of a picture's name; numbered where it came before, however it is written."""
        stem = _ODD.sub("_", Path(picture).stem) or "picture"
        name, count = stem, 1
        while name.casefold() in self._taken:
            count += 1
            name = f"{stem}-{count}"
        self._taken.add(name.casefold())
        return name + self._ending


class Folder:
    """A new or empty folder that gets a file for each picture.

    Parameters
    ----------
    place : Path
        Where it is; it is made with the first file.
    ending : str
        Of the files.

    Raises
    ------
    InputError
        If something else stands there, or there is no folder for it.
    """

    def __init__(self, place: Path, ending: str) -> None:
        if place.is_dir() and any(place.iterdir()):
            raise InputError(
                f"The folder '{place}' is not empty, and nothing in it is written over. Name a new "
                "folder, or empty it first."
            )
        if not place.is_dir():
            check_output(place)
        if place.exists() and not place.is_dir():
            raise InputError(f"'{place}' is a file; accepted is a folder. Name a new folder.")
        self.place = place
        self._names = FileNames(ending)

    def write(self, picture: str, content: bytes) -> None:
        """A file after the name of a picture.

        Raises
        ------
        InputError
            If the disk does not take it.
        """
        try:
            self.place.mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(
                f"The folder '{self.place}' cannot be made: {error.strerror or error}. Name "
                "another place."
            ) from error
        write_output(self.place / self._names.after(picture), content)


class PlaceOutput:
    """What is written of the answers, as the command line asked for it.

    Parameters
    ----------
    model : PlaceModel
        What answers.
    out : Path or None
        A name that ends in .json: boxes in the form of COCO. A folder: masks. Else a table.
    draw : Path or None
        A folder of pictures with the answers drawn on them.

    Raises
    ------
    InputError
        If a place cannot be written to, before anything is computed.
    """

    def __init__(self, model: PlaceModel, out: Path | None, draw: Path | None) -> None:
        if out is not None and draw is not None and out.resolve() == draw.resolve():
            raise InputError(
                f"--out and --draw name the same place, '{out}'. Name a folder for each."
            )
        self._model, self._out = model, out
        self._masks = self._drawn = None
        if out is not None and not model.has_boxes and (out.is_dir() or not out.suffix):
            self._masks = Folder(out, ".png")
        elif out is not None:
            if out.is_dir():
                raise InputError(
                    f"'{out}' is a folder; boxes are written to one file. Name one that ends in "
                    ".csv, or in .json for the form of COCO. Pictures with the boxes on them: "
                    "--draw FOLDER"
                )
            check_output(out)
        if draw is not None:
            self._drawn = Folder(draw, ".jpg")

    def take(self, placed: Placed) -> None:
        """Write what has a file of its own for each picture."""
        if placed.answer is None or placed.item is None:
            return
        if self._masks is not None and not isinstance(placed.answer, Boxes):
            self._masks.write(placed.name, to_index_png(placed.answer, self._model.classes_))
        if self._drawn is not None:
            drawn = drawn_file(self._model, placed.item, placed.answer)
            self._drawn.write(placed.name, drawn)

    def finish(self, rows: list[PlacePrediction]) -> list[str]:
        """Write what is one file; gives sentences about what was written."""
        told = []
        if self._out is not None:
            if self._masks is None:
                write_output(self._out, _content(self._model, rows, self._out))
            told.append(f"Written to {self._out}.")
        if self._drawn is not None:
            told.append(f"Drawn in {self._drawn.place}.")
        return told


def _content(model: PlaceModel, rows: list[PlacePrediction], out: Path) -> bytes:
    if out.suffix.lower() != _JSON:
        return rows_to_csv(rows, model.task.table)
    if model.has_boxes:
        return coco_file(model, rows)
    return to_json({"predictions": [row.to_dict() for row in rows]})


def coco_file(model: PlaceModel, rows: list[PlacePrediction]) -> bytes:
    """Boxes of the pictures that could be read, in the form of COCO."""
    names, sizes, boxes = [], [], []
    for row in rows:
        if isinstance(row, BoxPrediction) and row.size is not None:
            names.append(row.input)
            sizes.append(row.size)
            boxes.append(row.to_boxes())
    return to_coco(names, sizes, boxes, model.classes_)


def drawn_file(model: PlaceModel, item: Item, answer: Answer) -> bytes:
    """The picture with the answer on it, as a JPEG file.

    Raises
    ------
    InputError
        If the picture cannot be read any more.
    """
    try:
        image = item.open()
    except UnreadableInputError as error:
        raise InputError(
            f"{item.name} could be read a moment ago, and now: {error}. Leave the pictures where "
            "they are while they are looked at."
        ) from error
    if isinstance(answer, Boxes):
        drawn = draw_boxes(image, model.shown(answer), model.classes_)
    else:
        drawn = draw_mask(image, answer, model.classes_)
    file = BytesIO()
    drawn.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
