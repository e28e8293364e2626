"""Save, then load is identity; and any changed byte is noticed."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headstart import TransferClassifier, load
from headstart.errors import RunError
from headstart.runs import Prediction
from headstart.runs.predictions_file import from_csv, to_csv
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.prediction_table import ClassTable, NumberTable

#: NumPy drops zeros at the end of a text; a label of spaces alone counts as missing.
WORDS = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=8).filter(
    lambda word: word.strip() != ""
)
LABELS = (
    st.lists(WORDS, min_size=2, max_size=4, unique=True)
    | st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=4, unique=True)
    | st.just([False, True])
)


def fitted(labels):
    codes = np.arange(6 * len(labels)) % len(labels)
    vectors = np.random.default_rng(0).normal(size=(len(codes), 2)) + codes[:, None]
    return TransferClassifier().fit(vectors, np.asarray(labels)[codes]).model_


@settings(max_examples=15)
@given(LABELS)
def test_save_then_load_is_identity(labels):
    model = fitted(labels)
    vectors = np.random.default_rng(1).normal(size=(5, 2))
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(model.save(Path(folder) / "run"))
    assert np.array_equal(loaded.predict_proba(vectors), model.predict_proba(vectors))
    assert loaded.classes_.tolist() == model.classes_.tolist() == sorted(labels)
    assert loaded.predictions == model.predictions
    assert loaded.result_.to_dict() == model.result_.to_dict()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return fitted(["a", "b"]).save(tmp_path_factory.mktemp("tampered") / "run")


@settings(max_examples=60)
@given(data=st.data())
def test_any_changed_byte_is_noticed(run, data):
    path = data.draw(st.sampled_from(sorted(run.iterdir())))
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 2))  # the last byte of JSON is a line break
    flip = data.draw(st.integers(1, 255))
    changed = content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
    try:
        path.write_bytes(changed)
        if path.name == "manifest.json" and same_json(changed, content):
            load(run)
        else:
            # A manifest whose key "format" was hit is refused before its hash is looked at.
            with pytest.raises(RunError, match=f"{path.name}|has format"):
                load(run)
    finally:
        path.write_bytes(content)


def same_json(one, other):
    """Space that became another space says the same."""
    import json

    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False


@given(
    st.lists(WORDS, min_size=1, max_size=4, unique=True).flatmap(
        lambda names: st.tuples(
            st.just(names),
            st.lists(
                st.tuples(st.sampled_from(names), st.floats(0, 1), WORDS), min_size=1, max_size=4
            ),
        )
    )
)
def test_predictions_survive_their_file(drawn):
    names, rows = drawn
    predictions = [
        Prediction(written(name), best, share, dict.fromkeys(names, share), label=best)
        for best, share, name in rows
    ]
    table = ClassTable(names)
    assert from_csv(to_csv(predictions, table), table) == predictions


@given(st.lists(st.tuples(WORDS, *[st.floats(allow_nan=False, allow_infinity=False)] * 2)))
def test_predicted_numbers_survive_their_file(rows):
    predictions = [Prediction(written(name), one, label=true) for name, one, true in rows]
    assert from_csv(to_csv(predictions, NumberTable()), NumberTable()) == predictions


def written(name):
    """What data sets call their samples can always be written."""
    return name.encode("utf-8", "backslashreplace").decode()


@given(st.lists(WORDS, min_size=1, max_size=4, unique=True))
def test_the_predictions_file_is_read_by_the_standard_library(names):
    content = to_csv([Prediction("x", names[0], 1.0, {names[0]: 1.0})], ClassTable(names)).decode()
    header, row = csv.reader(io.StringIO(content, newline=""))
    assert len(header) == len(row) == 6 + len(names)


@given(LABELS)
def test_codes_and_labels_stand_for_each_other(labels):
    task = ClassificationTask.from_labels(np.asarray(labels))
    codes = task.encode(np.asarray(labels))
    assert sorted(codes) == list(range(len(labels)))
    assert task.classes[codes].tolist() == labels
