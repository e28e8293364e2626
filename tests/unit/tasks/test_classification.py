"""Labels and the codes that stand for them."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.errors import InputError
from headstart.tasks.classification import ClassificationTask


@pytest.mark.parametrize(
    ("labels", "classes", "names"),
    [
        (["dog", "cat", "dog"], ["cat", "dog"], ["cat", "dog"]),
        ([10, 9, 10], [9, 10], ["9", "10"]),
        ([True, False], [False, True], ["False", "True"]),
        ([2.0, 1.0], [1.0, 2.0], ["1.0", "2.0"]),
        (np.array(["b", "a"], dtype=object), ["a", "b"], ["a", "b"]),
        (["\udc80", "ü"], ["ü", "\udc80"], ["ü", "\udc80"]),
    ],
)
def test_classes_are_sorted_and_keep_their_type(labels, classes, names):
    task = ClassificationTask.from_labels(np.asarray(labels))
    assert task.classes.tolist() == classes
    assert task.class_names == names
    assert task.decode(np.eye(2)).tolist() == classes
    assert task.classes[task.encode(np.asarray(labels))].tolist() == list(labels)


def test_dates_and_bytes_are_refused():
    for labels, kind in ((np.array(["2020"], "datetime64[D]"), "datetime64"), ([b"a"], "S1")):
        with pytest.raises(InputError, match=f"labels are of type .*{kind}.* Make them text"):
            ClassificationTask.from_labels(np.asarray(labels))


def test_labels_that_training_did_not_have():
    task = ClassificationTask.from_labels(np.array(["cat", "dog"]))
    assert task.unknown(np.array(["dog", "cow", "a longer word"])) == [1, 2]
    with pytest.raises(InputError, match=r"'cow'.* of sample 1 did not occur .* Classes: cat, dog"):
        task.encode(np.array(["dog", "cow"]))


def test_the_first_of_equal_probabilities_is_decoded():
    task = ClassificationTask.from_labels(np.array(["a", "b"]))
    assert task.decode(np.array([[0.5, 0.5]])).tolist() == ["a"]
    assert task.decode(np.empty((0, 2))).tolist() == []


@pytest.mark.parametrize(
    ("counts", "weights"),
    [((10, 10), None), ((15, 10), None), ((16, 10), "balanced"), ((10, 0, 10), None)],
)
def test_weights_when_one_class_outnumbers_another_by_half(counts, weights):
    codes = np.repeat(np.arange(len(counts)), counts)
    assert ClassificationTask.weights(codes) == weights


def test_figures_have_the_names_of_the_metrics():
    task = ClassificationTask.from_labels(np.array(["a", "b"]))
    codes = np.array([0, 1, 0, 1])
    figures = task.figures(codes, np.eye(2)[codes], seed=0)
    assert set(figures) == {"accuracy", "macro_f1", "auroc", "log_loss", "calibration_error"}
    assert figures["accuracy"].value == 1.0
