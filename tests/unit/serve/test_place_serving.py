"""A model of places over HTTP: boxes or masks, and clear words where there is nothing."""

from __future__ import annotations

import base64
import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tests.place_runs import TASKS
from tests.serving import encoded, running

from headstart.runs import load


@pytest.fixture(scope="module")
def services(place_runs):
    """Those that were asked for, each started once."""
    started, contexts = {}, []

    def service(task):
        if task not in started:
            contexts.append(running(load(place_runs[task]), name=task))
            started[task] = contexts[-1].__enter__()
        return started[task]

    yield service
    for context in contexts:
        context.__exit__(None, None, None)


@pytest.fixture
def pictures(place_runs):
    folder = place_runs["detection"].parent / "detection-data" / "images"
    return sorted(folder.iterdir())


@pytest.mark.parametrize("task", TASKS)
def test_a_picture_gets_the_answer_of_predict(services, place_runs, pictures, task):
    path = pictures[3]
    said = services(task).post("/predict", path.read_bytes(), {"Content-Type": "image/png"})
    assert said.status == 200
    (answer,) = said.json["predictions"]
    (row,) = load(place_runs[task]).predict_rows([path])
    wanted = row.to_dict()
    assert {key: answer[key] for key in wanted if key != "input"} == {
        key: value for key, value in wanted.items() if key != "input"
    }
    assert (answer["width"], answer["height"]) == (80, 60)


def test_the_mask_is_a_picture_of_codes(services, place_runs, pictures):
    said = services("segmentation").post(
        "/predict", pictures[3].read_bytes(), {"Content-Type": "image/png"}
    )
    content = base64.b64decode(said.json["predictions"][0]["mask"])
    (codes,) = load(place_runs["segmentation"]).predict([pictures[3]])
    assert np.array_equal(np.asarray(Image.open(BytesIO(content))), codes)


def test_boxes_lie_in_the_upright_picture(services, pictures):
    """Stored on its side, and said to be so."""
    image = Image.open(pictures[3])
    file, turned = BytesIO(), image.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(file, "PNG", exif=exif)
    plain, sideways = (
        services("localisation").post("/predict", body, {"Content-Type": "image/png"}).json
        for body in (pictures[3].read_bytes(), file.getvalue())
    )
    assert sideways == plain


def test_each_of_several_gets_its_own(services, pictures):
    body = {"images": [encoded(path.read_bytes()) for path in pictures[:3]]}
    body["images"].insert(1, encoded(b"hello"))
    said = services("detection").post("/predict", body)
    assert said.status == 200
    answers = said.json["predictions"]
    assert ["reason" in one for one in answers] == [False, True, False, False]
    alone = [
        services("detection").post("/predict", {"images": [image]}).json["predictions"][0]
        for image in (body["images"][0], *body["images"][2:])
    ]
    assert [one for one in answers if "reason" not in one] == alone


def test_no_picture_is_told(services):
    said = services("detection").post("/predict", b"hello", {"Content-Type": "image/png"})
    assert said.status == 422
    assert said.json == {"predictions": [{"reason": "not a picture: starts with b'hello'"}]}


@pytest.mark.parametrize("task", TASKS)
def test_there_is_no_explanation(services, pictures, task):
    said = services(task).post("/explain", pictures[0].read_bytes(), {"Content-Type": "image/png"})
    assert said.status == 404
    assert "Look at its answer on the picture: POST /predict." in said.json["error"]


@pytest.mark.parametrize(
    ("task", "classes", "colours"),
    [
        ("detection", ["blue", "red"], ["#e6194b", "#4363d8"]),
        ("segmentation", ["background", "blue", "red"], [None, "#4363d8", "#ffe119"]),
    ],
)
def test_it_is_described(services, task, classes, colours):
    told = services(task).get("/model").json
    assert (told["task"], told["classes"], told["palette"]) == (task, classes, colours)
    assert told["explains"] is False


def test_texts_are_refused(services):
    said = services("detection").post("/predict", {"texts": ["hello"]})
    assert said.status == 422
    assert "This model reads images." in said.json["error"]


@pytest.mark.parametrize("task", TASKS)
def test_the_open_protocol_carries_the_same_json(services, pictures, task):
    service = services(task)
    facts = service.get(f"/v2/models/{task}").json
    assert [one["name"] for one in facts["outputs"]] == ["answer"]
    images = [encoded(path.read_bytes()) for path in pictures[:2]]
    tensor = {"name": "image", "shape": [2], "datatype": "BYTES", "data": images}
    said = service.post(f"/v2/models/{task}/infer", {"inputs": [tensor]})
    assert said.status == 200
    (output,) = said.json["outputs"]
    assert (output["name"], output["shape"], output["datatype"]) == ("answer", [2], "BYTES")
    plain = service.post("/predict", {"images": images}).json["predictions"]
    assert [json.loads(one) for one in output["data"]] == plain


def test_the_open_protocol_refuses_other_outputs(services, pictures):
    tensor = {"name": "image", "shape": [1], "datatype": "BYTES", "data": [encoded(b"x")]}
    asked = {"inputs": [tensor], "outputs": [{"name": "label"}]}
    said = services("detection").post("/v2/models/detection/infer", asked)
    assert said.status == 422
    assert said.json["error"] == "There is no such output; there are: answer."
