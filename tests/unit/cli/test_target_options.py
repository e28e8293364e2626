"""What is said of several targets on the command line."""

from __future__ import annotations

import pytest

from headstart import MultiTaskModel
from headstart.cli.several_targets import TargetOptions, target_alone
from headstart.errors import InputError


def test_names_and_what_they_ask_for():
    found = TargetOptions(" car, age=regression ,tags=multi-label,odd=name ").kinds
    assert found == {"car": "auto", "age": "regression", "tags": "multi-label", "odd=name": "auto"}
    assert TargetOptions("all").kinds == {}


@pytest.mark.parametrize("text", ["", "car,,sign", "car,car", "=regression"])
def test_names_that_are_missing_or_twice(text):
    with pytest.raises(InputError, match="accepted are names of columns with commas"):
        _ = TargetOptions(text).kinds


def test_weights():
    assert TargetOptions("a").weights == "uncertainty"
    assert TargetOptions("a", loss_weights="a=2,b=0.5").weights == {"a": 2.0, "b": 0.5}
    with pytest.raises(InputError, match="The loss weights are 'a=much'"):
        _ = TargetOptions("a", loss_weights="a=much").weights


@pytest.fixture(scope="module")
def texts():
    """A model of texts with two targets."""
    rows = ["the film was good", "the soup was bad", "a good day", "a bad day"] * 10
    signs = ["good" if "good" in row else "bad" for row in rows]
    model = MultiTaskModel(source="classical")
    return model.fit([f"{row} {number}" for number, row in enumerate(rows)], {"sign": signs}).model_


def test_one_target_has_the_page_of_a_run_of_its_own(texts):
    alone = target_alone(texts, "sign", explains=False)
    assert alone.result_.notes[0].startswith("This page is about the target 'sign' alone, one of 1")
    assert len(alone.predictions) == alone.result_.n_test > 0


def test_texts_that_are_not_kept_are_not_explained(texts):
    with pytest.raises(InputError, match=r"keeps no texts, so that there is none to explain\. Acc"):
        target_alone(texts, "sign", explains=True)
    with pytest.raises(InputError, match=r"no page of 'size' alone\. Accepted: 'sign' \(labels"):
        target_alone(texts, "size", explains=False)
