from __future__ import annotations

import numpy as np
import pytest

from headstart.data.checks import check_classification
from headstart.data.dataset import Dataset, Quarantined
from headstart.errors import InputError


def labelled(labels, **more) -> Dataset:
    labels = np.asarray(labels)
    return Dataset("embedding", vectors=np.zeros((len(labels), 2)), labels=labels, **more)


def test_an_ordinary_data_set_needs_no_note():
    assert check_classification(labelled(["a", "a", "b", "b"])) == ()
    assert check_classification(labelled([1.0, 1.0, 2.0, 2.0])) == ()


def test_one_class_is_refused():
    with pytest.raises(InputError, match=r"only one class, 'cat', with 3 samples; .*at least 2"):
        check_classification(labelled(["cat"] * 3))


def test_no_sample_is_refused_with_what_was_set_aside():
    aside = (Quarantined("a.jpg", "empty file (0 bytes)"),)
    with pytest.raises(InputError, match=r"no sample .* 1 inputs were set aside.*'a.jpg': empty"):
        check_classification(Dataset("image", labels=np.array([]), quarantined=aside))


def test_no_labels_are_refused():
    with pytest.raises(InputError, match="2 samples have no labels"):
        check_classification(Dataset("embedding", vectors=np.zeros((2, 2))))


def test_measurements_are_refused():
    with pytest.raises(InputError, match=r"Unknown label type: continuous.*such as 0.5"):
        check_classification(labelled([0.0, 0.5, 1.0]))


def test_classes_of_one_sample_are_noted():
    (note,) = check_classification(labelled(["a", "a", "b", "b", "c", "d"]))
    assert note.startswith("2 classes have one sample each ('c', 'd')")


def test_uneven_classes_are_noted_from_beyond_ten_to_one():
    assert check_classification(labelled([0] * 20 + [1] * 2)) == ()
    (note,) = check_classification(labelled([0] * 21 + [1] * 2))
    assert "0 has 21 samples, 1 has 2" in note
