"""What is to be predicted of texts, and the order of the answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars
import pytest

from headstart.errors import InputError
from headstart.runs.inputs import gather_inputs
from headstart.tasks.prediction import Prediction


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("text,label\na,x\n ,x\nc,\n")
    return tmp_path


def gather(inputs):
    return gather_inputs(inputs, modality="text")


def answers(inputs):
    """Name and text, or name and reason, in the order in which they are answered."""
    read = gather(inputs)
    assert read.dataset.modality == "text"
    given = [Prediction(item.name, item.open()) for item in read.dataset.items]
    return [(row.input, row.predicted or row.reason) for row in read.in_order(given)]


NO_TEXT = "empty: there is no text"
TABLE = [("t.csv, row 1", "a"), ("t.csv, row 2", NO_TEXT), ("t.csv, row 3", "c")]


def test_strings_are_sentences():
    assert answers("a slow film") == [("a slow film", "a slow film")]
    assert answers(["one", "", None, "two", "one"]) == [
        ("one", "one"),
        ("row 1", NO_TEXT),
        ("row 2", NO_TEXT),
        ("two", "two"),
        ("one", "one"),
    ]


def test_a_table_is_read_where_it_is_meant():
    assert answers("t.csv") == answers(Path("t.csv")) == TABLE
    assert answers(["x", Path("t.csv"), "y", ""]) == [
        ("x", "x"),
        *TABLE,
        ("y", "y"),
        ("row 3", NO_TEXT),
    ]
    assert answers(["t.csv"]) == [("t.csv", "t.csv")]  # a text, whoever wrote it
    assert answers("gone.csv") == [("gone.csv", "gone.csv")]


def test_a_path_without_texts_is_answered(here):
    (here / "a.zip").write_bytes(b"PK")
    assert answers([Path("gone.csv"), Path("a.zip")]) == [
        ("gone.csv", "no such file"),
        (
            "a.zip",
            "not a file of texts; accepted: .csv, .tsv, .txt, .parquet, .pq, .jsonl, .ndjson",
        ),
    ]


def test_texts_of_the_same_name_keep_their_own_reasons():
    long = "a" * 100
    assert answers([long, long + "\ud800", long]) == [
        ("a" * 77 + "...", long),
        ("a" * 77 + "...", "not UTF-8 text"),
        ("a" * 77 + "...", long),
    ]
    ((name, _),) = answers(["two\nlines"])
    assert name == r"two\x0alines"


@pytest.mark.parametrize(
    "inputs",
    [np.array(["a", "b"]), polars.Series(["a", "b"]), iter(["a", "b"]), ("a", "b")],
    ids=["array", "series", "iterator", "tuple"],
)
def test_columns_and_iterators(inputs):
    assert answers(inputs) == [("a", "a"), ("b", "b")]


def test_a_frame_needs_no_labels():
    frame = polars.DataFrame({"text": ["a", None, "c"], "label": [None, "x", None]})
    assert answers(frame) == [("row 0", "a"), ("row 1", NO_TEXT), ("row 2", "c")]


def test_what_is_no_text_keeps_its_kind():
    assert gather(np.zeros((2, 3))).dataset.modality == "embedding"
    assert gather([np.zeros((4, 4, 3), np.uint8)]).dataset.modality == "image"
    with pytest.raises(InputError, match=r"0 inputs. Give sentences"):
        gather([])


def test_strings_are_paths_where_the_model_reads_pictures():
    read = gather_inputs(["a sentence"])
    assert (read.dataset.modality, read.names) == ("image", ("a sentence",))
