"""Parts of a sample are taken away one after the other, and what changes is told."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from headstart.errors import InputError, UnreadableInputError
from headstart.explanations import explain
from headstart.explanations.words import split_words


def model_that(answers, modality, names=("no", "yes")):
    """Says of each sample what the function says: the probability of the last class, or a value."""

    def look_at(samples):
        told = np.array([answers(one) for one in samples], dtype=np.float64)
        outputs = np.stack([1 - told, told], axis=1) if names else told[:, None]
        return SimpleNamespace(outputs=outputs)

    return SimpleNamespace(
        task=SimpleNamespace(class_names=list(names)),
        result_=SimpleNamespace(modality=modality),
        look_at=look_at,
    )


def redness_of_the_corner(picture):
    width, height = picture.size
    return np.asarray(picture)[: height // 4, : width // 4, 0].mean() / 255


@pytest.fixture
def picture():
    """Red in its upper left corner, grey elsewhere."""
    pixels = np.full((80, 120, 3), 90, dtype=np.uint8)
    pixels[:20, :30] = (250, 0, 0)
    return Image.fromarray(pixels)


def test_the_part_of_a_picture_that_counts_weighs_most(picture):
    told = explain(model_that(redness_of_the_corner, "image"), picture)
    assert told.label == "yes"
    assert told.weights.shape == (8, 8)
    assert told.weights[:2, :2].min() > 0.1
    assert np.abs(told.weights[4:, 4:]).max() == 0
    assert told.to_dict()["weights"][0][0] == pytest.approx(told.weights[0, 0], abs=1e-6)


def test_it_speaks_against_the_other_label(picture):
    told = explain(model_that(redness_of_the_corner, "image"), picture, "no")
    assert told.label == "no"
    assert told.weights[0, 0] < -0.1


def test_the_overlay_has_the_colour_of_what_counts_where_it_counts(picture):
    told = explain(model_that(redness_of_the_corner, "image"), picture)
    with Image.open(BytesIO(told.overlay_png)) as overlay:
        pixels = np.asarray(overlay).astype(int)
    assert pixels.shape == (80, 120, 3)
    assert pixels[5, 5, 0] > pixels[5, 5, 2] + 100
    assert np.ptp(pixels[70, 110]) <= 1, "grey where nothing counts"
    assert told.overlay_uri.startswith("data:image/png;base64,")


def test_a_large_picture_is_looked_at_smaller(picture):
    told = explain(model_that(redness_of_the_corner, "image"), picture.resize((1200, 800)))
    assert min(told.picture.size) == 320


def test_a_single_pixel_can_be_explained():
    told = explain(model_that(lambda one: 0.7, "image"), Image.new("RGB", (1, 1)))
    assert np.abs(told.weights).max() < 1e-9


def test_the_words_that_count_weigh_what_goes_without_them():
    known = model_that(lambda text: 0.9 if "slow" in text else 0.2, "text")
    told = explain(known, "a slow but charming film")
    assert "".join(text for text, _ in told.words) == "a slow but charming film"
    weights = dict(told.words)
    assert weights["slow "] == pytest.approx(0.7)
    assert weights["film"] == 0.0
    assert told.to_dict()["words"][1] == {"text": "slow ", "weight": 0.7}


def test_a_single_word_carries_everything():
    assert explain(model_that(lambda text: 0.75, "text"), "good").words == (("good", 0.75),)


def test_a_number_is_explained_by_how_much_it_falls():
    told = explain(model_that(lambda text: float(len(text)), "text", names=()), "ab cd")
    assert told.label == "value"
    assert dict(told.words) == {"ab ": 3.0, "cd": 2.0}


def test_a_long_text_is_taken_apart_into_few_pieces():
    text = " ".join(f"word{number}" for number in range(500))
    pieces = split_words(text)
    assert len(pieces) <= 80
    assert "".join(pieces) == text


def test_a_label_that_the_model_does_not_know(picture):
    with pytest.raises(InputError, match=r"no class 'maybe'; accepted: 'no', 'yes'"):
        explain(model_that(redness_of_the_corner, "image"), picture, "maybe")
    with pytest.raises(InputError, match=r"none, since it predicts numbers"):
        explain(model_that(len, "text", names=()), "some", "maybe")


def test_samples_of_another_kind_are_refused(picture):
    with pytest.raises(InputError, match=r"of type Image; this model reads texts"):
        explain(model_that(len, "text"), picture)
    with pytest.raises(UnreadableInputError, match="not a picture"):
        explain(model_that(len, "image"), b"hello")
    with pytest.raises(InputError, match="ready embeddings does not see"):
        explain(model_that(len, "embedding"), np.zeros(3))
