"""A fit puts a few training samples into the run, whatever the plan and whichever is saved."""

from __future__ import annotations

import numpy as np
import pytest

from headstart import TransferClassifier, load
from headstart.data.folders import read_folder
from headstart.fitting import Settings, fit, sides


def nearest_of(model, picture):
    return model.kept_samples.nearest(model.look_at([picture]).vectors[0], 3)


@pytest.mark.parametrize("plan", ["probe", "full"])
def test_the_nearest_training_samples_are_of_the_same_colour(
    tiny_source, same_photos, make_picture, plan, tmp_path
):
    training = {"epochs": 2} if plan == "full" else {}
    model = TransferClassifier(tiny_source, plan=plan, **training).fit(same_photos).model_
    again = load(model.save(tmp_path / "run"))
    told = nearest_of(again, make_picture("red", 99))
    assert [one.label for one in told] == ["red"] * 3
    assert all(one.thumbnail.startswith(b"\xff\xd8") for one in told)
    assert told == nearest_of(model, make_picture("red", 99))


def test_each_class_has_as_many_as_there_is_room_for(tiny_source, same_photos, monkeypatch):
    monkeypatch.setattr(sides, "MOST_KEPT", 6)
    model = fit(read_folder(same_photos), settings=Settings(source=tiny_source))
    kept = model.kept_samples
    assert sorted(kept.labels) == ["blue"] * 3 + ["red"] * 3
    assert kept.vectors.shape == (6, model.n_features_in_)


def test_nothing_is_kept_where_it_is_not_wanted(tiny_source, same_photos, tmp_path):
    settings = Settings(source=tiny_source, keeps_samples=False)
    model = fit(read_folder(same_photos), settings=settings)
    assert model.kept_samples is None
    run = model.save(tmp_path / "run")
    assert not list(run.glob("samples*"))
    assert load(run).kept_samples is None


def test_embeddings_show_nothing():
    vectors = np.random.default_rng(0).normal(size=(20, 3))
    assert TransferClassifier().fit(vectors, np.arange(20) % 2).model_.kept_samples is None


def test_counts_of_words_are_no_vectors_to_compare():
    texts = [f"{word} film number {number}" for word in ("good", "bad") for number in range(10)]
    labels = ["a"] * 10 + ["b"] * 10
    model = TransferClassifier("classical").fit(texts, labels).model_
    assert model.kept_samples is None
