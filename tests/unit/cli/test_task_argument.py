"""The --task argument."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.cli.task_argument import check_task, choose_task
from headstart.data.dataset import Dataset
from headstart.errors import InputError


def dataset(labels):
    return Dataset("image", labels=None if labels is None else np.array(labels), notes=("one",))


@pytest.mark.parametrize("text", ["auto", "classification", "regression"])
def test_what_is_accepted(text):
    check_task(text)


def test_another_task():
    with pytest.raises(InputError, match="'detect'; accepted: auto, classification, regression"):
        check_task("detect")


@pytest.mark.parametrize(
    ("text", "labels", "from_table", "task"),
    [
        ("auto", ["1.5", "2"], True, "regression"),
        ("auto", ["1", "2"], True, "classification"),
        ("auto", ["1.0", "2.0"], True, "classification"),
        ("auto", ["1.5", "cat"], True, "classification"),
        ("auto", ["1.5", "2.5"], False, "classification"),
        ("auto", None, True, "classification"),
        ("classification", ["1.5", "2.5"], True, "classification"),
        ("regression", ["1", "2"], False, "regression"),
    ],
)
def test_the_labels_of_a_table_decide(text, labels, from_table, task):
    chosen, train = choose_task(text, dataset(labels), from_table)
    assert chosen == task
    noted = text == "auto" and task == "regression"
    assert train.notes[0] == "one"
    assert [("give --task classification" in note) for note in train.notes[1:]] == [True] * noted
