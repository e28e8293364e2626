"""Where ``headstart predict`` writes what a model of places says."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from headstart.cli.place_output import Folder, PlaceOutput
from headstart.cli.place_prediction import line_of, predict_places, with_threshold
from headstart.data.box_reading import read_boxes
from headstart.data.mask_reading import read_masks
from headstart.errors import InputError
from headstart.runs import load
from headstart.tasks.box_prediction import BoxPrediction
from headstart.tasks.mask_prediction import MaskPrediction


@pytest.fixture(scope="module")
def detector(place_runs):
    return load(place_runs["detection"])


@pytest.fixture(scope="module")
def segmenter(place_runs):
    return load(place_runs["segmentation"])


@pytest.fixture
def pictures(place_runs):
    return sorted((place_runs["detection"].parent / "detection-data" / "images").iterdir())


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(InputError, match="is not empty, and nothing in it is written over"):
        Folder(tmp_path, ".png")


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file' is a file; accepted is a folder\. Name a new"):
        Folder(tmp_path / "file", ".png")


def test_a_folder_in_no_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        Folder(tmp_path / "no" / "where", ".png")


def test_signs_that_no_file_may_have_are_replaced(tmp_path):
    folder = Folder(tmp_path / "out", ".png")
    folder.write("a/b:c?.jpg", b"1")
    folder.write("x/B_C_.jpg", b"2")
    names = {path.name: path.read_bytes() for path in folder.place.iterdir()}
    assert names == {"b_c_.png": b"1", "B_C_-2.png": b"2"}


def test_a_disk_that_is_full_is_told(tmp_path, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("headstart.cli.output_file.write_atomically", full)
    with pytest.raises(InputError, match=r"cannot be written: No space left on device\. Free some"):
        Folder(tmp_path / "out", ".png").write("a.jpg", b"")


def test_boxes_are_no_folder(detector, tmp_path):
    with pytest.raises(InputError, match=r"boxes are written to one file\. Name one that ends in"):
        PlaceOutput(detector, tmp_path, None)


def test_one_place_for_both_is_refused(segmenter, tmp_path):
    with pytest.raises(InputError, match="--out and --draw name the same place"):
        PlaceOutput(segmenter, tmp_path / "x", tmp_path / "x")


def test_a_coco_file_is_read_back(detector, pictures, tmp_path, capsys):
    out = tmp_path / "found.JSON"
    assert predict_places(with_threshold(detector, 0.2), pictures[:3], out, None, json=False)
    read = read_boxes(out)
    rows = with_threshold(detector, 0.2).predict_rows(pictures[:3])
    assert read.names == [str(path) for path in pictures[:3]]
    assert [len(one) for one in read.labels] == [len(row.boxes) for row in rows]
    assert sum(len(row.boxes) for row in rows) > 3
    for boxes, row in zip(read.labels, rows, strict=True):
        wanted = row.to_boxes()
        assert boxes.labels.tolist() == wanted.labels.tolist()
        assert boxes.corners == pytest.approx(wanted.corners, abs=0.002)
    assert capsys.readouterr().out.splitlines()[-1] == f"Written to {out}."


def test_masks_are_read_back(segmenter, pictures, tmp_path):
    assert predict_places(segmenter, pictures[:2], tmp_path / "masks", None, json=False)
    names = sorted(path.name for path in (tmp_path / "masks").iterdir())
    assert names == [f"{path.stem}.png" for path in pictures[:2]]
    (tmp_path / "images").mkdir()
    for path in pictures[:2]:
        (tmp_path / "images" / path.name).write_bytes(path.read_bytes())
    read, _ = read_masks(tmp_path / "images", tmp_path / "masks", classes=segmenter.classes_)
    for mask, codes in zip(read.labels, segmenter.predict(pictures[:2]), strict=True):
        assert np.array_equal(mask.codes(), codes)


def test_equal_names_do_not_write_over_each_other(segmenter, pictures, tmp_path):
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / pictures[0].name
    other.write_bytes(pictures[1].read_bytes())
    assert predict_places(segmenter, [pictures[0], other], tmp_path / "masks", None, json=False)
    first, second = segmenter.predict(pictures[:2])
    stem = pictures[0].stem
    assert np.array_equal(np.asarray(Image.open(tmp_path / "masks" / f"{stem}.png")), first)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "masks" / f"{stem}-2.png")), second)


@pytest.mark.parametrize("task", ["detection", "localisation", "segmentation"])
def test_pictures_are_drawn_on(place_runs, pictures, tmp_path, task):
    model = load(place_runs[task])
    if task == "detection":
        model = replace(model, threshold=0.2)
    assert predict_places(model, pictures[:1], None, tmp_path / "drawn", json=False)
    (file,) = (tmp_path / "drawn").iterdir()
    drawn = Image.open(file)
    plain = Image.open(pictures[0])
    factor = drawn.width // plain.width
    assert drawn.width == factor * plain.width
    enlarged = plain.resize((drawn.width, plain.height * factor), Image.Resampling.NEAREST)
    part = np.asarray(drawn.crop((0, 0, *enlarged.size)), dtype=int)
    differs = abs(part - np.asarray(enlarged, dtype=int)).max(axis=2) > 40
    assert 0.005 < differs.mean() < 0.9


def test_masks_as_json_are_shares(segmenter, pictures, tmp_path, capsys):
    assert predict_places(segmenter, pictures[:1], tmp_path / "x.json", None, json=True)
    written = json.loads((tmp_path / "x.json").read_bytes())
    assert written == json.loads(capsys.readouterr().out)
    assert sum(written["predictions"][0]["shares"].values()) == pytest.approx(1.0, abs=1e-5)


def test_nothing_answered_is_told(detector, tmp_path):
    (tmp_path / "no.jpg").write_bytes(b"hello")
    out = tmp_path / "out.csv"
    assert not predict_places(detector, [str(tmp_path / "no.jpg")], out, None, json=False)
    header, row = out.read_text().splitlines()
    assert header.split(",")[0] == "input"
    assert "not a picture" in row


def test_a_picture_that_goes_away_is_told(detector, tmp_path, pictures, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(pictures[0].read_bytes())
    (placed,) = detector.predict_places([path])
    path.unlink()
    with pytest.raises(InputError, match=r"a\.png could be read a moment ago, and now: "):
        PlaceOutput(detector, None, tmp_path / "drawn").take(placed)


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_a_threshold_is_a_score(detector, threshold):
    with pytest.raises(InputError, match="accepted are scores from 0 to 1, such as"):
        with_threshold(detector, threshold)


def test_masks_have_no_threshold(segmenter):
    with pytest.raises(InputError, match="this model is one of segmentation"):
        with_threshold(segmenter, 0.5)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (MaskPrediction("a.jpg", {"x": 0.25, "y": 0.75, "z": 0.0}, (4, 2)), "y 75.0%\tx 25.0%"),
        (BoxPrediction("a.jpg", reason="empty file"), "-\tcannot be read: empty file"),
    ],
)
def test_lines(row, line):
    assert line_of(row) == f"a.jpg\t{line}"
