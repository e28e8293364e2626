"""Training samples that a run keeps are found again by likeness."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from headstart.data.arrays import read_images
from headstart.data.texts import read_texts
from headstart.runs.kept_samples import (
    KeptSamples,
    keep_samples,
    read_kept_samples,
    write_kept_samples,
)


def test_the_most_similar_come_first():
    vectors = np.array([[0, 0], [1, 5], [0, 10]], dtype=np.float16)
    kept = KeptSamples(("far", "middle", "near"), ("a", "b", "b"), vectors)
    told = kept.nearest(np.array([0.0, 11.0]), 2)
    assert [one.name for one in told] == ["near", "middle"]
    assert 1 >= told[0].similarity > told[1].similarity
    assert (told[0].label, told[0].text, told[0].thumbnail) == ("b", None, None)


def test_a_feature_that_is_the_same_for_all_tells_nothing():
    vectors = np.array([[7, 0], [7, 1]], dtype=np.float16)
    kept = KeptSamples(("zero", "one"), ("a", "b"), vectors)
    assert kept.nearest(np.array([1e6, 1.0]), 1)[0].name == "one"


def test_one_sample_alone_is_the_nearest():
    kept = KeptSamples(("only",), ("a",), np.ones((1, 2), dtype=np.float16))
    (told,) = kept.nearest(np.zeros(2))
    assert (told.name, told.similarity) == ("only", 0.0)


def test_pictures_are_kept_small_and_texts_by_their_beginning(tmp_path):
    picture = Image.linear_gradient("L").convert("RGB")
    vectors = np.zeros((1, 2), dtype=np.float16)
    of_pictures = keep_samples(read_images([picture], ["a"]), ["a"], vectors)
    of_texts = keep_samples(read_texts(["word " * 200], ["a"]), ["a"], vectors)
    (small,) = of_pictures.thumbnails
    assert small.startswith(b"\xff\xd8")
    assert of_texts.texts == (("word " * 200)[:300],)
    for number, kept in enumerate((of_pictures, of_texts)):
        place = tmp_path / str(number)
        place.mkdir()
        write_kept_samples(kept, place)
        again = read_kept_samples(place)
        assert again.names == kept.names
        assert again.nearest(np.zeros(2)) == kept.nearest(np.zeros(2))


@pytest.mark.parametrize("count", [0, 1, 9])
def test_no_more_than_there_are(count):
    kept = KeptSamples(("a", "b"), ("x", "y"), np.eye(2, dtype=np.float16))
    assert len(kept.nearest(np.ones(2), count)) == min(count, 2)
