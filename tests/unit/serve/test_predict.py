"""``/predict``: all forms of a body, and what is said of those that are none."""

from __future__ import annotations

import pytest
from tests.serving import BAD, BLUE, GOOD, RED, encoded, picture, picture_model, running

PNG = {"Content-Type": "image/png"}


def labels(answer):
    return [one.get("label") for one in answer.json["predictions"]]


def form(*contents, name="cat.png"):
    """A body of multipart/form-data, as curl -F and browsers send it."""
    parts = [
        b'--XyZ\r\nContent-Disposition: form-data; name="image"; filename="'
        + name.encode()
        + b'"\r\nContent-Type: image/png\r\n\r\n'
        + content
        + b"\r\n"
        for content in contents
    ]
    return b"".join(parts) + b"--XyZ--\r\n", {"Content-Type": "multipart/form-data; boundary=XyZ"}


def test_a_picture_as_the_body(pictures):
    answer = pictures.post("/predict", RED, PNG)
    assert answer.status == 200
    (prediction,) = answer.json["predictions"]
    assert set(prediction) == {"label", "probabilities"}
    assert prediction["label"] == "red"
    assert sum(prediction["probabilities"].values()) == pytest.approx(1)


def test_what_is_served_is_what_the_model_says(pictures, tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture((120, 40, 110), (300, 200), "JPEG"))
    (offline,) = pictures.service.model.predict_rows([str(tmp_path / "a.jpg")])
    answer = pictures.post("/predict", (tmp_path / "a.jpg").read_bytes(), PNG)
    (prediction,) = answer.json["predictions"]
    assert prediction["probabilities"] == pytest.approx(dict(offline.probabilities))


def test_several_pictures_in_base64_keep_their_order(pictures):
    uri = f"data:image/png;base64,{encoded(BLUE)}"
    answer = pictures.post("/predict", {"images": [encoded(RED), uri, encoded(RED)]})
    assert labels(answer) == ["red", "blue", "red"]


def test_a_form_with_a_file(pictures):
    assert labels(pictures.post("/predict", *form(BLUE))) == ["blue"]


def test_a_name_in_a_form_opens_no_file(pictures):
    assert labels(pictures.post("/predict", *form(BLUE, name="/etc/passwd"))) == ["blue"]


@pytest.mark.parametrize("contents", [(), (RED, BLUE)])
def test_a_form_with_no_file_or_two(pictures, contents):
    answer = pictures.post("/predict", *form(*contents))
    assert answer.status == 422
    assert f"{len(contents)} files" in answer.json["error"]


def test_a_form_that_is_none(pictures):
    answer = pictures.post("/predict", b"hello", {"Content-Type": "multipart/form-data"})
    assert answer.status == 400


def test_one_that_cannot_be_read_leaves_the_others(pictures):
    answer = pictures.post("/predict", {"images": [encoded(b"hello"), encoded(RED)]})
    assert answer.status == 200
    assert answer.json["predictions"][0] == {"reason": "not a picture: starts with b'hello'"}
    assert labels(answer) == [None, "red"]


def test_a_single_one_that_cannot_be_read(pictures):
    answer = pictures.post("/predict", b"", PNG)
    assert (answer.status, answer.json) == (
        422,
        {"predictions": [{"reason": "empty file (0 bytes)"}]},
    )


def test_sentences(texts):
    answer = texts.post("/predict", {"texts": [BAD, GOOD, ""]})
    assert labels(answer) == ["blame", "praise", None]
    assert answer.json["predictions"][2] == {"reason": "empty: there is no text"}


def test_a_text_as_the_body(texts):
    answer = texts.post("/predict", GOOD.encode(), {"Content-Type": "text/plain"})
    assert labels(answer) == ["praise"]


def test_a_text_that_is_the_path_of_a_table_opens_nothing(texts, tmp_path):
    table = tmp_path / "reviews.csv"
    table.write_text(f"text\n{GOOD}\n{GOOD}\n")
    answer = texts.post("/predict", {"texts": [str(table)]})
    assert answer.json["predictions"][0]["probabilities"] == {"blame": 0.5, "praise": 0.5}
    assert len(answer.json["predictions"]) == 1


def test_a_path_in_the_place_of_a_picture_opens_nothing(pictures, tmp_path):
    (tmp_path / "red.png").write_bytes(RED)
    answer = pictures.post("/predict", {"images": [str(tmp_path / "red.png")]})
    assert (answer.status, answer.json) == (422, {"error": "Picture 0 is not in Base64."})


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        ({"images": []}, 422, "nothing to predict"),
        ({"texts": [GOOD]}, 422, "reads images"),
        ({}, 422, "reads images"),
        ({"images": [1]}, 422, "images.0"),
        ({"images": "abc"}, 422, "images"),
        ({"images": ["abc"]}, 422, "not in Base64"),
        ({"pictures": []}, 422, "pictures"),
        ([], 422, "the body"),
        ({"images": [""] * 65}, 413, "65 samples; at most 64"),
    ],
)
def test_json_of_another_form(pictures, content, status, told):
    answer = pictures.post("/predict", content)
    assert answer.status == status
    assert told in answer.json["error"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"images": ["\\ud800"]}']
)
def test_what_is_no_json(pictures, body):
    answer = pictures.post("/predict", body, {"Content-Type": "application/json"})
    assert answer.status == 400
    assert len(answer.json["error"]) < 400


@pytest.mark.parametrize(
    "kind", ["", "text/html", "application/x-www-form-urlencoded", "text/plain"]
)
def test_another_type_of_body(pictures, kind):
    answer = pictures.post("/predict", RED, {"Content-Type": kind})
    assert answer.status == 415
    assert "image/jpeg" in answer.json["error"]


def test_a_picture_for_a_model_of_texts(texts):
    answer = texts.post("/predict", RED, PNG)
    assert answer.status == 415
    assert "texts" in answer.json["error"]


def test_a_text_that_is_no_utf8(texts):
    answer = texts.post("/predict", b"caf\xe9", {"Content-Type": "text/plain"})
    assert (answer.status, answer.json["error"]) == (
        400,
        "The text is not UTF-8: byte 3 cannot be read.",
    )


def test_numbers():
    with running(picture_model("regression")) as service:
        (prediction,) = service.post("/predict", RED, PNG).json["predictions"]
        (blue,) = service.post("/predict", BLUE, PNG).json["predictions"]
    assert set(prediction) == {"value"}
    assert prediction["value"] > blue["value"]
