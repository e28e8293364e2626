"""No row of a table of texts is lost: it is a sample, or set aside with its number."""

from __future__ import annotations

import csv
import io
import json

import polars
from hypothesis import given, settings
from hypothesis import strategies as st

from headstart.data.table_files import FrameTable
from headstart.data.text_tables import read_text_table
from headstart.data.texts import read_texts

#: All that Python can hold, lone surrogates included; and what breaks tables.
ANY_TEXT = st.text(st.one_of(st.characters(), st.sampled_from('\0",;\t|\r\n\ud800\u2028😀'))) | (
    st.sampled_from(["", " ", "a", "nan", '"', "\ufeff"])
)
#: What a file of UTF-8 can hold.
WRITABLE = ANY_TEXT.map(lambda text: text.encode("utf-8", "ignore").decode())
LABELS = st.sampled_from(["good", "bad", "1"])


@given(st.lists(ANY_TEXT | st.none() | st.integers() | st.binary(max_size=3)))
def test_no_element_is_lost(texts):
    data = read_texts(texts)
    rows = [*data.names, *(one.input for one in data.quarantined)]
    assert sorted(rows) == sorted(f"row {row}" for row in range(len(texts)))
    for item in data.items:
        assert item.text == texts[int(item.name.removeprefix("row "))]
        assert item.text.strip()


@settings(deadline=None)
@given(st.lists(st.tuples(WRITABLE, LABELS), min_size=1, max_size=8))
def test_no_row_of_a_csv_file_is_lost(tmp_path_factory, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # a carriage return is quoted, as a spreadsheet does it
    writer.writerows([("text", "label"), *rows])
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    path.write_bytes(text.getvalue().encode())
    _check(read_text_table(path), rows)


@settings(deadline=None)
@given(st.lists(st.tuples(ANY_TEXT, LABELS), min_size=1, max_size=8), st.booleans())
def test_no_json_line_is_lost(tmp_path_factory, rows, ascii_only):
    lines = [
        json.dumps({"text": text, "label": label}, ensure_ascii=ascii_only).encode(
            "utf-8", "surrogatepass"
        )
        for text, label in rows
    ]
    path = tmp_path_factory.getbasetemp() / "rows.jsonl"
    path.write_bytes(b"\n".join([b'{"text": "first", "label": "1"}', *lines]))
    _check(read_text_table(path), [("first", "1"), *rows])


@settings(deadline=None)
@given(st.lists(st.tuples(WRITABLE, LABELS), min_size=1, max_size=8))
def test_no_row_of_a_frame_is_lost(rows):
    from headstart.data.text_tables import texts_of

    frame = polars.DataFrame(rows, schema=["text", "label"], orient="row")
    _check(texts_of(FrameTable("rows.parquet", frame)), rows)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=6).map(lambda b: b.translate(None, b'\r\n",')), max_size=6))
def test_a_line_that_is_no_utf8_loses_no_other(tmp_path_factory, cells):
    path = tmp_path_factory.getbasetemp() / "bytes.csv"
    rows = [b"fine", *(b"x" + cell for cell in cells)]
    path.write_bytes(b"text,label\n" + b"".join(row + b",a\n" for row in rows))
    data = read_text_table(path)
    assert len(data) + len(data.quarantined) == len(rows)
    for item in data.items:
        row = int(item.name.rpartition(" ")[2]) - 1
        assert item.text.encode() == rows[row]


def _check(data, rows):
    """Every row is there under its number, with its text and label as they were written."""
    numbers = [int(item.name.rpartition(" ")[2]) for item in data.items]
    aside = [int(one.input.rpartition(" ")[2]) for one in data.quarantined]
    assert sorted(numbers + aside) == list(range(1, len(rows) + 1))
    for number, item, label in zip(numbers, data.items, data.labels, strict=True):
        assert (item.text, label) == rows[number - 1]
