"""What a column of targets asks for."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.errors import InputError
from headstart.tasks.targets import KINDS, kind_named, kind_of, plain_labels


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["cat", "dog"], "classification"),
        (["1", "0"], "classification"),
        ([1, 2, 3], "classification"),
        ([True, False], "classification"),
        (["1.5", "2"], "regression"),
        ([0.25, 1], "regression"),
        (["a;b", "b"], "multi-label"),
        (["a|b", ";"], "multi-label"),
        ([["a"], []], "multi-label"),
        ([("a", "b"), {"c"}], "multi-label"),
        ([f"{number}.5" for number in range(100)], "regression"),
        ([str(number % 60) for number in range(600)], "classification"),
    ],
)
def test_kinds_are_seen_from_the_cells(cells, kind):
    assert kind_of(cells, "x") == kind
    assert kind in KINDS


def test_texts_that_hardly_repeat_are_no_classes():
    cells = [f"street {number}" for number in range(100)]
    with pytest.raises(InputError, match="The target 'where' holds 100 different values in 100"):
        kind_of(cells, "where")


def test_an_unknown_kind():
    with pytest.raises(InputError, match="'age' is to be 'number'; accepted: auto, classification"):
        kind_named("number", "age")


def test_plain_labels_keep_numbers_and_make_texts_of_mixtures():
    assert plain_labels([1, 2]).dtype.kind == "i"
    assert plain_labels([1, "2"]).tolist() == ["1", "2"]
    assert plain_labels([]).shape == (0,)
    assert plain_labels([np.float64(1.5)]).tolist() == [1.5]
