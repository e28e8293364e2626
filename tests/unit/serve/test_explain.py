"""``/explain``: the same prediction, why, and what it learned from that is like it."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tests.serving import GOOD, RED, picture, picture_model, running, text_model

from headstart.runs.kept_samples import Nearest
from headstart.serve import explainer as explainer_module
from headstart.serve.engine import Engine
from headstart.serve.explainer import Explainer
from headstart.serve.limits import Limits
from headstart.serve.refusals import RefusedError

PNG = {"Content-Type": "image/png"}


@dataclass
class Kept:
    """Stands in for kept samples, and remembers what it was asked."""

    vectors: list = field(default_factory=list)

    def nearest(self, vector, count=5):
        self.vectors.append(vector)
        return [
            Nearest("/home/me/red/1.png", "red", 0.9, None, RED),
            Nearest("b", "blue", 0.5, "sky", None),
        ]


def half_red():
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (400, 320), (30, 30, 200))
    image.paste((200, 30, 30), (0, 0, 260, 320))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_picture_and_its_heat(pictures):
    told = pictures.post("/explain", half_red(), PNG).json
    (predicted,) = pictures.post("/predict", half_red(), PNG).json["predictions"]
    assert told["prediction"] == predicted
    assert told["prediction"]["label"] == told["explanation"]["label"] == "red"
    weights = np.array(told["explanation"]["weights"])
    assert weights[:, :3].mean() > 0 > weights[:, -2:].mean()
    uri = told["explanation"]["overlay"]
    overlay = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    assert Image.open(BytesIO(overlay)).size == (400, 320)


@pytest.mark.parametrize(("size", "shown"), [((3000, 40), (2048, 27)), ((900, 600), (480, 320))])
def test_a_large_picture_is_explained_at_the_size_of_a_page(pictures, size, shown):
    told = pictures.post("/explain", picture(size=size), PNG).json
    content = base64.b64decode(told["explanation"]["overlay"].partition(",")[2])
    assert Image.open(BytesIO(content)).size == shown


def test_a_sentence_and_its_words(texts):
    told = texts.post("/explain", {"texts": [GOOD]}).json
    assert (told["prediction"]["label"], told["explanation"]["label"]) == ("praise", "praise")
    words = told["explanation"]["words"]
    assert "".join(word["text"] for word in words) == GOOD
    assert max(words, key=lambda word: word["weight"])["text"].strip() == "good"


def test_a_number_is_explained_as_well():
    with running(picture_model("regression")) as service:
        told = service.post("/explain", half_red(), PNG).json
    assert set(told["prediction"]) == {"value"}
    assert told["explanation"]["label"] == "value"


def test_a_text_that_is_the_path_of_a_table_is_explained_as_a_text(texts, tmp_path):
    table = tmp_path / "reviews.csv"
    table.write_text(f"text\n{GOOD}\n")
    told = texts.post("/explain", {"texts": [str(table)]}).json
    assert "".join(word["text"] for word in told["explanation"]["words"]) == str(table)


def test_a_model_that_kept_no_samples_has_no_nearest(texts):
    assert texts.post("/explain", {"texts": [GOOD]}).json["nearest"] == []


def test_the_nearest_training_samples():
    kept = Kept()
    model = replace(picture_model(), kept_samples=kept)
    with running(model) as service:
        nearest = service.post("/explain", RED, PNG).json["nearest"]
    assert nearest[0]["thumbnail"].startswith("data:image/png;base64,")
    assert {**nearest[0], "thumbnail": ""} == {
        "name": "1.png", "label": "red", "similarity": 0.9, "text": None, "thumbnail": ""
    }  # fmt: skip
    assert (nearest[1]["text"], nearest[1]["thumbnail"]) == ("sky", None)
    seen = model.look_at([Image.new("RGB", (40, 30), (200, 30, 30))])
    assert kept.vectors[0] == pytest.approx(seen.vectors[0])


@pytest.mark.parametrize("body", [b"", b"hello"])
def test_what_cannot_be_read(pictures, body):
    answer = pictures.post("/explain", body, PNG)
    assert answer.status == 422
    assert answer.json["error"].startswith("The sample cannot be read: ")


def test_two_samples_at_once(texts):
    answer = texts.post("/explain", {"texts": [GOOD, GOOD]})
    assert (answer.status, answer.json["error"]) == (
        413,
        "2 samples; at most 1 may come in one request.",
    )


def test_a_long_explanation_keeps_no_prediction_waiting(pictures, monkeypatch):
    began, go_on = threading.Event(), threading.Event()

    def slow(*_):
        began.set()
        assert go_on.wait(10)
        return explain_truly(*_)

    explain_truly = explainer_module.explain
    monkeypatch.setattr(explainer_module, "explain", slow)
    with ThreadPoolExecutor(1) as pool:
        explained = pool.submit(pictures.post, "/explain", RED, PNG)
        assert began.wait(10)
        assert pictures.post("/predict", RED, PNG).status == 200
        assert not explained.done()
        go_on.set()
        assert explained.result(10).status == 200


def test_explanations_have_a_network_of_their_own():
    engine = Engine(picture_model(), Limits())
    explainer = Explainer(engine, Limits())
    explainer.submit(RED).result(10)
    assert explainer.model.resident is not engine.model.resident
    explainer.close()


def test_more_explanations_than_may_wait(monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr("headstart.serve.explainer.explained", lambda *_: go_on.wait(10))
    explainer = Explainer(Engine(text_model(), Limits()), Limits(explanations=2))
    accepted = [explainer.submit("a"), explainer.submit("b")]
    with pytest.raises(RefusedError, match="2 explanations wait already") as refused:
        explainer.submit("c")
    assert refused.value.status == 429
    go_on.set()
    assert [one.result(10) for one in accepted] == [True, True]
    explainer.submit("d").result(10)
    explainer.close()
