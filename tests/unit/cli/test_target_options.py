"""What is said of several targets on the command line."""

from __future__ import annotations

import pytest

from headstart.cli.several_targets import TargetOptions
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
