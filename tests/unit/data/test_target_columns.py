"""Several columns of targets beside paths, texts or embeddings."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from headstart.data import Dataset
from headstart.data.target_columns import read_target_table, read_targets
from headstart.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """Four pictures in ``images``, and a table beside it that names them without endings."""
    (tmp_path / "images").mkdir()
    for number in range(4):
        Image.new("RGB", (8, 8), (number * 40, 0, 0)).save(tmp_path / "images" / f"p{number}.png")
    return tmp_path


def write(folder, text, name="scenes.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_gaps_stay_and_pictures_are_found_by_name(folder):
    table = write(folder, "name,car,tags\np0,1,a;b\np1,,b\np2,0,\np3,1,a\n")
    found = read_target_table(table)
    assert found.names == ("car", "tags")
    assert found.test is None
    expected = [["1", "a;b"], [None, "b"], ["0", None], ["1", "a"]]
    assert found.train.labels.tolist() == expected
    assert found.train.names[0].endswith("images/p0.png")
    assert found.train.take([2, 1]).labels.tolist() == [expected[2], expected[1]]


def test_a_row_without_any_target_is_set_aside_by_name(folder):
    table = write(folder, "path,car,sign\nimages/p0.png,1,\nimages/p1.png,,\n")
    found = read_target_table(table)
    assert len(found.train) == 1
    (aside,) = found.train.quarantined
    assert aside.input.endswith("p1.png")
    assert aside.reason == "no target: all of its cells are empty"


def test_what_cannot_be_read_is_set_aside_with_its_row(folder):
    table = write(folder, "path,car\nimages/p0.png,1\nimages/gone.png,1\n,0\n")
    found = read_target_table(table, ["car"])
    assert [one.reason for one in found.train.quarantined] == [
        "no such file (row 2 of scenes.csv)",
        "no path (row 3 of scenes.csv)",
    ]


def test_a_split_column_is_obeyed_and_said(folder):
    rows = "p0,train,1\np1,train,0\np2,val,1\np3,test,0\n"
    table = write(folder, "name,split,car\n" + rows)
    found = read_target_table(table)
    assert found.names == ("car",)
    assert (len(found.train), len(found.test)) == (2, 1)
    assert found.train.notes == (
        "The column 'split' says which samples are for training (2) and which for testing (1); "
        "1 are for neither, and were left out.",
    )
    assert len(read_target_table(table, splits=False).train) == 4


def test_a_split_column_with_other_words_is_no_split(folder):
    table = write(folder, "name,split,car\np0,left,1\np1,right,0\n")
    assert read_target_table(table).test is None


def test_texts_may_have_a_column_called_name(tmp_path):
    table = write(tmp_path, "name,text,mood\nann,fine day,up\nbob,dull day,\ncid,so so,down\n")
    found = read_target_table(table, ["mood"])
    assert found.train.modality == "text"
    assert found.train.labels.tolist() == [["up"], ["down"]]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["wheel"], "has no column 'wheel'. Its columns: 'name', 'car'. Correct the name"),
        (["car", "car"], "The target 'car' is named twice"),
    ],
)
def test_columns_that_are_not_there(folder, columns, message):
    table = write(folder, "name,car\np0,1\n")
    with pytest.raises(InputError, match=message):
        read_target_table(table, columns)


def test_no_file_and_no_target(folder):
    table = write(folder, "name,car\nq0,1\nq1,0\n")
    with pytest.raises(InputError, match=r"None of the 2 files that .* from its folder 'images'"):
        read_target_table(table)
    table = write(folder, "name,car\np0,\np1,\n")
    with pytest.raises(InputError, match="None of 2 samples that can be read has a target"):
        read_target_table(table)
    table = write(folder, "name\np0\n")
    with pytest.raises(InputError, match="has no column of targets"):
        read_target_table(table)


VECTORS = np.arange(6.0).reshape(3, 2)


def test_columns_in_python():
    given = {"car": [True, None, False], "size": np.array([1.5, np.nan, 2.0])}
    found = read_targets(VECTORS, given)
    assert found.names == ("car", "size")
    assert found.train.labels.tolist() == [[True, 1.5], [False, 2.0]]
    assert found.train.quarantined[0].input == "row 1"
    chosen = read_targets(VECTORS, given, ["size"])
    assert chosen.names == ("size",)


def test_a_frame_and_an_array():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [1, None, 2], "b": ["x", "y", None]})
    assert read_targets(VECTORS, frame).train.labels.tolist() == [[1, "x"], [None, "y"], [2, None]]
    array = np.array([[1.0, 2.0], [np.nan, 3.0], [4.0, np.nan]])
    found = read_targets(VECTORS, array)
    assert found.names == ("target 0", "target 1")
    assert found.train.labels.tolist() == [[1.0, 2.0], [None, 3.0], [4.0, None]]


def test_lists_of_labels_are_cells():
    found = read_targets(VECTORS, {"tags": [["a", "b"], [], None]})
    assert found.train.labels.tolist() == [[["a", "b"]], [[]]]
    assert len(found.train) == 2


@pytest.mark.parametrize(
    ("targets", "names", "message"),
    [
        ({"a": [1, 2, 3], "b": [1]}, (), "columns of different length: "),
        ({"a": [1, 2, 3]}, ("b",), "have no column 'b'. Their columns: 'a'"),
        ([1, 2, 3], (), "accepted are a mapping or a frame"),
        ([[1, 2], [1], [2, 3]], (), "2 columns in their first row"),
        (None, (), "The samples have no targets"),
        ({"a": [1, 2]}, (), "inconsistent numbers of samples|2 labels for 3 samples"),
    ],
)
def test_targets_that_do_not_fit(targets, names, message):
    with pytest.raises(InputError, match=message):
        read_targets(VECTORS, targets, names)


def test_a_folder_has_no_columns(tmp_path):
    with pytest.raises(InputError, match="is no table, and no targets are given beside it"):
        read_targets(tmp_path)


def test_samples_that_are_read_already_pass():
    found = read_targets(VECTORS, {"a": [1, 0, 1]})
    assert read_targets(found) is found
    assert isinstance(found.train, Dataset)
