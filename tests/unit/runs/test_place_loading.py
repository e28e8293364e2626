"""A run of places is opened where it can be used, and refused by name where it cannot."""

from __future__ import annotations

import pytest
from tests.place_runs import TASKS, make_run

import headstart
from headstart.errors import InputError, RunError
from headstart.explanations import explain
from headstart.files import to_json
from headstart.runs.kept_places import KEPT_PLACES
from headstart.runs.loading import load_answering_once
from headstart.runs.place_model import PlaceModel


@pytest.mark.parametrize("task", TASKS)
def test_load_opens_it(place_runs, task):
    model = headstart.load(place_runs[task])
    assert isinstance(model, PlaceModel)
    assert model.task.name == task


@pytest.mark.parametrize("task", TASKS)
def test_who_needs_one_answer_a_sample_refuses_it(place_runs, task):
    with pytest.raises(RunError, match=f"one of {task}: its answers are places .* headstart x acc"):
        load_answering_once(place_runs[task], "headstart x")


def test_it_is_not_explained(place_runs):
    model = headstart.load(place_runs["segmentation"])
    with pytest.raises(InputError, match="A model of segmentation says itself where something is"):
        explain(model, b"")


def test_a_run_without_samples_keeps_none(tmp_path, place_sources):
    run = make_run("localisation", tmp_path, epochs=1, n_test=2, keeps_samples=False)
    assert not (run / KEPT_PLACES).exists()
    assert headstart.load(run).kept is None


def test_a_changed_file_is_noticed(tmp_path, place_sources):
    run = make_run("localisation", tmp_path, epochs=1, n_test=2)
    (run / KEPT_PLACES).write_bytes(to_json({"pictures": []}))
    with pytest.raises(RunError, match=rf"{KEPT_PLACES}.* of the run .* has \d+ bytes where"):
        headstart.load(run)


def test_masks_of_many_pictures_are_not_held_together(place_runs, monkeypatch):
    monkeypatch.setattr("headstart.runs.place_model._TOGETHER", 3)
    model = headstart.load(place_runs["segmentation"])
    folder = place_runs["segmentation"].parent / "segmentation-data" / "images"
    told = []
    placed = model.iterate_places(folder, lambda *step: told.append(step))
    first = next(placed)
    assert first.item.name == first.name
    assert [done for step, done, _ in told if step == "predict"] == [1, 2, 3]
    rest = list(placed)
    assert [one.name for one in (first, *rest)] == sorted(str(one) for one in folder.iterdir())
    assert told[-1] == ("predict", 12, 12)


def test_the_card_says_what_the_run_shows_of_test_pictures(place_runs):
    card = (place_runs["detection"] / "model_card.md").read_text("utf-8")
    assert "report.html shows some of the pictures that it was tested on, small" in card
    assert "hardest.json" not in card
