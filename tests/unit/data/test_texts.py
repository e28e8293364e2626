"""Texts that a program holds: lists, arrays, columns, frames."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas
import polars
import pytest

from headstart.data.fingerprints import fingerprint_bytes
from headstart.data.reading import read_any
from headstart.data.texts import MOST_CHARACTERS, TextItem, read_texts
from headstart.errors import InputError
from headstart.estimators import is_table_of_numbers

TEXTS = ["a slow but charming film", "dull", "  fine \n"]
LABELS = ["good", "bad", "good"]


def texts_of(data):
    return [item.open() for item in data.items]


def reasons(data):
    return {one.input: one.reason for one in data.quarantined}


COLUMNS = {
    "list": list,
    "tuple": tuple,
    "array": np.array,
    "objects": lambda rows: np.array(rows, dtype=object),
    "pandas": pandas.Series,
    "pandas objects": lambda rows: pandas.Series(rows, dtype=object),
    "pandas categories": lambda rows: pandas.Series(rows).astype("category"),
    "polars": polars.Series,
    "polars categories": lambda rows: polars.Series(rows, dtype=polars.Categorical),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_columns_of_strings_are_texts(column):
    data = read_any(column(TEXTS), LABELS)
    assert data.modality == "text"
    assert texts_of(data) == TEXTS
    assert {type(text) for text in texts_of(data)} == {str}
    assert data.names == ["row 0", "row 1", "row 2"]
    assert data.labels.tolist() == LABELS
    assert data.quarantined == ()
    assert not is_table_of_numbers(column(TEXTS))


def test_the_fingerprint_is_that_of_the_text():
    item = read_texts(["Müsli 🥣"]).items[0]
    assert item == TextItem("row 0", "Müsli 🥣", fingerprint_bytes("Müsli 🥣".encode()))
    assert not hasattr(item, "__dict__")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("", "empty: there is no text"),
        (" \t\n\u3000", "empty: there is no text"),
        (None, "empty: there is no text"),
        (float("nan"), "empty: there is no text"),
        (pandas.NA, "empty: there is no text"),
        (7, "not text but the number 7"),
        (True, "not text but true or false"),
        (["a"], "not text but a list"),
        ({"a": 1}, "not text but a record"),
        (b"a", "not text but bytes"),
        ("half \ud83d", "not UTF-8 text"),
        ("a" * (MOST_CHARACTERS + 1), "1048577 characters; at most 1048576 are accepted"),
    ],
)
def test_what_is_no_text_is_set_aside_with_its_label(bad, reason):
    data = read_any(["one", bad, "two"], [1, 2, 3])
    assert texts_of(data) == ["one", "two"]
    assert data.labels.tolist() == [1, 3]
    assert reasons(data) == {"row 1": reason}


@pytest.mark.parametrize("text", ["a\0b", "two\nlines", "\u200bzero", "a" * MOST_CHARACTERS])
def test_odd_texts_are_kept_as_they_are(text):
    assert texts_of(read_texts([text])) == [text]


def test_a_column_that_begins_with_what_is_missing():
    data = read_any([None, float("nan"), *TEXTS])
    assert len(data) == 3
    assert list(reasons(data)) == ["row 0", "row 1"]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one text", r"a single str; accepted is a list of texts.*\[text\]"),
        (7, "a single int"),
        (np.array([["a", "b"]]), r"shape \(1, 2\); accepted is one dimension"),
    ],
)
def test_no_list_of_texts(texts, message):
    with pytest.raises(InputError, match=message):
        read_texts(texts)


def test_labels_are_checked():
    with pytest.raises(InputError, match="1 labels for 3 samples"):
        read_any(TEXTS, ["good"])


def test_strings_that_are_files_or_look_like_them_are_pictures(pets):
    one = str(pets / "cat" / "0.jpg")
    assert read_any([one, "a sentence", "another"]).modality == "image"
    assert read_any(["gone.jpg", "gone.PNG", "a sentence"]).modality == "image"
    assert read_any(["gone.jpg", "a sentence", "another"]).modality == "text"
    assert read_any(["Two lines\nand a.jpg"]).modality == "text"


def test_a_frame_brings_its_labels():
    for frame in (pandas.DataFrame, polars.DataFrame):
        data = read_any(frame({"y": [1, 2, 1], " Review ": TEXTS, "stars": [0.5, 1.0, 2.0]}))
        assert texts_of(data) == TEXTS
        assert data.labels.tolist() == [1, 2, 1]
        assert not is_table_of_numbers(frame({"text": TEXTS}))


def test_an_arrow_table_is_read():
    arrow = pytest.importorskip("pyarrow")
    assert read_any(arrow.table({"text": TEXTS, "label": LABELS})).labels.tolist() == LABELS
    assert texts_of(read_any(arrow.array(TEXTS), LABELS)) == TEXTS


def test_rows_of_a_frame_without_text_or_label_are_set_aside():
    frame = polars.DataFrame({"text": ["a", None, "c", "d"], "label": ["x", "x", None, " "]})
    data = read_any(frame)
    assert (texts_of(data), data.labels.tolist()) == (["a"], ["x"])
    assert reasons(data) == {
        "row 1": "empty: there is no text",
        "row 2": "no label",
        "row 3": "no label",
    }


def test_labels_beside_a_frame_go_before_its_own():
    frame = polars.DataFrame({"text": TEXTS, "label": ["x", "y", "z"]})
    data = read_any(frame, LABELS)
    assert (data.labels.tolist(), data.label_column) == (LABELS, None)


def test_columns_of_a_frame_can_be_named():
    frame = polars.DataFrame({"words": TEXTS, "stars": [1.0, 2.5, 3.0]})
    data = read_any(frame, text_column="words", label_column="stars")
    assert data.labels.tolist() == [1.0, 2.5, 3.0]
    assert data.label_column == "stars"
    with pytest.raises(InputError, match=r"has no column 'other'. Its columns: 'words', 'stars'"):
        read_any(frame, text_column="other")


def test_a_frame_of_numbers_is_embeddings_whatever_it_is_called():
    frame = polars.DataFrame({"text": [1.0, 2.0], "body": [3.0, 4.0]})
    assert read_any(frame).modality == "embedding"
    assert is_table_of_numbers(frame)


REVIEWS = {"text": ["a", "", "c", "d"], "label": [1, 0, -1, 0]}


class Reviews:
    """What a data set of Hugging Face looks like from outside."""

    column_names = ("text", "label")
    shape = (4, 2)

    def __init__(self, columns=None):
        self._columns = columns or {**REVIEWS, "label": np.array(REVIEWS["label"])}
        self.column_names = list(self._columns)
        self.features = {"label": SimpleNamespace(names=["bad", "good"])}

    def __len__(self):
        return 4

    def __getitem__(self, column):
        return self._columns[column]


class Splits(dict):
    """Several of them by name."""

    column_names = {"train": ["text", "label"]}  # noqa: RUF012 - as it is there


def hugging_face():
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    )
    return datasets.Dataset.from_dict(REVIEWS, features=features)


@pytest.mark.parametrize(
    "make", [Reviews, hugging_face, lambda: hugging_face().with_format("numpy")]
)
def test_classes_of_a_data_set_have_their_names(make):
    data = read_any(make())
    assert (texts_of(data), data.labels.tolist()) == (["a", "d"], ["good", "bad"])
    assert reasons(data) == {"row 1": "empty: there is no text", "row 2": "no label"}
    assert not is_table_of_numbers(make())


def test_a_column_of_a_data_set():
    assert texts_of(read_any(hugging_face()["text"], [1, 2, 3, 4])) == ["a", "c", "d"]


def test_data_sets_that_cannot_be_used():
    with pytest.raises(InputError, match=r"1 data sets \('train'\).*data\['train'\]"):
        read_any(Splits(train=Reviews()))
    with pytest.raises(InputError, match=r"no text column. Its columns: 'label'"):
        read_any(Reviews({"label": [1, 2, 3, 4]}))
