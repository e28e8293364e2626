from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from headstart.data.class_tables import class_table
from headstart.data.mask_file import to_index_png
from headstart.data.mask_reading import read_masks
from headstart.errors import InputError

HEIGHT, WIDTH = 6, 8


@pytest.fixture
def pair(tmp_path, photo):
    """Writes pictures with these masks, and gives their folders."""

    def write(*masks, names="abcdefgh", ending=".png", **options):
        for folder in ("images", "masks"):
            (tmp_path / folder).mkdir(exist_ok=True)
        for name, mask in zip(names, masks, strict=False):
            image = Image.fromarray(mask) if isinstance(mask, np.ndarray) else mask
            (tmp_path / "images" / f"{name}.jpg").write_bytes(photo(0, size=(WIDTH, HEIGHT)))
            image.save(tmp_path / "masks" / f"{name}{ending}", **options)
        return tmp_path / "images", tmp_path / "masks"

    return write


def values(*found, kind=np.uint8):
    """A mask of columns of these values in turn."""
    row = np.resize(np.array(found, dtype=kind), WIDTH)
    return np.tile(row, (HEIGHT, 1))


def first_row(data, place=0):
    codes = data.labels[place].codes()
    assert (codes.dtype, codes.shape) == (np.uint8, (HEIGHT, WIDTH))
    assert data.labels[place].size == (WIDTH, HEIGHT)
    return codes[0].tolist()


@pytest.mark.parametrize("ending", [".png", ".tif", ".bmp", "_mask.png", "_L.png"])
def test_values_are_classes(pair, ending):
    data, names = read_masks(*pair(values(0, 1, 2), values(0), ending=ending))
    assert names == ("0", "1", "2")
    assert first_row(data)[:4] == [0, 1, 2, 0]
    assert (data.quarantined, data.notes) == ((), ())


def palette():
    image = Image.fromarray(values(0, 3, 1))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    return image


@pytest.mark.parametrize(
    "mask",
    [
        values(0, 3, 1, kind=np.uint16),
        palette(),
        Image.fromarray(values(0, 3, 1)).convert("RGB"),
        Image.fromarray(values(0, 3, 1)).convert("LA"),
    ],
)
def test_values_of_other_pixel_formats(pair, mask):
    data, names = read_masks(*pair(mask))
    assert names == ("0", "1", "2", "3")
    assert first_row(data)[:3] == [0, 3, 1]


def test_wide_values(pair):
    data, _ = read_masks(*pair(values(0, 3, 1, kind=np.int32), ending=".tif"))
    assert first_row(data)[:3] == [0, 3, 1]


def test_one_bit_masks(pair):
    data, names = read_masks(*pair(Image.fromarray(values(0, 255)).convert("1")))
    assert (names, first_row(data)[:2]) == (("0", "1"), [0, 1])


def test_black_and_white_are_two_classes(pair):
    data, names = read_masks(*pair(values(0, 255), values(0)))
    assert (names, first_row(data)[:2]) == (("0", "255"), [0, 1])
    assert data.notes == ("All masks hold 0 and 255 alone: both were taken as classes.",)
    again, same = read_masks(*pair(values(255)), classes=names)
    assert (same, first_row(again)[:2]) == (names, [1, 1])


def test_255_is_ignored_beside_others_and_that_is_told(pair):
    data, names = read_masks(*pair(values(0, 1, 255)))
    assert (names, first_row(data)[:3]) == (("0", "1"), [0, 1, 255])
    assert data.notes == ("Pixels of the value 255 were ignored, as is usual: 1 masks hold it.",)


@pytest.mark.parametrize(
    ("ignore", "names", "row"),
    [(2, ("0", "1"), [0, 1, 255]), (0, ("1", "2"), [255, 0, 1]), (1, ("0", "2"), [0, 255, 1])],
)
def test_an_ignored_value_is_no_class(pair, ignore, names, row):
    folders = pair(values(0, 1, 2))
    data, found = read_masks(*folders, ignore=ignore)
    assert (found, first_row(data)[:3], data.notes) == (names, row, ())
    again, same = read_masks(*folders, ignore=ignore, classes=found)
    assert (same, first_row(again)[:3]) == (names, row)


def test_names_of_values(pair):
    data, names = read_masks(*pair(values(0, 1, 2)), classes=["sky", "road", "void"], ignore=2)
    assert (names, first_row(data)[:3]) == (("sky", "road"), [0, 1, 255])


def test_values_with_gaps(pair, tmp_path):
    (tmp_path / "classes.csv").write_text("index,name\n7,road\n0,sky\n26,car\n")
    data, names = read_masks(*pair(values(0, 7, 26)), classes=tmp_path / "classes.csv")
    assert (names, first_row(data)[:3]) == (("sky", "road", "car"), [0, 1, 2])


def colours(*found):
    return np.stack([values(*channel) for channel in zip(*found, strict=True)], axis=2)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_of_a_table(pair, tmp_path, mode):
    (tmp_path / "c.csv").write_text("name,r,g,b\nsky,128,128,128\nroad,128,64,128\nvoid,0,0,0\n")
    mask = Image.fromarray(colours((128, 128, 128), (128, 64, 128), (0, 0, 0))).convert(mode)
    data, names = read_masks(*pair(mask), classes=tmp_path / "c.csv")
    assert (names, first_row(data)[:3]) == (("sky", "road", "void"), [0, 1, 2])
    data, names = read_masks(*pair(mask), classes=tmp_path / "c.csv", ignore=2)
    assert (names, first_row(data)[:3]) == (("sky", "road"), [0, 1, 255])


def test_a_colour_mask_that_is_grey_all_over_is_still_of_colours(pair, tmp_path):
    (tmp_path / "c.csv").write_text("name,r,g,b\nsky,128,128,128\nroad,128,64,128\n")
    grey = Image.new("RGB", (WIDTH, HEIGHT), (128, 128, 128))
    mixed = colours((128, 64, 128), (128, 128, 128))
    data, _ = read_masks(*pair(mixed, grey), classes=tmp_path / "c.csv")
    assert (len(data), data.quarantined) == (2, ())
    assert (first_row(data)[:2], first_row(data, 1)[:2]) == ([1, 0], [0, 0])


def test_instances_are_one_class(pair):
    folders = pair(values(0, 1, 2, 3, 4), values(0, 1, 2), values(0, 1), values(0))
    data, names = read_masks(*folders)
    assert names == ("0", "1", "2", "3", "4")
    assert "looks like the numbers of objects" in data.notes[0]
    data, names = read_masks(*folders, instances=True)
    assert (names, first_row(data)[:5]) == (("background", "object"), [0, 1, 1, 1, 1])
    assert data.notes == ()
    _, names = read_masks(*folders, instances=True, classes=["ground", "person"])
    assert names == ("ground", "person")
    with pytest.raises(InputError, match="3 classes are named for masks of instances"):
        read_masks(*folders, instances=True, classes=["a", "b", "c"])


def test_more_than_255_instances(pair):
    data, _ = read_masks(*pair(values(0, 255, 256, kind=np.uint16)), instances=True)
    assert first_row(data)[:3] == [0, 1, 1]


def test_a_mask_on_a_picture_stored_sideways_is_turned_with_it(tmp_path):
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "images" / "a.jpg", exif=exif)
    stored = values(0, 1, 2)
    Image.fromarray(stored).save(tmp_path / "masks" / "a.png")
    data, _ = read_masks(tmp_path / "images", tmp_path / "masks")
    upright = np.rot90(stored, -1)
    assert data.items[0].open().size == data.labels[0].size == (HEIGHT, WIDTH)
    assert np.array_equal(data.labels[0].codes(), upright)
    Image.fromarray(upright).save(tmp_path / "masks" / "a.png")
    data, _ = read_masks(tmp_path / "images", tmp_path / "masks")
    assert np.array_equal(data.labels[0].codes(), upright)


def test_folders_below_are_matched_and_masks_may_lie_below_the_pictures(tmp_path, photo):
    for part in ("one", "two"):
        (tmp_path / "images" / part).mkdir(parents=True)
        (tmp_path / "images" / "masks" / part).mkdir(parents=True)
        (tmp_path / "images" / part / "a.jpg").write_bytes(photo(size=(WIDTH, HEIGHT)))
        mask = Image.fromarray(values(0, 1 if part == "one" else 2))
        mask.save(tmp_path / "images" / "masks" / part / "a.png")
    data, _ = read_masks(tmp_path / "images", tmp_path / "images" / "masks")
    assert [first_row(data, row)[1] for row in (0, 1)] == [1, 2]
    assert data.quarantined == ()


def test_what_is_written_is_read_back(pair, tmp_path):
    codes = np.random.default_rng(0).choice([0, 1, 2, 255], (HEIGHT, WIDTH)).astype(np.uint8)
    folders = pair(codes)
    (folders[1] / "a.png").write_bytes(to_index_png(codes, ["background", "cat", "dog"]))
    data, names = read_masks(*folders, classes=["background", "cat", "dog"])
    assert np.array_equal(data.labels[0].codes(), codes)
    assert names == ("background", "cat", "dog")
    shown = np.asarray(Image.open(folders[1] / "a.png").convert("RGB"))
    assert (shown[codes == 0] == 0).all()
    assert (shown[codes == 255] == 255).all()
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 4


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (np.array([[0, 2]], np.uint8), "A mask of the code 2 cannot be written"),
        (np.array([[0, 1]]), r"A mask of int64 of shape \(1, 2\)"),
        (np.zeros((1, 2, 3), np.uint8), r"A mask of uint8 of shape \(1, 2, 3\)"),
    ],
)
def test_masks_that_cannot_be_written(codes, message):
    with pytest.raises(InputError, match=message):
        to_index_png(codes, ["a", "b"])


SQUARE = [1, 1, 4, 1, 4, 4, 1, 4]


def coco(tmp_path, photo, annotations, categories=("cat", "dog"), size=(WIDTH, HEIGHT)):
    (tmp_path / "a.jpg").write_bytes(photo(size=size))
    document = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": size[0], "height": size[1]}],
        "categories": [{"id": 10 * n, "name": name} for n, name in enumerate(categories, 1)],
        "annotations": [
            {"id": n, "image_id": 1, **one} for n, one in enumerate(annotations, start=1)
        ],
    }
    (tmp_path / "masks.json").write_text(json.dumps(document))
    return tmp_path, tmp_path / "masks.json"


def test_coco_outlines_and_runs(tmp_path, photo):
    inner = {"category_id": 20, "segmentation": [[2, 2, 3, 2, 3, 3, 2, 3]]}
    outer = {"category_id": 10, "segmentation": [SQUARE]}
    crowd = {
        "category_id": 10,
        "iscrowd": 1,
        "segmentation": {"counts": [36, 12], "size": [HEIGHT, WIDTH]},
    }
    folders = coco(tmp_path, photo, [inner, outer, crowd])
    data, names = read_masks(*folders)
    assert names == ("background", "cat", "dog")
    codes = data.labels[0].codes()
    assert codes[1:4, 1:4].tolist() == [[1, 1, 1], [1, 2, 1], [1, 1, 1]]
    assert (codes[:, 6:] == 255).all()
    assert (codes == 1).sum() == 8
    data, names = read_masks(*folders, classes=["dog", "cat"])
    assert names == ("dog", "cat")
    codes = data.labels[0].codes()
    assert codes[1:4, 1:4].tolist() == [[1, 1, 1], [1, 0, 1], [1, 1, 1]]
    assert codes[0, 0] == 255
    data, _ = read_masks(*folders, classes=["background", "cat"])
    assert [one.reason for one in data.quarantined] == [
        "'dog' is none of the classes: background, cat"
    ]


def test_a_coco_picture_without_annotations_is_background(tmp_path, photo):
    data, _ = read_masks(*coco(tmp_path, photo, []))
    assert (data.labels[0].codes() == 0).all()
    assert data.notes == ("Classes that no mask holds: 2 of 3 ('cat', 'dog').",)


def test_nothing_left(tmp_path, photo):
    bad = [{"category_id": 10, "segmentation": [[1, 2]]}]
    with pytest.raises(InputError, match=r"No picture has a mask .* that can be used: 2 were set"):
        read_masks(*coco(tmp_path, photo, bad))


TABLES = {
    "classes.csv": "name,r,g,b\nsky,1,2,3\nroad,4,5,6\n",
    "c.csv": "Name;Red;Green;Blue\nsky;1;2;3\nroad;4;5;6\n",
    "d.csv": 'index,name,color\n1,road,"(4, 5, 6)"\n0,sky,"(1, 2, 3)"\n',
    "label_colors.txt": "1 2 3\t\tsky\n4 5 6\t\troad\n",
    "a.json": '{"sky": [1, 2, 3], "road": [4, 5, 6]}',
    "b.json": '[{"name": "sky", "color": [1, 2, 3]}, {"name": "road", "color": [4, 5, 6]}]',
    "c.json": '{"classes": [{"id": 1, "name": "road", "color": [4, 5, 6]}, '
    '{"id": 0, "name": "sky", "color": [1, 2, 3]}]}',
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_colours(tmp_path, name):
    (tmp_path / name).write_text(TABLES[name])
    table = class_table(tmp_path / name)
    assert (table.names, table.values) == (("sky", "road"), (0, 1))
    assert table.colours == (0x010203, 0x040506)


NAMED = {
    "a.txt": "sky\nwide road\n",
    "b.csv": "index,name\n1,wide road\n0,sky\n",
    "c.json": '["sky", "wide road"]',
    "d.json": '{"1": "wide road", "0": "sky"}',
    "e.json": '{"wide road": 1, "sky": 0}',
}


@pytest.mark.parametrize("name", NAMED)
def test_tables_of_names(tmp_path, name):
    (tmp_path / name).write_text(NAMED[name])
    table = class_table(tmp_path / name)
    assert (table.names, table.values, table.colours) == (("sky", "wide road"), (0, 1), None)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", "7", "it holds a number"),
        ("a.json", '["sky", 7]', "it mixes names and other things"),
        ("a.json", '{"sky": "x"}', "the index of 'x' is 'sky'"),
        ("a.json", '{"sky": 0, "road": [1, 2, 3]}', "entry 2 has no index, others have one"),
        ("a.json", '{"sky": [1, 2]}', r"the colour of 'sky' is \[1, 2\]"),
        ("a.json", "[]", "are none"),
        ("a.txt", "", "are none"),
        ("a.csv", "index,name\n0,sky\n0,road\n", "the same value twice: '0', at entries 1 and 2"),
        ("a.csv", "name,r,g,b\nsky,1,2,3\nroad,1,2,3\n", r"the same colour twice: '\(1, 2, 3\)'"),
        ("a.csv", "index,name\n1.5,sky\n", "the index of 'sky' is '1.5'"),
        ("gone.txt", None, "cannot be read: no such file"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        class_table(tmp_path / name)
