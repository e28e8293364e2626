"""The key of a table holds everything that its rows depend on."""

from dataclasses import fields, replace

import pytest

from headstart.activations.key import ActivationKey

KEY = ActivationKey("source", "weights", "preprocessing", "engine", "f32", ("a", "b"))
OTHERS = {"outputs": ("a",)}


@pytest.mark.parametrize("name", [field.name for field in fields(ActivationKey)])
def test_every_fact_but_the_name_changes_the_digest(name):
    other = replace(KEY, **{name: OTHERS.get(name, "other")})
    assert (other.digest == KEY.digest) == (name == "source")


def test_order_of_outputs_matters():
    assert replace(KEY, outputs=("b", "a")).digest != KEY.digest


def test_digest_is_a_folder_name_that_stays_the_same():
    assert (
        KEY.digest == "40a9517ea09c84d66e6137fb69b04a21"
    )  # another one would lose everybody's cache
    assert KEY.to_dict()["kept"] == "pooled"
