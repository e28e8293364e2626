"""Kinds of bad annotation files, and what has to be answered to each.

Each kind is written beside one good picture with a good box or mask, so that what is left shows
whether the fault spoiled its neighbours.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

from headstart.data.box_reading import read_boxes
from headstart.data.dataset import Dataset
from headstart.data.mask_reading import read_masks
from headstart.errors import InputError

Way = Literal["message", "set aside", "note"]
SIZE = (40, 30)


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    Parameters
    ----------
    name : str
    read : callable
        Writes it into an empty folder and reads that.
    way : str
        How it is to be answered.
    says : str
        Regular expression that the answer has to match.
    left : int
        Boxes, or masks, that are left.
    """

    name: str
    read: Callable[[Path], Dataset]
    way: Way
    says: str
    left: int


@dataclass(frozen=True)
class Answer:
    """What was answered: the lines of each way, and the boxes or masks that are left."""

    lines: dict[Way, list[str]]
    left: int


def answer(kind: Kind, folder: Path) -> Answer:
    """Write the kind into ``folder``, which exists and is empty, and read it."""
    try:
        data = kind.read(folder)
    except InputError as error:
        return Answer({"message": [str(error)], "set aside": [], "note": []}, 0)
    aside = [f"{one.input}: {one.reason}" for one in data.quarantined]
    labels: list[Any] = [] if data.labels is None else list(data.labels)
    left = sum(len(one) if hasattr(one, "corners") else 1 for one in labels)
    return Answer({"message": [], "set aside": aside, "note": list(data.notes)}, left)


def picture(path: Path, size: tuple[int, int] = SIZE, turn: int = 1, seed: int = 0) -> None:
    """A picture of noise; ``turn`` is its EXIF orientation."""
    pixels = np.random.default_rng([seed, *path.name.encode()]).integers(0, 255, (*size[::-1], 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0112] = turn
    Image.fromarray(pixels.astype(np.uint8)).save(path, exif=exif)


# Tables of boxes. "b.jpg" holds the good box.

GOOD_ROW = "b.jpg,cat,2,3,20,25\n"


def table(
    rows: str | bytes, head: str = "path,label,xmin,ymin,xmax,ymax\n", turn: int = 1
) -> Callable[[Path], Dataset]:
    def read(folder: Path) -> Dataset:
        picture(folder / "a.jpg", turn=turn)
        picture(folder / "b.jpg")
        (folder / "text.jpg").write_text("no picture")
        content = rows if isinstance(rows, bytes) else (head + rows).encode()
        (folder / "boxes.csv").write_bytes(content)
        return read_boxes(folder / "boxes.csv")

    return read


def row(cells: str) -> Callable[[Path], Dataset]:
    return table(f"{cells}\n{GOOD_ROW}")


# PASCAL VOC.


def voc_object(corners: Sequence[Any] = (2, 3, 20, 25), name: str = "<name>cat</name>") -> str:
    names = ("xmin", "ymin", "xmax", "ymax")
    inside = "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, corners, strict=True))
    return f"<object>{name}<bndbox>{inside}</bndbox></object>"


def voc_text(objects: str, file: str = "a.jpg", size: tuple[int, int] = SIZE) -> str:
    return (
        f"<annotation><filename>{file}</filename><size><width>{size[0]}</width>"
        f"<height>{size[1]}</height></size>{objects}</annotation>"
    )


def voc(
    content: str | bytes, turn: int = 1, good: bool = True, more: str = ""
) -> Callable[[Path], Dataset]:
    def read(folder: Path) -> Dataset:
        picture(folder / "images" / "a.jpg", turn=turn)
        picture(folder / "images" / "b.jpg")
        files = {"a.xml": content, "again.xml": more}
        files["b.xml"] = voc_text(voc_object(), "b.jpg") if good else ""
        (folder / "annotations").mkdir()
        for name, text in files.items():
            if text or name == "a.xml":
                raw = text if isinstance(text, bytes) else text.encode()
                (folder / "annotations" / name).write_bytes(raw)
        return read_boxes(folder)

    return read


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY l0 "ha">'
    + "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    + "]>"
)
FILE_ENTITY = '<!DOCTYPE a [<!ENTITY file SYSTEM "file:///etc/passwd">]>'


# COCO.


def coco(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], Dataset]:
    def read(folder: Path) -> Dataset:
        picture(folder / "a.jpg")
        picture(folder / "b.jpg")
        found = change(coco_document())
        text = found if isinstance(found, str) else json.dumps(found)
        (folder / "boxes.json").write_text(text)
        return read_boxes(folder / "boxes.json")

    return read


def coco_document(**segmentation: Any) -> dict[str, Any]:
    names = ("a.jpg", "b.jpg")
    return {
        "images": [
            {"id": n, "file_name": name, "width": SIZE[0], "height": SIZE[1]}
            for n, name in enumerate(names, start=1)
        ],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "bbox": [2, 3, 18, 22], **segmentation}
            for n in (1, 2)
        ],
    }


def changed(part: str, place: int = 0, **values: Any) -> Callable[[Path], Dataset]:
    """One record of the COCO file with other values; None takes a key away."""

    def change(document: dict[str, Any]) -> dict[str, Any]:
        record = {**document[part][place], **values}
        document[part][place] = {key: value for key, value in record.items() if value is not None}
        return document

    return coco(change)


def added(part: str, record: Any) -> Callable[[Path], Dataset]:
    """One more record in the COCO file."""

    def change(document: dict[str, Any]) -> dict[str, Any]:
        first = document[part][0]
        document[part].append({**first, **record} if isinstance(record, dict) else record)
        return document

    return coco(change)


# YOLO.


def yolo(
    text: str | bytes, files: dict[str, str] | None = None, name: str = "labels/a.txt"
) -> Callable[[Path], Dataset]:
    def read(folder: Path) -> Dataset:
        for one in ("a", "b", "c"):
            picture(folder / "images" / f"{one}.jpg")
        content = {"classes.txt": "cat\ndog\n", "labels/b.txt": "1 0.5 0.5 0.2 0.3\n"}
        content |= {"labels/c.txt": "0 0.5 0.5 0.2 0.3\n", **(files or {}), name: text}
        for one, lines in content.items():
            (folder / one).parent.mkdir(parents=True, exist_ok=True)
            (folder / one).write_bytes(lines if isinstance(lines, bytes) else lines.encode())
        return read_boxes(folder)

    return read


# Masks. Those of "b" are good: 0 and 1.


def masks(
    mask: Image.Image | bytes | None,
    kind: str = "PNG",
    classes: str | None = None,
    good: Image.Image | None = None,
    more: str = "b.png",
    **options: Any,
) -> Callable[[Path], Dataset]:
    def read(folder: Path) -> Dataset:
        for one in ("a", "b"):
            picture(folder / "images" / f"{one}.jpg")
        (folder / "masks").mkdir()
        for name in {"b.png", more}:
            (good or grey([[0, 1]])).save(folder / "masks" / name)
        ending = {"PNG": ".png", "JPEG": ".jpg", "TIFF": ".tif"}[kind]
        if isinstance(mask, bytes):
            (folder / "masks" / f"a{ending}").write_bytes(mask)
        elif mask is not None:
            mask.save(folder / "masks" / f"a{ending}", kind)
        chosen = dict(options)
        if classes is not None:
            name = "classes.json" if classes.startswith(("[", "{")) else "classes.csv"
            (folder / name).write_text(classes)
            chosen["classes"] = folder / name
        return read_masks(folder / "images", folder / "masks", **chosen)[0]

    return read


def grey(values: Any, kind: Any = np.uint8, size: tuple[int, int] = SIZE) -> Image.Image:
    """A mask of the picture's size with these values in stripes."""
    pattern = np.array(values, dtype=kind)
    rows, columns = -(-size[1] // pattern.shape[0]), -(-size[0] // pattern.shape[1])
    tiled = np.tile(pattern, (rows, columns) + (1,) * (pattern.ndim - 2))
    return Image.fromarray(tiled[: size[1], : size[0]])


def noise() -> Image.Image:
    """More colours than a mask has."""
    pixels = np.random.default_rng(0).integers(0, 255, (*SIZE[::-1], 3))
    return Image.fromarray(pixels.astype(np.uint8))


def cut_short() -> bytes:
    """A mask whose file ends before its pixels do."""
    file = BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 2, (30, 40)).astype(np.uint8)).save(
        file, "PNG"
    )
    return file.getvalue()[:80]


def coco_masks(**segmentation: Any) -> Callable[[Path], Dataset]:
    """The first annotation with another segmentation; the second is good."""

    def read(folder: Path) -> Dataset:
        picture(folder / "a.jpg")
        picture(folder / "b.jpg")
        document = coco_document(segmentation=[[2, 3, 20, 3, 20, 25]])
        document["annotations"][0].update(segmentation)
        (folder / "masks.json").write_text(json.dumps(document))
        return read_masks(folder, folder / "masks.json")[0]

    return read


def misplaced(images: str, masks_folder: str, files: Sequence[str]) -> Callable[[Path], Dataset]:
    """Pictures without their masks: folders of some names with some files."""

    def read(folder: Path) -> Dataset:
        for file in files:
            picture(folder / file)
        return read_masks(folder / images, folder / masks_folder)[0]

    return read


def nothing(name: str) -> Callable[[Path], Dataset]:
    return lambda folder: read_boxes(folder / name if name else folder)


NAMED = "name,r,g,b\nsky,0,0,255\nroad,255,0,0\n"
BLUE_RED = [[[0, 0, 255], [255, 0, 0]]]
TRAIN_VAL = {"labels/train/a.txt": "0 0.5 0.5 0.2 0.3", "labels/val/b.txt": "0 0.5 0.5 0.2 0.3"}

KINDS: tuple[Kind, ...] = (
    Kind("table: box outside", row("a.jpg,cat,50,3,60,25"), "set aside", "row 1: outside of", 1),
    Kind("table: box left of it", row("a.jpg,cat,-9,3,-1,25"), "set aside", "row 1: outside of", 1),
    Kind("table: box reaches out", row("a.jpg,cat,-5,3,60,25"), "note", "cut at its edge: 1", 2),
    Kind("table: no width", row("a.jpg,cat,5,3,5,25"), "set aside", "xmin and xmax are both 5", 1),
    Kind("table: swapped", row("a.jpg,cat,20,3,5,25"), "set aside", "xmin 20 is greater than", 1),
    Kind("table: infinite", row("a.jpg,cat,5,3,inf,25"), "set aside", "xmax is inf", 1),
    Kind("table: word for place", row("a.jpg,cat,5,3,wide,25"), "set aside", "xmax is 'wide'", 1),
    Kind("table: NaN", row("a.jpg,cat,5,NaN,9,25"), "set aside", "row 1: it has no ymin", 1),
    Kind("table: no label", row("a.jpg,,5,3,9,25"), "set aside", "row 1: no label", 1),
    Kind("table: no path", row(",cat,5,3,9,25"), "set aside", "row 1: no path", 1),
    Kind(
        "table: no such picture", row("z.jpg,cat,5,3,9,25"), "set aside", "z.jpg: no such file", 1
    ),
    Kind("table: text for picture", row("text.jpg,cat,5,3,9,25"), "set aside", "not a picture", 1),
    Kind("table: box twice", table(GOOD_ROW * 2), "note", "twice were read once: 1", 1),
    Kind("table: picture without box", row("a.jpg,,,,,"), "note", "without a box .*: 1", 1),
    Kind(
        "table: no box of a picture is good",
        row("a.jpg,cat,5,3,5,25\na.jpg,cat,50,3,60,25"),
        *("set aside", "none of its 2 boxes can be used", 1),
    ),
    Kind("table: no box at all", table("a.jpg,cat,5,3,5,25\n"), "message", "gives no box to", 0),
    Kind("table: no rows", table(""), "message", "has no rows", 0),
    Kind("table: empty file", table(b""), "message", "is empty", 0),
    Kind("table: no places", table("a.jpg,cat\n", "path,label\n"), "message", "place a box", 0),
    Kind("table: no path column", table("a,b\n", "x,label\n"), "message", "no path column", 0),
    Kind(
        "table: a row that is not UTF-8",
        table(
            f"path,label,xmin,ymin,xmax,ymax\na.jpg,caf\xe9,1,2,3,4\n{GOOD_ROW}".encode("latin1")
        ),
        *("set aside", "row 1: not UTF-8 text", 1),
    ),
    Kind(
        "table: size of another picture",
        table(
            "a.jpg,80,60,cat,5,3,9,25\nb.jpg,40,30,cat,5,3,9,25\n",
            "filename,width,height,class,xmin,ymin,xmax,ymax\n",
        ),
        *("set aside", "annotated as 80 x 60 pixels but has 40 x 30", 1),
    ),
    Kind(
        "table: negative width",
        table("a.jpg,cat,5,3,-4,9\nb.jpg,cat,5,3,9,9\n", "path,label,x,y,w,h\n"),
        *("set aside", "no area: it is -4 wide and 9 high", 1),
    ),
    Kind(
        "table: picture stored sideways",
        table(f"a.jpg,cat,5,3,9,25\n{GOOD_ROW}", turn=6),
        *("note", "annotations without a size", 2),
    ),
    Kind("VOC: empty file", voc(""), "set aside", r"a\.xml: empty file", 1),
    Kind("VOC: no XML", voc("<annotation><object>"), "set aside", "not XML that can be read", 1),
    Kind("VOC: a picture for XML", voc(b"\xff\xd8\xff\xe0"), "set aside", "not XML that can be", 1),
    Kind(
        "VOC: unknown encoding",
        voc('<?xml version="1.0" encoding="zz"?><a/>'),
        "set aside",
        "not XML",
        1,
    ),
    Kind(
        "VOC: billion laughs",
        voc(f"{LAUGHS}<annotation>&l9;</annotation>"),
        "set aside",
        "document type",
        1,
    ),
    Kind(
        "VOC: entity of a file",
        voc(f"{FILE_ENTITY}<annotation>&file;</annotation>"),
        "set aside",
        "document type",
        1,
    ),
    Kind("VOC: another root", voc("<html/>"), "set aside", "its root is <html>", 1),
    Kind("VOC: other roots alone", voc("<html/>", good=False), "message", "None of the 1 XML", 0),
    Kind(
        "VOC: no place",
        voc(voc_text(voc_object() + "<object><name>cat</name></object>")),
        "set aside",
        "object 2: no <bndbox>",
        2,
    ),
    Kind(
        "VOC: no name",
        voc(voc_text(voc_object() + voc_object(name=""))),
        "set aside",
        "object 2: no label",
        2,
    ),
    Kind(
        "VOC: word for place",
        voc(voc_text(voc_object(("left", 3, 9, 25)))),
        "set aside",
        "xmin is 'left'",
        1,
    ),
    Kind(
        "VOC: empty place",
        voc(voc_text(voc_object(("", 3, 9, 25)))),
        "set aside",
        "it has no xmin",
        1,
    ),
    Kind(
        "VOC: swapped",
        voc(voc_text(voc_object((20, 3, 2, 25)))),
        "set aside",
        "xmin 20 is greater than xmax 2",
        1,
    ),
    Kind("VOC: no object", voc(voc_text("")), "note", "without a box .*: 1", 1),
    Kind(
        "VOC: size of another picture",
        voc(voc_text(voc_object(), size=(80, 60))),
        "set aside",
        "annotated as 80 x 60",
        1,
    ),
    Kind(
        "VOC: two files for a picture",
        voc(voc_text(voc_object()), more=voc_text(voc_object((1, 1, 4, 4)))),
        "set aside",
        r"annotated twice; what stands in annotations.a\.xml",
        2,
    ),
    Kind(
        "VOC: no such picture",
        voc(voc_text(voc_object(), "z.jpg"), more=voc_text(voc_object(), "y.jpg")),
        "set aside",
        "y.jpg: no such file",
        2,
    ),
    Kind(
        "VOC: annotated as stored sideways",
        voc(voc_text(voc_object()), turn=6),
        "note",
        "turned upright, boxes and all: 1",
        2,
    ),
    Kind("COCO: no JSON", coco(lambda _: "{"), "message", "not JSON that can be read: line 1", 0),
    Kind(
        "COCO: a hundred thousand brackets",
        coco(lambda _: "[" * 100_000),
        "message",
        "not JSON that can be read",
        0,
    ),
    Kind(
        "COCO: list of results",
        coco(lambda _: [{"image_id": 1}]),
        "message",
        "a list instead of an object",
        0,
    ),
    Kind(
        "COCO: no list of categories",
        coco(lambda d: {**d, "categories": None}),
        "message",
        "no list 'categories'",
        0,
    ),
    Kind(
        "COCO: no category",
        coco(lambda d: {**d, "categories": []}),
        "message",
        "names no categories",
        0,
    ),
    Kind("COCO: no image", coco(lambda d: {**d, "images": []}), "message", "names no images", 0),
    Kind(
        "COCO: unknown category",
        changed("annotations", category_id=9),
        "set aside",
        "annotation 1: category_id 9 is no category",
        1,
    ),
    Kind(
        "COCO: unknown image",
        changed("annotations", image_id=9),
        "set aside",
        "image_id 9 is no image",
        1,
    ),
    Kind(
        "COCO: no image_id",
        changed("annotations", image_id=None),
        "set aside",
        r"image_id \(missing\)",
        1,
    ),
    Kind(
        "COCO: box of three numbers",
        changed("annotations", bbox=[1, 2, 3]),
        "set aside",
        r"bbox is \[1, 2, 3\]",
        1,
    ),
    Kind("COCO: no box", changed("annotations", bbox=None), "set aside", "bbox is None", 1),
    Kind(
        "COCO: NaN",
        changed("annotations", bbox=[1, 2, 3, float("nan")]),
        "set aside",
        "height is nan",
        1,
    ),
    Kind(
        "COCO: no width",
        changed("annotations", bbox=[1, 2, 0, 5]),
        "set aside",
        "no area: it is 0 wide",
        1,
    ),
    Kind(
        "COCO: a list for a place",
        changed("annotations", bbox=[1, [2], 3, 5]),
        "set aside",
        r"y is \[2\]",
        1,
    ),
    Kind("COCO: crowd", changed("annotations", iscrowd=1), "note", "crowds .*: 1", 1),
    Kind(
        "COCO: image id twice",
        added("images", {"file_name": "c.jpg"}),
        "set aside",
        "the id 1 is that of another image",
        2,
    ),
    Kind(
        "COCO: two entries for a picture",
        added("images", {"id": 3}),
        "set aside",
        "annotated twice",
        2,
    ),
    Kind(
        "COCO: number for annotation",
        added("annotations", 7),
        "set aside",
        "annotation 3: a number instead",
        2,
    ),
    Kind(
        "COCO: category id twice",
        added("categories", {"name": "dog"}),
        "set aside",
        "the id 1 is that of 'cat'",
        2,
    ),
    Kind(
        "COCO: no file_name",
        changed("images", file_name=None),
        "set aside",
        "image 1: no id or no file_name",
        1,
    ),
    Kind(
        "COCO: no such picture",
        changed("images", file_name="z.jpg"),
        "set aside",
        "z.jpg: no such file",
        1,
    ),
    Kind(
        "COCO: size of another picture",
        changed("images", width=99),
        "set aside",
        "annotated as 99 x 30",
        1,
    ),
    Kind(
        "YOLO: class beyond the names",
        yolo("2 0.5 0.5 0.1 0.1"),
        "set aside",
        "line 1: the class 2 is unknown: 'classes.txt' names 2, 0 to 1",
        2,
    ),
    Kind(
        "YOLO: word for class",
        yolo("cat 0.5 0.5 0.1 0.1"),
        "set aside",
        "the class cat is unknown",
        2,
    ),
    Kind("YOLO: four values", yolo("0 0.5 0.5 0.1"), "set aside", "4 values; accepted is", 2),
    Kind("YOLO: pixels", yolo("0 20 15 10 10"), "set aside", "20 is no fraction", 2),
    Kind("YOLO: outside", yolo("0 1.5 0.5 0.1 0.1"), "set aside", "outside of the picture", 2),
    Kind("YOLO: no width", yolo("0 0.5 0.5 0 0.1"), "set aside", "no area: it is 0 wide", 2),
    Kind("YOLO: word for place", yolo("0 left 0.5 0.1 0.1"), "set aside", "x centre is 'left'", 2),
    Kind("YOLO: bytes", yolo(b"\xff\xfe\x00"), "set aside", "not UTF-8 text", 2),
    Kind(
        "YOLO: no picture",
        yolo("0 0.5 0.5 0.1 0.1", name="labels/z.txt"),
        "set aside",
        "no picture 'z' for it",
        2,
    ),
    Kind(
        "YOLO: picture without a file",
        yolo("0 0.5 0.5 0.1 0.1", name="labels/b.txt"),
        "note",
        "without a text file .*: 1",
        2,
    ),
    Kind("YOLO: empty file", yolo(""), "note", "without a box .*: 1", 2),
    Kind("YOLO: box twice", yolo("0 0.5 0.5 0.1 0.1\n" * 2), "note", "twice were read once: 1", 3),
    Kind("YOLO: parts of a data set", yolo("", TRAIN_VAL), "message", "holds train, val", 0),
    Kind(
        "YOLO: a name twice",
        yolo("", {"classes.txt": "cat\ncat\n"}),
        "message",
        "names 'cat' twice",
        0,
    ),
    Kind(
        "YOLO: no YAML",
        yolo("", {"data.yaml": "names: [cat"}),
        "message",
        "no YAML that can be read",
        0,
    ),
    Kind(
        "YOLO: YAML without names",
        yolo("", {"data.yaml": "nc: 2"}),
        "message",
        "it has no list 'names'",
        0,
    ),
    Kind(
        "YOLO: YAML of a tag",
        yolo("", {"data.yaml": "names: !!python/object/apply:os.getcwd []"}),
        "message",
        "no YAML that can be read",
        0,
    ),
    Kind("nothing there", nothing("gone"), "message", "There is no file or folder", 0),
    Kind("empty folder", nothing(""), "message", "holds 0 files and no annotation", 0),
    Kind(
        "masks: another size",
        masks(grey([[0, 1]], size=(20, 30))),
        "set aside",
        "20 x 30 pixels, the picture has 40 x 30",
        1,
    ),
    Kind("masks: none for a picture", masks(None), "set aside", r"a\.jpg: no mask 'a' in", 1),
    Kind("masks: text", masks(b"no mask"), "set aside", "not a picture", 1),
    Kind("masks: cut short", masks(cut_short()), "set aside", "cut short", 1),
    Kind("masks: JPEG", masks(grey([[0, 1]]), "JPEG"), "set aside", "a JPEG file, which blurs", 1),
    Kind(
        "masks: fractions",
        masks(grey([[0.5, 1]], np.float32), "TIFF"),
        "set aside",
        "a picture of mode F",
        1,
    ),
    Kind(
        "masks: value of no class",
        masks(grey([[0, 7]]), classes='["sky", "road"]'),
        "set aside",
        "holds the value 7, of no class; known are 0, 1",
        1,
    ),
    Kind(
        "masks: colours without a table",
        masks(grey(BLUE_RED)),
        "message",
        r"in colour \(\(0, 0, 255\)",
        0,
    ),
    Kind(
        "masks: colour of no class",
        masks(grey([[[9, 9, 255], [255, 0, 0]]]), classes=NAMED, good=grey(BLUE_RED)),
        "set aside",
        r"holds the colour \(9, 9, 255\), of no class",
        1,
    ),
    Kind(
        "masks: colours, and a table of values",
        masks(grey(BLUE_RED), classes='["sky", "road"]'),
        "set aside",
        "holds colours, and the table names none",
        1,
    ),
    Kind("masks: photograph", masks(noise()), "set aside", "colours; a mask holds a few", 1),
    Kind(
        "masks: one without a picture",
        masks(grey([[1]]), more="z.png"),
        "note",
        "a picture .*: 1",
        2,
    ),
    Kind(
        "masks: too many values",
        masks(grey([[0, 9000]], np.uint16)),
        "message",
        "values up to 9000; at most 255",
        0,
    ),
    Kind(
        "masks: class never seen",
        masks(grey([[0, 1]]), classes='["a", "b", "c"]'),
        "note",
        r"no mask holds: 1 of 3 \('c'\)",
        2,
    ),
    Kind(
        "masks: all ignored",
        masks(grey([[9]]), good=grey([[9]]), ignore=9),
        "note",
        "All pixels of all masks are ignored",
        2,
    ),
    Kind(
        "masks: table without names",
        masks(grey([[0, 1]]), classes="r,g,b\n1,2,3\n"),
        "message",
        "entry 1 has no name",
        0,
    ),
    Kind(
        "masks: name twice",
        masks(grey([[0, 1]]), classes='["a", "a"]'),
        "message",
        "the same name twice: 'a'",
        0,
    ),
    Kind(
        "masks: colour of 300",
        masks(grey([[0, 1]]), classes="name,r,g,b\nsky,300,0,0\n"),
        "message",
        "not three numbers of 0 to 255",
        0,
    ),
    Kind(
        "masks: folder given twice",
        misplaced("images", "images", ["images/a.png"]),
        "message",
        "as the folder of the pictures and of the masks",
        0,
    ),
    Kind(
        "masks: no folder",
        misplaced("images", "gone", ["images/a.png"]),
        "message",
        "no folder of masks",
        0,
    ),
    Kind(
        "masks: other names",
        misplaced("images", "masks", ["images/a.png", "masks/z.png"]),
        "message",
        "No mask in .* has the name of a picture",
        0,
    ),
    Kind(
        "COCO masks: polygon of two points",
        coco_masks(segmentation=[[1, 2, 3, 4]]),
        "set aside",
        "a polygon of 4 numbers",
        1,
    ),
    Kind(
        "COCO masks: polygon of words",
        coco_masks(segmentation=[["a", 2, 3, 4, 5, 6]]),
        "set aside",
        "a polygon holds 'a'",
        1,
    ),
    Kind(
        "COCO masks: runs too short",
        coco_masks(segmentation={"counts": [5, 5], "size": [30, 40]}),
        "set aside",
        "its runs hold 10 pixels",
        1,
    ),
    Kind(
        "COCO masks: runs of another size",
        coco_masks(segmentation={"counts": [5, 5], "size": [2, 5]}),
        "set aside",
        "its runs are of 5 x 2 pixels",
        1,
    ),
    Kind(
        "COCO masks: damaged runs",
        coco_masks(segmentation={"counts": "\u00e9~~", "size": [30, 40]}),
        "set aside",
        "which is no packed number",
        1,
    ),
    Kind(
        "COCO masks: no outline",
        coco_masks(segmentation=[]),
        "set aside",
        r"segmentation is \[\]",
        1,
    ),
)
