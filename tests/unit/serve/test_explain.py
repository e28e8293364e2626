"""``/explain``: the same prediction, why, and what it learned from that is like it."""

from __future__ import annotations

import base64
import sys
import threading
import types
from dataclasses import dataclass, replace

import pytest
from PIL import Image
from tests.serving import GOOD, RED, picture, picture_model, running

from headstart.serve.explainer import Explainer
from headstart.serve.limits import Limits
from headstart.serve.refusals import RefusedError

PNG = {"Content-Type": "image/png"}
OVERLAY = picture((1, 2, 3))


@dataclass
class Explanation:
    """As ``headstart.explanations`` gives it."""

    plain: dict
    overlay_png: bytes | None = None

    def to_dict(self):
        return self.plain


@pytest.fixture
def asked(monkeypatch):
    """Stands in for the explanations, and remembers what it was asked."""
    asked = []

    def explain(model, sample, label=None):
        asked.append((sample, label))
        if isinstance(sample, str):
            words = [{"text": word, "weight": 0.1} for word in sample.split(" ")]
            return Explanation({"kind": "text", "label": label, "words": words})
        return Explanation({"kind": "picture", "label": label, "weights": [[1.0]]}, OVERLAY)

    module = types.ModuleType("headstart.explanations")
    module.explain = explain
    monkeypatch.setitem(sys.modules, "headstart.explanations", module)
    return asked


@dataclass
class Nearest:
    name: str
    label: str
    similarity: float
    text: str | None
    thumbnail: bytes | None


class Kept:
    def __init__(self):
        self.vectors = []

    def nearest(self, vector, count=5):
        self.vectors.append(vector)
        return [Nearest("red/1.png", "red", 0.9, None, RED), Nearest("b", "blue", 0.5, "sky", None)]


def test_a_picture_and_its_heat(pictures, asked):
    told = pictures.post("/explain", RED, PNG).json
    (predicted,) = pictures.post("/predict", RED, PNG).json["predictions"]
    assert told["prediction"] == predicted
    assert told["explanation"]["kind"] == "picture"
    uri = told["explanation"]["overlay"]
    assert base64.b64decode(uri.removeprefix("data:image/png;base64,")) == OVERLAY
    ((sample, label),) = asked
    assert isinstance(sample, Image.Image)
    assert label == "red"


def test_a_large_picture_is_explained_at_the_size_of_a_page(pictures, asked):
    assert pictures.post("/explain", picture(size=(3000, 500)), PNG).status == 200
    ((sample, _),) = asked
    assert sample.size == (1024, 171)


def test_a_sentence_and_its_words(texts, asked):
    told = texts.post("/explain", {"texts": [GOOD]}).json
    assert told["prediction"]["label"] == "praise"
    assert [word["text"] for word in told["explanation"]["words"]] == ["a", "good", "film"]
    assert asked == [(GOOD, "praise")]


def test_a_number_has_no_explanation(asked):
    with running(picture_model("regression")) as service:
        told = service.post("/explain", RED, PNG).json
    assert told["explanation"] is None
    assert set(told["prediction"]) == {"value"}
    assert asked == []


def test_a_model_that_kept_no_samples_has_no_nearest(texts, asked):
    assert texts.post("/explain", {"texts": [GOOD]}).json["nearest"] == []


def test_the_nearest_training_samples(asked, monkeypatch):
    model, kept = picture_model(), Kept()
    monkeypatch.setattr(type(model), "kept_samples", kept, raising=False)
    with running(replace(model)) as service:
        nearest = service.post("/explain", RED, PNG).json["nearest"]
    assert nearest[0]["thumbnail"].startswith("data:image/png;base64,")
    assert {**nearest[0], "thumbnail": ""} == {
        "name": "red/1.png", "label": "red", "similarity": 0.9, "text": None, "thumbnail": ""
    }  # fmt: skip
    assert (nearest[1]["text"], nearest[1]["thumbnail"]) == ("sky", None)
    seen = model.look_at([Image.new("RGB", (40, 30), (200, 30, 30))])
    assert kept.vectors[0] == pytest.approx(seen.vectors[0])


@pytest.mark.parametrize("body", [b"", b"hello"])
def test_what_cannot_be_read(pictures, asked, body):
    answer = pictures.post("/explain", body, PNG)
    assert answer.status == 422
    assert answer.json["error"].startswith("The sample cannot be read: ")


def test_two_samples_at_once(texts, asked):
    answer = texts.post("/explain", {"texts": [GOOD, GOOD]})
    assert (answer.status, answer.json["error"]) == (
        413,
        "2 samples; at most 1 may come in one request.",
    )


def test_more_explanations_than_may_wait(monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr("headstart.serve.explainer.explained", lambda *_: go_on.wait(10))
    explainer = Explainer(engine=None, limits=Limits(explanations=2))
    accepted = [explainer.submit("a"), explainer.submit("b")]
    with pytest.raises(RefusedError, match="2 explanations wait already") as refused:
        explainer.submit("c")
    assert refused.value.status == 429
    go_on.set()
    assert [one.result(10) for one in accepted] == [True, True]
    explainer.submit("d").result(10)
    explainer.close()
