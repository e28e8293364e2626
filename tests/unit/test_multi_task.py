"""The estimator for several targets."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from headstart import MultiTaskModel
from headstart.errors import InputError, PlanError

VECTORS = np.random.default_rng(0).normal(size=(80, 4))
TARGETS = {
    "sign": np.where(VECTORS[:, 0] > 0, "plus", "minus"),
    "size": [None if row % 4 == 0 else value for row, value in enumerate(VECTORS[:, 1].tolist())],
    "tags": [["a", "b"] if one > 0 else ["b"] if one > -1 else [] for one in VECTORS[:, 2]],
}


@pytest.fixture(scope="module")
def model():
    return MultiTaskModel().fit(VECTORS, TARGETS)


def test_every_target_is_answered(model, tmp_path):
    assert model.targets_ == ("sign", "size", "tags")
    answers = model.predict(VECTORS[:5])
    assert answers["sign"].tolist() == TARGETS["sign"][:5].tolist()
    assert answers["size"].dtype == np.float64
    assert {type(one) for one in answers["tags"]} == {tuple}
    shares = model.predict_proba(VECTORS[:5])
    assert {name: one.shape for name, one in shares.items()} == {"sign": (5, 2), "tags": (5, 2)}
    loaded = MultiTaskModel.load(model.save(tmp_path / "run"))
    np.testing.assert_array_equal(
        loaded.predict_proba(VECTORS)["tags"], model.predict_proba(VECTORS)["tags"]
    )
    assert [one.input for one in model.predict_rows(VECTORS[:2])] == ["row 0", "row 1"]
    assert (tmp_path / "run" / "model_card.md").read_text("utf-8").startswith("---\n")


def test_kinds_can_be_given():
    codes = {"count": [row % 3 for row in range(80)]}
    assert MultiTaskModel().fit(VECTORS, codes).result_.of("count").result.task == "classification"
    given = MultiTaskModel(targets={"count": "regression"}).fit(VECTORS, codes)
    assert given.result_.of("count").result.task == "regression"


def test_some_columns_of_a_frame_and_a_test_set():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"sign": TARGETS["sign"], "size": TARGETS["size"], "other": [1] * 80})
    test = (VECTORS[60:], frame[60:])
    model = MultiTaskModel(targets=["size", "sign"]).fit(VECTORS[:60], frame[:60], test=test)
    assert model.targets_ == ("size", "sign")
    assert (model.result_.n_train, model.result_.n_test) == (60, 20)
    assert model.result_.of("size").result.n_test == 15


def test_it_is_an_estimator():
    model = MultiTaskModel(["a"], plan="full", grouping="joint", loss_weights={"a": 2.0})
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        model.predict(VECTORS)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"targets": "sign"}, InputError, "'targets' parameter of MultiTaskModel must be a list"),
        ({"targets": []}, InputError, "'targets' parameter of MultiTaskModel must be a list"),
        ({"targets": ["hue"]}, InputError, "have no column 'hue'"),
        ({"source": ["a", "b"]}, InputError, "must be the name of one source"),
        ({"loss_weights": 3}, InputError, "'loss_weights' parameter of MultiTaskModel must be"),
        ({"grouping": "some"}, InputError, "The grouping is 'some'"),
        ({"plan": "half"}, PlanError, "'plan' parameter of MultiTaskModel must be"),
        ({"plan": "full"}, PlanError, "Ready embeddings pass through no network"),
        ({"epochs": 0}, InputError, "'epochs' parameter of MultiTaskModel must be"),
        ({"test_size": 1.0}, InputError, "'test_size' parameter of MultiTaskModel must be"),
    ],
)
def test_parameters_that_are_not_accepted(options, kind, message):
    with pytest.raises(kind, match=message):
        MultiTaskModel(**options).fit(VECTORS, TARGETS)
