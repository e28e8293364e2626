"""A model with several targets over HTTP: an answer for each, clear words where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.serving import BLUE, RED, encoded, running, several_model, text_model

from headstart import MultiTaskModel
from headstart.errors import InputError
from headstart.runs.several_targets import SeveralModel
from headstart.serve.limits import Limits
from headstart.serve.several_serving import SeveralServing

PNG = {"Content-Type": "image/png"}
HEAT = "heat, in °C"


@pytest.fixture(scope="module")
def scenes():
    with running(several_model(), name="scenes") as service:
        yield service


@pytest.fixture(scope="module")
def one_network(tiny_source, same_photos):
    """Two targets whose heads read other stages of the same network."""
    paths = sorted(same_photos.glob("*/*.png"))
    red = [path.parent.name == "red" for path in paths]
    columns = {
        "colour": ["red" if one else "blue" for one in red],
        "heat": [3.5 * one for one in red],
    }
    return MultiTaskModel(source=tiny_source, fallback=False).fit(paths, columns).model_


def test_every_target_is_answered_as_a_run_of_it_alone_would(scenes):
    said = scenes.post("/predict", RED, PNG)
    assert said.status == 200
    (answer,) = said.json["predictions"]
    assert list(answer) == ["targets"]
    targets = answer["targets"]
    assert list(targets) == ["colour", HEAT, "tags"]
    assert targets["colour"]["label"] == "red"
    assert sum(targets["colour"]["probabilities"].values()) == pytest.approx(1.0)
    assert list(targets[HEAT]) == ["value"]
    assert targets["tags"]["label"] == "red"
    assert targets["tags"]["probabilities"]["red"] > 0.5
    assert targets["tags"]["probabilities"]["blue"] < 0.5


def test_several_samples_keep_their_order_and_their_reasons(scenes):
    body = {"images": [encoded(one) for one in (BLUE, b"hello", RED)]}
    said = scenes.post("/predict", body)
    assert said.status == 200
    first, second, third = said.json["predictions"]
    assert first["targets"]["colour"]["label"] == "blue"
    assert second == {"reason": "not a picture: starts with b'hello'"}
    assert third["targets"]["colour"]["label"] == "red"


def test_with_one_network_the_answers_are_those_of_predict(one_network, same_photos):
    paths = sorted(same_photos.glob("*/*.png"))[:5]
    wanted = [row.answers for row in one_network.predict_rows(paths)]
    assert len(one_network.readers) == 1
    with running(one_network) as service:
        images = [encoded(path.read_bytes()) for path in paths]
        said = service.post("/predict", {"images": images}).json["predictions"]
    for answer, row in zip(said, wanted, strict=True):
        assert answer["targets"]["colour"]["label"] == row["colour"].predicted
        assert answer["targets"]["colour"]["probabilities"] == pytest.approx(
            row["colour"].probabilities
        )
        assert answer["targets"]["heat"]["value"] == pytest.approx(row["heat"].predicted)


def test_a_sample_is_prepared_once_for_readers_alike():
    serving = SeveralServing(several_model(), Limits())
    first, second, third = serving.prepare(RED)
    assert first is second is third


def test_the_targets_are_described(scenes):
    told = scenes.get("/model").json
    assert (told["task"], told["classes"], told["explains"]) == ("several targets", [], False)
    assert [(one["name"], one["task"], one["classes"]) for one in told["targets"]] == [
        ("colour", "classification", ["blue", "red"]),
        (HEAT, "regression", []),
        ("tags", "multi-label", ["blue", "red"]),
    ]


def test_no_answer_is_explained(scenes):
    said = scenes.post("/explain", RED, PNG)
    assert said.status == 404
    assert "A run of one target is: headstart fit --label-column NAME." in said.json["error"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"hello", PNG, 422),
        (b"{", {"Content-Type": "application/json"}, 400),
        (b"{}", {"Content-Type": "application/json"}, 422),
        (b"hello", {"Content-Type": "text/plain"}, 415),
    ],
)
def test_what_cannot_be_answered_is_refused(scenes, body, kind, status):
    assert scenes.post("/predict", body, kind).status == status


def test_the_open_protocol_has_outputs_of_each_target(scenes):
    facts = scenes.get("/v2/models/scenes").json
    names = ["colour.label", "colour.probabilities", f"{HEAT}.value"]
    names += ["tags.label", "tags.probabilities"]
    assert [one["name"] for one in facts["outputs"]] == names
    tensor = {"name": "image", "shape": [2], "datatype": "BYTES"}
    tensor["data"] = [encoded(BLUE), encoded(RED)]
    said = scenes.post("/v2/models/scenes/infer", {"inputs": [tensor]}).json
    outputs = {one["name"]: one for one in said["outputs"]}
    assert list(outputs) == names
    assert outputs["colour.label"]["data"] == ["blue", "red"]
    assert outputs["tags.probabilities"]["shape"] == [2, 2]
    assert outputs["tags.probabilities"]["parameters"] == {"classes": ["blue", "red"]}
    plain = scenes.post("/predict", {"images": tensor["data"]}).json["predictions"]
    told = [one["targets"][HEAT]["value"] for one in plain]
    assert outputs[f"{HEAT}.value"]["data"] == told


def test_the_open_protocol_gives_what_is_asked_for(scenes):
    tensor = {"name": "image", "shape": [1], "datatype": "BYTES", "data": [encoded(RED)]}
    asked = {"inputs": [tensor], "outputs": [{"name": "tags.label"}]}
    said = scenes.post("/v2/models/scenes/infer", asked)
    assert [one["name"] for one in said.json["outputs"]] == ["tags.label"]
    asked["outputs"] = [{"name": "label"}]
    said = scenes.post("/v2/models/scenes/infer", asked)
    assert said.status == 422
    assert said.json["error"].startswith("There is no such output; there are: colour.label, ")


def test_texts_are_counted_for_every_target():
    one = text_model()
    result = replace(several_model().result_, modality="text", targets=())
    with running(SeveralModel({"a": one, "b": one}, result)) as service:
        said = service.post("/predict", {"texts": ["a good film", "a bad film"]}).json
    labels = [[each["label"] for each in row["targets"].values()] for row in said["predictions"]]
    assert labels == [["praise", "praise"], ["blame", "blame"]]


def test_a_model_of_embeddings_is_not_served():
    import numpy as np

    vectors = np.random.default_rng(0).normal(size=(60, 4))
    columns = {"sign": np.where(vectors[:, 0] > 0, "plus", "minus")}
    model = MultiTaskModel().fit(vectors, columns).model_
    with pytest.raises(InputError, match="only models of pictures or of texts are served"):
        SeveralServing(model, Limits())
