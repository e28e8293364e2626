"""Texts of tables in files."""

from __future__ import annotations

import json

import polars
import pytest

from headstart.data.reading import read_any
from headstart.data.tables import has_labels, read_table
from headstart.data.texts import MOST_CHARACTERS
from headstart.errors import InputError

ROWS = 'text,label\n"slow, but charming",good\n"two\nlines ""quoted""",bad\n'
TEXTS = ["slow, but charming", 'two\nlines "quoted"']


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(content: str | bytes, name: str = "t.csv"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return write


def texts_of(data):
    return [item.open() for item in data.items]


def reasons(data):
    return {one.input: one.reason for one in data.quarantined}


def lines(*records):
    return "\n".join(map(json.dumps, records))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ROWS, "t.csv"),
        (ROWS.replace("\n", "\r\n").replace("two\r\n", "two\n"), "t.csv"),
        (b"\xef\xbb\xbf" + ROWS.encode(), "t.csv"),
        (ROWS.encode("utf-16"), "t.csv"),
        (ROWS.replace("text,label", "Sentence,Class"), "t.csv"),
        (ROWS.replace('",', '"\t').replace("t,l", "t\tl"), "t.tsv"),
        (lines(*({"text": text, "label": "good"} for text in TEXTS)), "t.jsonl"),
        (lines(*({"label": "bad", "review": text} for text in TEXTS)) + "\n", "t.ndjson"),
    ],
)
def test_kinds_of_tables(table, content, name):
    data = read_any(table(content, name))
    assert data.modality == "text"
    assert texts_of(data) == TEXTS
    assert data.names == [f"{name}, row 1", f"{name}, row 2"]
    assert data.quarantined == data.notes == ()
    assert data.label_column == ("Class" if "Sentence" in str(content) else "label")


def test_quotation_marks_between_tabs_may_be_text(table):
    rows = ['"unclosed', 'it was " great', "plain"]
    path = table("text\tlabel\n" + "".join(f"{row}\t1\n" for row in rows), "t.tsv")
    assert texts_of(read_table(path)) == rows
    with pytest.raises(InputError, match="cannot be read: could not parse"):
        read_table(table('text,label\n"unclosed,1\nb,2\n'))


def test_parquet(tmp_path):
    frame = polars.DataFrame({"text": ["a", "b", None, None], "label": [1, 2, 3, None]})
    frame.write_parquet(tmp_path / "t.parquet")
    data = read_any(tmp_path / "t.parquet")
    assert data.labels.tolist() == ["1", "2"]
    assert list(reasons(data).values()) == ["empty: there is no text", "no label"]


def test_white_space_and_words_for_nothing_stay(table):
    data = read_table(table("text,label\n  a ,x\nnan,x\nNA,y\n"))
    assert texts_of(data) == ["  a ", "nan", "NA"]


def test_rows_at_fault_are_set_aside_with_their_numbers(table):
    path = table(
        b"text,label\n"
        b"fine,x\n"
        b"caf\xe9,x\n"
        b'" ",x\n'
        b"no label,\n"
        b"\n" + b"a" * (MOST_CHARACTERS + 1) + b",y\n"
        b'"a\xff\nb",y\n'
        b"last,y\n"
    )
    data = read_table(path)
    assert (texts_of(data), data.labels.tolist()) == (["fine", "last"], ["x", "y"])
    assert reasons(data) == {
        "t.csv, row 2": "not UTF-8 text",
        "t.csv, row 3": "empty: there is no text",
        "t.csv, row 4": "no label",
        "t.csv, row 6": "1048577 characters; at most 1048576 are accepted",
        "t.csv, row 7": "not UTF-8 text",
    }
    assert data.notes == (
        "2 of 8 rows of 't.csv' are not UTF-8 text and were set aside. Save it as 'CSV UTF-8' to "
        "have them read.",
    )


def test_lines_at_fault_are_set_aside_with_their_numbers(table):
    path = table(
        b'{"text": "fine", "label": 1}\n'
        b'{"text": 5, "label": "x"}\n'
        b'{"text": "cut\n'
        b'{"text": "\\ud800", "label": "x"}\n'
        b"\n"
        b'{"label": true}\n'
        b'{"text": "b", "label": [1]}\n'
        b'{"text": "\xff", "label": "x"}\n'
        b"[1, 2]\n" + b"[" * 100_000 + b"\n"
        b'{"text": "last", "label": 0.5}\n',
        "t.jsonl",
    )
    data = read_table(path)
    assert (texts_of(data), data.labels.tolist()) == (["fine", "last"], ["1", "0.5"])
    found = reasons(data)
    assert found.pop("t.jsonl, row 10").startswith("not JSON that can be read: ")
    assert found == {
        "t.jsonl, row 2": "not text but the number 5",
        "t.jsonl, row 3": "not JSON: unterminated string",
        "t.jsonl, row 4": "not UTF-8 text",
        "t.jsonl, row 6": "empty: there is no text",
        "t.jsonl, row 7": "no label",
        "t.jsonl, row 8": "not UTF-8 text",
        "t.jsonl, row 9": "not a JSON record: [1, 2]",
    }


def test_a_picture_whose_row_cannot_be_decoded_is_set_aside(table, pets):
    data = read_table(table(b"path,label\npets/cat/0.jpg,cat\npets/caf\xe9.jpg,dog\n"))
    assert len(data) == 1
    assert reasons(data) == {"t.csv, row 2": "not UTF-8 text (row 2 of t.csv)"}


def test_the_path_column_goes_before_the_text_column(table, pets):
    path = table("text,path,label,note\na,pets/cat/0.jpg,x,b\n")
    assert read_table(path).modality == "image"
    assert texts_of(read_table(path, text_column="text")) == ["a"]
    assert texts_of(read_table(path, text_column="note", label_column="label")) == ["b"]
    with pytest.raises(InputError, match="'path' and the column of texts 'note' are both named"):
        read_table(path, "path", text_column="note")


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (
            "a,b\nc,d\n",
            "t.csv",
            r"no text column and no path column. Its columns: 'a',.*--text",
        ),
        ("text,b\nc,d\n", "t.csv", r"no label column. Its columns: 'text', 'b'"),
        ("text,label\n", "t.csv", "has no rows. Give each text a row"),
        ("text,label\na,b,c\n", "t.csv", "cannot be read: found more fields"),
        (b"t\xe9xt,text,label\na,b,c\n", "t.csv", "not UTF-8 text: line 1 holds the byte 0xe9"),
        (b"text,label\n\xe9,b\nb,\xe9\n", "t.csv", "not UTF-8 text: line 2 holds the byte 0xe9"),
        (b"\xff\xfea", "t.csv", "not UTF-8 text"),
        ("", "t.jsonl", "holds no JSON record: it is empty"),
        (
            '[{"text": "a"}]',
            "t.jsonl",
            r"the first line is not a JSON record: \[\{",
        ),
        ("{'text'}\n", "t.jsonl", "no JSON record: the first line is not JSON: expecting"),
    ],
)
def test_tables_that_cannot_be_used(table, content, name, message):
    with pytest.raises(InputError, match=message):
        read_table(table(content, name))


def test_a_parquet_column_of_numbers_is_no_text(tmp_path):
    polars.DataFrame({"text": [1, 2], "label": [1, 2]}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"column 'text' .* holds Int64; accepted are text"):
        read_table(tmp_path / "t.parquet")


def test_labels_of_json_lines_are_found(table):
    assert has_labels(table(lines({"text": "a"}, {"text": "b", "Label": 1}), "t.jsonl"))
    assert not has_labels(table(lines({"text": "a"}), "t.jsonl"))
