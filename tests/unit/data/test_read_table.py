from __future__ import annotations

import os

import polars
import pytest

from headstart.data.reading import read_any
from headstart.data.tables import read_table
from headstart.errors import InputError

ROWS = "path,label\npets/cat/0.jpg,cat\npets/dog/1.jpg,dog\n"


@pytest.fixture
def table(tmp_path, pets):
    def write(content: str | bytes, name: str = "table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ROWS, "table.csv"),
        (ROWS.replace(",", ";"), "table.csv"),
        (ROWS.replace(",", "\t"), "table.tsv"),
        (ROWS.replace(",", "|"), "table.txt"),
        (ROWS.replace("\n", "\r\n"), "table.CSV"),
        (b"\xef\xbb\xbf" + ROWS.encode(), "table.csv"),
        (ROWS.replace(",", "\t").encode("utf-16"), "table.csv"),
        (ROWS.replace("path,label", " File , CLASS "), "table.csv"),
        (ROWS.replace("path,label", '"Image_Path","y"'), "table.csv"),
        (ROWS + "\n\n", "table.csv"),
    ],
)
def test_kinds_of_text(table, content, name):
    data = read_any(table(content, name))
    assert data.labels.tolist() == ["cat", "dog"]
    assert [os.path.basename(name) for name in data.names] == ["0.jpg", "1.jpg"]
    assert data.quarantined == ()


def test_relative_paths_belong_to_the_tables_folder(table, tmp_path, monkeypatch):
    path = table(f"path,label\npets/cat/0.jpg,cat\n{tmp_path}/pets/dog/1.jpg,dog\n")
    monkeypatch.chdir("/")
    assert len(read_table(path)) == 2
    monkeypatch.chdir(tmp_path)
    assert len(read_table("table.csv")) == 2


def test_labels_stay_text(table):
    data = read_table(table("path,label\npets/cat/0.jpg,1\npets/dog/1.jpg,02\n"))
    assert data.labels.tolist() == ["1", "02"]


def test_a_class_named_none_or_na_is_a_class(table):
    data = read_table(table("path,label\npets/cat/0.jpg,None\npets/dog/1.jpg,NA\n"))
    assert data.labels.tolist() == ["None", "NA"]


def test_parquet_with_whole_numbers(table, tmp_path):
    frame = polars.DataFrame(
        {"y": [1, 2, None], "image": ["pets/cat/0.jpg", "pets/dog/1.jpg", "pets/dog/2.jpg"]}
    )
    frame.write_parquet(tmp_path / "t.parquet")
    data = read_any(tmp_path / "t.parquet")
    assert data.labels.tolist() == ["1", "2"]
    assert [(one.input, one.reason) for one in data.quarantined] == [
        ("pets/dog/2.jpg", "no label (row 3 of t.parquet)")
    ]


def test_rows_at_fault_are_set_aside_with_their_numbers(table, tmp_path):
    (tmp_path / "text.jpg").write_text("hello")
    path = table(
        "path,label\n"
        "pets/cat/0.jpg,cat\n"
        "pets/cat/1.jpg,\n"
        ",cat\n"
        "gone.jpg,cat\n"
        "text.jpg,dog\n"
        "pets/cat/2.jpg,   \n"
        "pets/dog/0.jpg,nan\n"
        "\n"
        "pets/dog/1.jpg,dog\n"
    )
    data = read_table(path)
    assert data.labels.tolist() == ["cat", "dog"]
    assert [(os.path.basename(one.input), one.reason) for one in data.quarantined] == [
        ("1.jpg", "no label (row 2 of table.csv)"),
        ("table.csv, row 3", "no path (row 3 of table.csv)"),
        ("gone.jpg", "no such file (row 4 of table.csv)"),
        ("text.jpg", "not a picture: starts with b'hello' (row 5 of table.csv)"),
        ("2.jpg", "no label (row 6 of table.csv)"),
        ("0.jpg", "no label (row 7 of table.csv)"),
    ]


def test_columns_can_be_named(table):
    path = table("where,what,label\npets/cat/0.jpg,a,x\n")
    read = read_table(path, "where", "what")
    assert (read.labels.tolist(), read.label_column) == (["a"], "what")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a.jpg,cat\nb.jpg,dog\n", r"no path column. Its columns: 'a.jpg', 'cat'.*first line"),
        ("path,colour\na,b\n", r"no label column. Its columns: 'path', 'colour'.*Accepted names"),
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("path,label\n", "has no rows"),
        ("path,label\na,b,c\n", "cannot be read: found more fields"),
        (b"path,label\na\xe9.jpg,caf\xe9\n", "is not UTF-8 text: line 2 holds the byte 0xe9"),
        ("path,label\ngone/1.jpg,a\ngone/2.jpg,b\n", "None of the 2 files .* exists; the first is"),
    ],
)
def test_tables_that_cannot_be_used(table, content, message):
    with pytest.raises(InputError, match=message):
        read_table(table(content))


def test_a_named_column_that_is_not_there(table):
    with pytest.raises(InputError, match=r"no column 'what'. Its columns: 'path', 'label'"):
        read_table(table(ROWS), label_column="what")


def test_a_broken_parquet_file_and_a_missing_table(table, tmp_path):
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_table(table(b"PAR1 and nothing else", "t.parquet"))
    with pytest.raises(InputError, match="cannot be read: no such file"):
        read_table(tmp_path / "gone.csv")


def test_a_label_column_of_lists_is_refused(tmp_path, pets):
    frame = polars.DataFrame({"path": ["pets/cat/0.jpg"], "label": [{"a": [1, 2]}]})
    frame.write_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"column 'label' .* holds Struct"):
        read_table(tmp_path / "t.parquet")
