"""The estimator refuses what no fit can be made with, before anything is loaded."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from headstart import QuestionAnswerer
from headstart.errors import HeadstartError, InputError

ONE = (["who?"], ["It was Ann."], ["Ann"])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"epochs": 0}, "'epochs' parameter of QuestionAnswerer must be a whole number of at"),
        ({"learning_rate": -1.0}, "'learning_rate' parameter of QuestionAnswerer must be a number"),
        ({"test_size": 1.0}, "'test_size' parameter of QuestionAnswerer must be a number above 0"),
        ({"plan": "half"}, "'plan' parameter of QuestionAnswerer must be auto, probe"),
        ({"source": ["a", "b"]}, "'source' parameter of QuestionAnswerer must be the name of one"),
        ({"random_state": -1}, "'random_state' parameter of QuestionAnswerer must be a whole"),
    ],
)
def test_parameters_are_checked(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(HeadstartError, match=message):
        QuestionAnswerer(**parameters).fit(*ONE)


def test_answers_are_needed_to_learn_from() -> None:
    with pytest.raises(InputError, match="The answers are None; accepted is one a question"):
        QuestionAnswerer().fit(ONE[0], ONE[1], None)
    with pytest.raises(InputError, match=r"type dict; accepted is \(questions, contexts, answers"):
        QuestionAnswerer().fit(*ONE, test={"questions": ["who?"]})
    with pytest.raises(InputError, match="The answer of row 0 is 'Bo', which does not stand in"):
        QuestionAnswerer().fit(ONE[0], ONE[1], ["Bo"])


def test_it_is_an_estimator() -> None:
    copy = clone(QuestionAnswerer("bundled/minilm-l6", "freeze:2", epochs=3))
    assert copy.get_params()["epochs"] == 3
    with pytest.raises(NotFittedError):
        copy.predict(["who?"], ["It was Ann."])
