"""Numbers as a task."""

from __future__ import annotations

import numpy as np
import pytest

from headstart.errors import InputError
from headstart.tasks.regression import RegressionTask

TASK = RegressionTask()
TARGETS = np.array([1.0, 2.0, 4.0])
OUTPUTS = np.array([[1.0], [2.5], [3.0]])


def test_text_is_encoded_as_a_number_and_outputs_are_the_answer():
    assert TASK.encode(np.array(["1", "-2.5"])).tolist() == [1.0, -2.5]
    assert TASK.decode(OUTPUTS).tolist() == [1.0, 2.5, 3.0]
    with pytest.raises(InputError, match="target of sample 0 is 'cat'"):
        TASK.encode(np.array(["cat"]))


def test_figures_and_difference():
    figures = TASK.figures(TARGETS, OUTPUTS, seed=0)
    assert figures["mean_absolute_error"].value == 0.5
    others = np.full((3, 1), 2.0)
    # Errors 1, 0, 2 of the others against 0, 0.5, 1.
    assert TASK.difference(TARGETS, OUTPUTS, others, seed=0).value == pytest.approx(0.5)


def test_an_answer_has_an_error_where_the_truth_is_known():
    known = TASK.answer("a.jpg", OUTPUTS[2], TARGETS[2])
    assert known.to_dict() == {"input": "a.jpg", "predicted": 3.0, "label": 4.0, "error": -1.0}
    assert known.correct is None
    assert TASK.answer("a.jpg", OUTPUTS[2]).to_dict() == {"input": "a.jpg", "predicted": 3.0}
