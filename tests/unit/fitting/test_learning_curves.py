"""Learning curves of a data set, with and without transfer."""

from __future__ import annotations

import json

import numpy as np
import pytest

from headstart.data import read_any, read_embeddings
from headstart.errors import InputError
from headstart.evaluation.curve_result import WITH, WITHOUT
from headstart.fitting import Settings
from headstart.fitting.learning_curves import learning_curves


def embeddings(count=100, seed=0):
    rng = np.random.default_rng(seed)
    codes = np.arange(count) % 2
    vectors = rng.normal(size=(count, 12))
    vectors[:, :2] += 2.0 * codes[:, None]
    return vectors, codes


@pytest.fixture(scope="module")
def of_embeddings():
    return learning_curves(read_embeddings(*embeddings()), target=0.9)


def test_pictures_have_a_curve_with_and_one_without_transfer(same_photos, tiny_source):
    result = learning_curves(read_any(same_photos), Settings(source=tiny_source))
    assert [curve.name for curve in result.curves] == [WITH, WITHOUT]
    with_sizes, without_sizes = ([point.labels for point in one.points] for one in result.curves)
    assert with_sizes == without_sizes
    assert with_sizes[-1] == 16
    assert result.n_labels == 20
    assert result.source == tiny_source
    assert result.saved is not None
    assert {"encode", "learning curves"} <= set(result.seconds)


def test_embeddings_have_one_curve(of_embeddings):
    assert [curve.name for curve in of_embeddings.curves] == [WITH]
    assert of_embeddings.saved is None
    assert of_embeddings.modality == "embedding"


def test_the_target_is_an_accuracy(of_embeddings):
    assert of_embeddings.target == pytest.approx(0.1)
    assert of_embeddings.needed is not None
    assert of_embeddings.to_dict()["target"] == pytest.approx(0.9)


def test_json_speaks_of_accuracy(of_embeddings):
    plain = json.loads(json.dumps(of_embeddings.to_dict()))
    assert plain["measure"] == "accuracy"
    points = plain["curves"][0]["points"]
    assert points[-1]["accuracy"]["value"] > points[0]["accuracy"]["value"]
    for point in points:
        figure = point["accuracy"]
        assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    assert [row["labels"] for row in plain["curves"][0]["expected"]] == [100, 200, 400]
    assert set(plain["more"]) == {"value", "low", "high"}


def test_numbers_have_a_mean_absolute_error():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(80, 10))
    labels = vectors[:, 0] + rng.normal(size=80) / 5
    result = learning_curves(read_embeddings(vectors, labels), Settings(task="regression"))
    plain = result.to_dict()
    assert plain["measure"] == "mean_absolute_error"
    values = [row["mean_absolute_error"]["value"] for row in plain["curves"][0]["points"]]
    assert values[-1] < values[0]
    assert result.step == pytest.approx(0.1 * result.curves[0].law.predict(80).value)


@pytest.mark.parametrize("target", [-0.1, 1.2, float("nan")])
def test_a_target_that_is_no_accuracy_is_refused(target):
    with pytest.raises(InputError, match="it is the accuracy to reach"):
        learning_curves(read_embeddings(*embeddings()), target=target)


def test_few_points_are_said_to_be_no_ground():
    few, enough = (learning_curves(read_embeddings(*embeddings(count))) for count in (14, 40))
    assert len(few.curves[0].points) < 4 <= len(enough.curves[0].points)
    assert any("do not count on it" in note for note in few.notes)
    assert not any("do not count on it" in note for note in enough.notes)


def test_one_sample_a_class_is_too_little():
    vectors, codes = embeddings(2)
    with pytest.raises(InputError, match="too few samples for a learning curve"):
        learning_curves(read_embeddings(vectors, codes))


def test_the_same_seed_gives_the_same_result():
    dataset = read_embeddings(*embeddings(40))
    one, same = (learning_curves(dataset, Settings(seed=3)).to_dict() for _ in range(2))
    assert one["curves"] == same["curves"]
    assert one["more"] == same["more"]
