"""The Open Inference Protocol, as its specification has it."""

from __future__ import annotations

import pytest
from tests.serving import BAD, BLUE, GOOD, RED, encoded, picture_model, running


def infer(service, data, name="image", path="/v2/models/colours/infer", **more):
    tensor = {"name": name, "shape": [len(data)], "datatype": "BYTES", "data": data}
    return service.post(path, {"inputs": [{**tensor, **more.pop("tensor", {})}], **more})


def test_health_and_metadata(pictures):
    assert pictures.get("/v2/health/live").json == {"live": True}
    assert pictures.get("/v2/health/ready").json == {"ready": True}
    assert pictures.get("/v2").json["name"] == "headstart"
    assert pictures.get("/v2/models/colours/ready").json == {"name": "colours", "ready": True}


def test_the_model_describes_its_tensors(pictures):
    told = pictures.get("/v2/models/colours").json
    assert told["name"] == "colours"
    assert [tensor["name"] for tensor in told["inputs"]] == ["image"]
    label, probabilities = told["outputs"]
    assert (label["datatype"], probabilities["datatype"]) == ("BYTES", "FP64")
    assert probabilities["shape"] == [-1, 2]
    assert probabilities["parameters"] == {"classes": ["blue", "red"]}


def test_pictures(pictures):
    told = infer(pictures, [encoded(RED), encoded(BLUE), encoded(RED)], id="seven").json
    assert (told["model_name"], told["id"]) == ("colours", "seven")
    label, probabilities = told["outputs"]
    assert label["data"] == ["red", "blue", "red"]
    assert (probabilities["shape"], len(probabilities["data"])) == ([3, 2], 6)
    assert probabilities["data"][1] > 0.5 > probabilities["data"][0]


def test_texts_in_rows_of_one(texts):
    more = {"name": "text", "path": "/v2/models/reviews/infer"}
    told = infer(texts, [[GOOD], [BAD]], tensor={"shape": [2, 1]}, **more).json
    assert told["outputs"][0]["data"] == ["praise", "blame"]


def test_only_the_outputs_that_are_asked_for(pictures):
    told = infer(pictures, [encoded(RED)], outputs=[{"name": "label"}]).json
    assert [tensor["name"] for tensor in told["outputs"]] == ["label"]


def test_numbers():
    with running(picture_model("regression"), name="colours") as service:
        (tensor,) = infer(service, [encoded(RED)]).json["outputs"]
        facts = service.get("/v2/models/colours").json["outputs"]
    assert (tensor["name"], tensor["datatype"], tensor["shape"]) == ("value", "FP64", [1])
    assert facts == [{"name": "value", "datatype": "FP64", "shape": [-1]}]


@pytest.mark.parametrize(
    "path", ["/v2/models/cats", "/v2/models/cats/ready", "/v2/models/..%2F..%2Fetc"]
)
def test_another_model(pictures, path):
    answer = pictures.get(path)
    assert answer.status == 404
    assert "error" in answer.json


@pytest.mark.parametrize(
    ("tensor", "told"),
    [
        ({"datatype": "FP32"}, "accepted are BYTES"),
        ({"shape": [2]}, "1 values for the shape"),
        ({"shape": [1, 2]}, "2 axes"),
        ({"shape": []}, "0 axes"),
        ({"shape": [-1]}, "1 values"),
        ({"name": "picture"}, "called 'picture'; accepted is one, called 'image'"),
        ({"data": [1]}, "not a string"),
        ({"data": [["YQ=="]]}, "not a string"),
        ({"data": [], "shape": [0]}, "nothing to predict"),
        ({"data": ["hello!"]}, "not in Base64"),
        ({"data": ["aGVsbG8="]}, "Sample 0 cannot be read: not a picture"),
        ({"wrong": 1}, "inputs.0.wrong"),
    ],
)
def test_other_tensors(pictures, tensor, told):
    answer = infer(pictures, [encoded(RED)], tensor=tensor)
    assert answer.status == 422
    assert told in answer.json["error"]


def test_an_output_that_there_is_not(pictures):
    answer = infer(pictures, [encoded(RED)], outputs=[{"name": "logits"}])
    assert answer.status == 422
    assert "label, probabilities" in answer.json["error"]


def test_too_many_samples(pictures):
    assert infer(pictures, [""] * 65).status == 413


def test_no_json(pictures):
    assert pictures.post("/v2/models/colours/infer", b"{").status == 400
