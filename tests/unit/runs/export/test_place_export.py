"""Runs of places in other programs: the same answers, and a program that reads them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tests.place_runs import TASKS

from headstart.errors import InputError, RunError
from headstart.runs import load
from headstart.runs.export import export_run
from headstart.runs.export.place_forms import PLACE_FORMS, OpenVinoPlaces
from headstart.runs.export.place_run import PlaceRun

pytestmark = pytest.mark.usefixtures("place_sources")


@pytest.fixture(scope="module", params=[(task, form) for task in TASKS for form in PLACE_FORMS])
def exported(request, place_runs, place_sources, tmp_path_factory):
    task, form = request.param
    folder = tmp_path_factory.mktemp("export") / "out"
    return task, place_runs[task], export_run(place_runs[task], form, folder)


def test_it_says_what_the_run_says(exported):
    _, _, done = exported
    assert done.comparison.samples == done.comparison.same == 4
    assert done.comparison.kind == "test inputs of the run"
    assert done.comparison.difference < 1e-4
    assert done.lines[0].endswith("(both in float32; the same answer for all)")


def test_the_folder_holds_what_a_reader_needs(exported):
    task, run, done = exported
    model = load(run)
    answers = json.loads((done.folder / "answers.json").read_bytes())
    assert answers["task"] == task
    assert answers["canvas"] == [64, 64]
    assert answers["classes"] == model.classes_
    assert [shape[1:] for shape in answers["outputs"].values()] == [
        list(shape) for shape in model.network.shapes
    ]
    facts = json.loads((done.folder / "preprocessing.json").read_bytes())
    assert facts["shape"] == ["n", 64, 64, 3]
    assert facts["fit"]["fill"] == [128, 102, 76]
    assert json.loads((done.folder / "export.json").read_bytes())["checked"]["samples"] == 4
    card = (done.folder / "README.md").read_text("utf-8")
    assert done.lines[0] in card


def test_the_program_of_the_card_gives_the_answer(exported):
    task, run, done = exported
    picture = run.parent / f"{task}-data" / "images" / "9.png"
    Image.open(picture).save(done.folder / "photo.jpg", quality=100, subsampling=0)
    program = (done.folder / "README.md").read_text().partition("```python\n")[2].partition("```")
    ran = subprocess.run(
        [sys.executable, "-c", program[0]],
        cwd=done.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    model = replace(load(run), precision="f32")
    (answer,) = model.predict([done.folder / "photo.jpg"])
    if task == "segmentation":
        mask = np.asarray(Image.open(done.folder / "mask.png"))
        assert mask.shape == answer.shape
        assert (mask == answer).mean() > 0.999
        return
    shown = model.shown(answer)
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert len(lines) == len(shown) > 0
    for row, (name, *numbers) in enumerate(lines):
        assert name == shown.labels[row]
        corners = [ast.literal_eval(one) for one in numbers[-4:]]
        assert corners == pytest.approx(shown.corners[row].tolist(), abs=0.5)


@pytest.mark.parametrize("task", TASKS)
def test_no_library_of_models_has_such_a_head(place_runs, tmp_path, task):
    with pytest.raises(RunError, match=rf"one of {task}, .* Accepted: onnx, openvino\."):
        export_run(place_runs[task], "huggingface", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_it_can_be_checked_on_other_pictures(place_runs, tmp_path):
    data = place_runs["detection"].parent / "detection-data" / "images"
    done = export_run(place_runs["localisation"], "openvino", tmp_path / "out", data)
    assert (done.comparison.samples, done.comparison.kind) == (12, "inputs")


def test_without_pictures_some_are_made_up(place_runs, tmp_path, monkeypatch):
    monkeypatch.setattr("os.path.isfile", lambda path: False)
    done = export_run(place_runs["segmentation"], "openvino", tmp_path / "out")
    assert not done.comparison.are_real
    assert done.comparison.samples > 3
    assert "--check DATA" in done.lines[-1]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "There is no file or folder"),
        ("empty", "holds no"),
        ("texts", "holds no picture"),
    ],
)
def test_nothing_to_check_on_is_told(place_runs, tmp_path, name, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.jpg").write_text("hello")
    with pytest.raises(InputError, match=message):
        export_run(place_runs["detection"], "openvino", tmp_path / "out", tmp_path / name)


def test_what_differs_is_not_written(place_runs, tmp_path, monkeypatch):
    own = OpenVinoPlaces.open

    def shifted(self, run, folder):
        compute = own(self, run, folder)
        return lambda batch: [one + 0.1 * abs(one).max() for one in compute(batch)]

    monkeypatch.setattr(OpenVinoPlaces, "open", shifted)
    with pytest.raises(RunError, match=r"is not exported: on 4 test inputs .* accepted is 1e-03"):
        export_run(place_runs["segmentation"], "openvino", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_weights_that_do_not_fit_are_told(place_runs, monkeypatch):
    from headstart.runs.export.place_network import torch_places

    run = PlaceRun(place_runs["detection"], load(place_runs["detection"]))
    monkeypatch.setattr("headstart.runs.export.place_network.HEAD_PREFIX", "other/")
    with pytest.raises(RunError, match=r"cannot be built again: .* Export it as openvino"):
        torch_places(run)
