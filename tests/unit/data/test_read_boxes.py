"""Boxes are the same whatever wrote them."""

from __future__ import annotations

import json
import os

import numpy as np
import polars
import pytest

from headstart.data.box_reading import read_boxes
from headstart.data.boxes import Boxes
from headstart.data.coco_file import to_coco
from headstart.errors import InputError

SIZE = (40, 30)
#: Two boxes on a.jpg, one on b.jpg, none on c.jpg.
EXPECTED = {
    "a.jpg": [("cat", (2, 3, 20, 25)), ("dog", (10, 6, 40, 30))],
    "b.jpg": [("dog", (4, 0, 12, 9))],
    "c.jpg": [],
}
ROWS = [(name, label, *corners) for name, found in EXPECTED.items() for label, corners in found]
HEAD = "path,label,xmin,ymin,xmax,ymax"


@pytest.fixture
def pictures(tmp_path, photo):
    """Writes the three pictures into a folder."""

    def write(folder=""):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for seed, name in enumerate(EXPECTED):
            (tmp_path / folder / name).write_bytes(photo(seed))
        return tmp_path

    return write


def plain(data):
    """Boxes by the names of their pictures."""
    for boxes in data.labels:
        assert boxes.size == SIZE
        assert boxes.corners.dtype == np.float64
        assert boxes.labels.dtype == object
        assert boxes.scores is None
    return {
        os.path.basename(name): [
            (label, tuple(corners))
            for label, corners in zip(boxes.labels, boxes.corners.round(3).tolist(), strict=True)
        ]
        for name, boxes in zip(data.names, data.labels, strict=True)
    }


def rows(separator=",", change=lambda row: row, empty="c.jpg,,,,,"):
    lines = [separator.join(map(str, change(row))) for row in ROWS]
    return "\n".join([*lines, empty.replace(",", separator)]) + "\n"


def as_sizes(row):
    name, label, xmin, ymin, xmax, ymax = row
    return name, label, xmin, ymin, xmax - xmin, ymax - ymin


TABLES = {
    "corners": f"{HEAD}\n{rows()}",
    "semicolons": f"{HEAD}\n{rows()}".replace(",", ";"),
    "names without endings": f"{HEAD}\n{rows()}".replace(".jpg", ""),
    "other paths": f"{HEAD}\n{rows()}".replace("a.jpg", r"C:\photos\a.jpg"),
    "x1": f"filename,class,x1,y1,x2,y2\n{rows()}",
    "sizes": f"image,category,x,y,w,h\n{rows(change=as_sizes)}",
    "TensorFlow": "filename,width,height,class,xmin,ymin,xmax,ymax\n"
    + rows(change=lambda row: (row[0], 40, 30, *row[1:]), empty="c.jpg,40,30,,,,,"),
    "fractions": "ImageID,LabelName,XMin,YMin,XMax,YMax\n"
    + rows(change=lambda row: (*row[:2], row[2] / 40, row[3] / 30, row[4] / 40, row[5] / 30)),
}


@pytest.mark.parametrize("folder", ["", "images"])
@pytest.mark.parametrize("kind", TABLES)
def test_tables(pictures, kind, folder):
    root = pictures(folder)
    (root / "boxes.csv").write_text(TABLES[kind])
    data = read_boxes(root / "boxes.csv")
    assert plain(data) == EXPECTED
    assert data.quarantined == ()
    assert plain(read_boxes(root)) == EXPECTED


def test_the_notes_of_a_table_say_how_it_was_understood(pictures):
    root = pictures()
    (root / "b.csv").write_text("name,x,y,w,h\na,1,2,3,4\n")
    data = read_boxes(root / "b.csv")
    assert plain(data) == {"a.jpg": [("object", (1, 2, 4, 6))]}
    assert data.notes == (
        "The columns x, y, w, h of 'b.csv' were taken as the left upper corners and the sizes of "
        "the boxes.",
        "'b.csv' has no column of labels: all boxes are of one class, object.",
    )
    (root / "b.csv").write_text("name,x1,y1,x2,y2\na,0,0,0.5,1\na,0.25,0,1,1\n")
    assert plain(read_boxes(root / "b.csv"))["a.jpg"][0] == ("object", (0, 0, 20, 30))
    assert "taken as fractions of the width" in read_boxes(root / "b.csv").notes[-1]


def test_parquet_and_columns_that_are_named(pictures):
    root = pictures()
    names = ["where", "what", "xmin", "ymin", "xmax", "ymax"]
    frame = polars.DataFrame([dict(zip(names, row, strict=True)) for row in ROWS])
    frame.write_parquet(root / "t.parquet")
    data = read_boxes(root / "t.parquet", path_column="where", label_column="what")
    assert plain(data) == {name: found for name, found in EXPECTED.items() if found}
    with pytest.raises(InputError, match=r"no column 'gone'\. Its columns: 'where', 'what'"):
        read_boxes(root / "t.parquet", path_column="where", label_column="gone")


def test_pictures_elsewhere(pictures, tmp_path):
    root = pictures("photos/deep")
    (root / "boxes.csv").write_text(f"{HEAD}\n{rows()}")
    with pytest.raises(InputError, match=r"gives no box.*3 inputs were set aside.*no such file"):
        read_boxes(root / "boxes.csv")
    assert plain(read_boxes(root / "boxes.csv", root / "photos" / "deep")) == EXPECTED
    with pytest.raises(InputError, match="There is no folder of pictures"):
        read_boxes(root / "boxes.csv", tmp_path / "gone")


def voc(name):
    found = "".join(
        f"<object><name>{label}</name><difficult>0</difficult><bndbox>"
        + "".join(
            f"<{key}>{value}</{key}>"
            for key, value in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True)
        )
        + "</bndbox></object>"
        for label, corners in EXPECTED[name]
    )
    return (
        f"<annotation><filename>{name}</filename><size><width>40</width><height>30</height></size>"
        f"{found}</annotation>"
    )


@pytest.mark.parametrize(
    ("images", "annotations"),
    [("images", "annotations"), ("JPEGImages", "Annotations"), ("", ""), ("", "xml")],
)
def test_pascal_voc(pictures, images, annotations):
    root = pictures(images)
    (root / annotations).mkdir(exist_ok=True)
    for name in EXPECTED:
        (root / annotations / name).with_suffix(".xml").write_text(voc(name))
    data = read_boxes(root)
    assert plain(data) == EXPECTED
    assert data.notes == (
        f"Pictures without a box count as showing no object: 1, the first being "
        f"'{root / images / 'c.jpg'}'.",
    )
    assert plain(read_boxes(root / annotations)) == EXPECTED
    alone = read_boxes(root / annotations / "b.xml")
    assert plain(alone) == {"b.jpg": EXPECTED["b.jpg"]}


def test_a_renamed_picture_is_found_by_the_name_of_its_xml_file(pictures):
    root = pictures("images")
    (root / "b.xml").write_text(voc("b.jpg").replace("b.jpg", "IMG_0001.jpeg"))
    assert plain(read_boxes(root)) == {"b.jpg": EXPECTED["b.jpg"]}


def test_a_size_of_zero_is_none(pictures):
    root = pictures()
    (root / "b.xml").write_text(voc("b.jpg").replace(">40<", ">0<", 1).replace(">30<", ">0<", 1))
    data = read_boxes(root)
    assert (plain(data), data.quarantined) == ({"b.jpg": EXPECTED["b.jpg"]}, ())


def coco():
    labels = ["cat", "dog"]
    boxes = [
        Boxes.of([corners for _, corners in found], [label for label, _ in found], SIZE)
        for found in EXPECTED.values()
    ]
    return to_coco(list(EXPECTED), [SIZE] * 3, boxes, labels)


@pytest.mark.parametrize(
    ("images", "file"),
    [
        ("", "boxes.json"),
        ("images", "boxes.json"),
        ("train2017", "annotations/instances_train2017.json"),
        ("images", "annotations/a.json"),
    ],
)
def test_coco(pictures, images, file):
    root = pictures(images)
    (root / file).parent.mkdir(exist_ok=True)
    (root / file).write_bytes(coco())
    assert plain(read_boxes(root / file)) == EXPECTED
    assert plain(read_boxes(root)) == EXPECTED


def test_coco_ids_may_be_text_or_fractions(pictures):
    root = pictures()
    document = json.loads(coco())
    for one in document["annotations"]:
        one["image_id"], one["category_id"] = str(one["image_id"]), float(one["category_id"])
    (root / "boxes.json").write_text(json.dumps(document))
    assert plain(read_boxes(root / "boxes.json")) == EXPECTED


def yolo(root, labels, numbers):
    (root / labels).mkdir(parents=True, exist_ok=True)
    for name, found in EXPECTED.items():
        lines = [
            f"{numbers[label]} {(x0 + x1) / 80} {(y0 + y1) / 60} {(x1 - x0) / 40} {(y1 - y0) / 30}"
            for label, (x0, y0, x1, y1) in found
        ]
        (root / labels / name).with_suffix(".txt").write_text("\n".join(lines))


CLASSES = {
    "classes.txt": "cat\ndog\n",
    "labels/classes.txt": "cat\ndog\n",
    "obj.names": "cat\ndog\n",
    "data.yaml": "train: ../train\nnames: ['cat', 'dog']\n",
    "dataset.yaml": "names:\n  0: cat\n  1: dog\n",
}


@pytest.mark.parametrize("file", CLASSES)
@pytest.mark.parametrize("part", ["", "train"])
def test_yolo(pictures, file, part):
    root = pictures(f"images/{part}")
    yolo(root, f"labels/{part}", {"cat": 0, "dog": 1})
    (root / file).write_text(CLASSES[file])
    assert plain(read_boxes(root)) == EXPECTED
    assert plain(read_boxes(root / "images" / part)) == EXPECTED
    assert plain(read_boxes(root / "labels" / part)) == EXPECTED


def test_yolo_in_one_folder_and_with_the_part_above(pictures):
    root = pictures()
    yolo(root, "", {"cat": 0, "dog": 1})
    (root / "obj.names").write_text("cat\ndog\n")
    assert plain(read_boxes(root)) == EXPECTED


def test_yolo_of_roboflow(pictures):
    root = pictures("train/images")
    yolo(root, "train/labels", {"cat": 0, "dog": 1})
    (root / "data.yaml").write_text("names: [cat, dog]\n")
    assert plain(read_boxes(root / "train")) == EXPECTED
    assert plain(read_boxes(root)) == EXPECTED


def test_yolo_without_names_has_numbers(pictures):
    root = pictures("images")
    yolo(root, "labels", {"cat": 0, "dog": 7})
    data = read_boxes(root)
    assert {label for boxes in data.labels for label in boxes.labels} == {"0", "7"}


def test_yolo_outlines_become_boxes(pictures):
    root = pictures("images")
    (root / "labels").mkdir()
    (root / "labels" / "a.txt").write_text(
        "0 0.25 0.1 0.5 0.5 0.1 0.9\n0 0.1 nan 0.2 0.2 0.3 0.1\n"
    )
    data = read_boxes(root)
    assert plain(data) == {"a.jpg": [("0", (4, 3, 20, 27))]}
    assert data.quarantined[0].reason == "'nan' in its outline is no number"


def test_scores_are_kept_where_every_box_has_one(pictures):
    root = pictures()
    found = [Boxes.of([(1, 2, 3, 4)], ["cat"], SIZE, [0.75]), Boxes.of([], [], SIZE, [])]
    (root / "found.json").write_bytes(to_coco(["a.jpg", "c.jpg"], [SIZE] * 2, found, ["cat"]))
    data = read_boxes(root / "found.json")
    assert [boxes.scores.tolist() for boxes in data.labels] == [[0.75], []]


def test_a_lost_box_is_named_and_the_picture_keeps_the_others(pictures):
    root = pictures()
    (root / "boxes.csv").write_text(f"{HEAD}\na.jpg,cat,1,2,3,4\na.jpg,cat,9,2,3,4\n")
    data = read_boxes(root / "boxes.csv")
    assert plain(data) == {"a.jpg": [("cat", (1, 2, 3, 4))]}
    (lost,) = data.quarantined
    assert (lost.input, lost.reason) == (
        "boxes.csv, row 2",
        "swapped corners: xmin 9 is greater than xmax 3",
    )


def test_boxes_are_carried_by_take_and_set_aside(pictures):
    root = pictures()
    (root / "boxes.csv").write_text(TABLES["corners"])
    data = read_boxes(root / "boxes.csv")
    assert plain(data.take([1])) == {"b.jpg": EXPECTED["b.jpg"]}
    assert list(plain(data.set_aside({0: "why"}))) == ["b.jpg", "c.jpg"]
    assert data.modality == "image"


@pytest.mark.parametrize("name", ["boxes.md", "boxes"])
def test_a_file_of_another_kind(tmp_path, name):
    (tmp_path / name).write_text("boxes")
    with pytest.raises(InputError, match=r"is no file of boxes\. Accepted are a table of boxes"):
        read_boxes(tmp_path / name)


def test_progress_is_told_of_every_picture(pictures):
    root = pictures()
    (root / "boxes.csv").write_text(TABLES["corners"])
    told = []
    read_boxes(root / "boxes.csv", progress=lambda *step: told.append(step))
    assert told == [("read", 1, 3), ("read", 2, 3), ("read", 3, 3)]
