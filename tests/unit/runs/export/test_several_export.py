"""Runs with several targets in other programs: an output each, checked before it is written."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from headstart import MultiTaskModel, load
from headstart.errors import RunError
from headstart.runs.export import export_run
from headstart.runs.export.several_forms import SEVERAL_FORMS, OpenVinoSeveral

ODD = "rot / grün: 0"


def columns_of(paths):
    red = [path.parent.name == "red" for path in paths]
    return {
        ODD: ["red" if one else "blue" for one in red],
        "heat": [20.5 * one + row / 10 for row, one in enumerate(red)],
        "tags": [["warm", "any"] if one else ["any"] * (row % 2) for row, one in enumerate(red)],
    }


@pytest.fixture(scope="module")
def paths(same_photos):
    return sorted(same_photos.glob("*/*.png"))


@pytest.fixture(scope="module")
def run_of(tiny_source, paths, tmp_path_factory):
    """Runs by how they were made, each fitted once."""
    known = {}

    def make(plan, grouping="joint"):
        if (plan, grouping) not in known:
            model = (
                MultiTaskModel(
                    source=tiny_source, plan=plan, grouping=grouping, fallback=False, epochs=2
                )
                if plan != "probe"
                else MultiTaskModel(source=tiny_source, fallback=False)
            )
            fitted = model.fit([str(path) for path in paths], columns_of(paths))
            place = tmp_path_factory.mktemp("runs") / f"{plan}-{grouping}".replace(":", "-")
            known[plan, grouping] = fitted.save(place)
        return known[plan, grouping]

    return make


@pytest.fixture(
    scope="module",
    params=[
        (form, *made)
        for form in SEVERAL_FORMS
        for made in (("probe", "joint"), ("freeze:1", "joint"), ("freeze:1", "separate"))
    ],
    ids="-".join,
)
def exported(request, run_of, tmp_path_factory):
    form, plan, grouping = request.param
    run = run_of(plan, grouping)
    return run, grouping, export_run(run, form, tmp_path_factory.mktemp("export") / "out")


def test_every_target_says_what_the_run_says(exported):
    _, _, done = exported
    assert set(done.targets) == {ODD, "heat", "tags"}
    for one in done.targets.values():
        assert one.samples == one.same == 4
        assert one.kind == "test inputs of the run"
        assert one.difference < 1e-4 * one.size
    assert [line.split(": checked on")[0] for line in done.lines[:3]] == [ODD, "heat", "tags"]
    assert done.comparison in done.targets.values()


def test_there_is_a_file_for_each_network(exported):
    _, grouping, done = exported
    answers = json.loads((done.folder / "answers.json").read_bytes())
    assert len(answers["files"]) == (3 if grouping == "separate" else 1)
    for name in answers["files"]:
        assert (done.folder / name).is_file()
        assert ("network-" in name) is (grouping == "separate")
    assert [one["task"] for one in answers["targets"].values()] == [
        "classification",
        "regression",
        "multi-label",
    ]
    assert answers["targets"]["tags"] == {
        "output": "tags.probabilities",
        "task": "multi-label",
        "classes": ["any", "warm"],
    }
    assert answers["left_out"] == {}
    classes = json.loads((done.folder / "classes.json").read_bytes())
    assert classes == {ODD: ["blue", "red"], "heat": [], "tags": ["any", "warm"]}


def test_the_program_of_the_card_gives_the_answers(exported, paths):
    run, _, done = exported
    Image.open(paths[3]).save(done.folder / "photo.jpg", quality=100, subsampling=0)
    program = (done.folder / "README.md").read_text("utf-8").partition("```python\n")[2]
    ran = subprocess.run(
        [sys.executable, "-c", program.partition("```")[0]],
        cwd=done.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    model = load(run)
    exact = replace(
        model, models={name: replace(one, precision="f32") for name, one in model.models.items()}
    )
    (row,) = exact.predict_rows([done.folder / "photo.jpg"])
    wanted = row.answers
    lines = ran.stdout.splitlines()
    assert lines[0].startswith(f"{ODD} {wanted[ODD].predicted} ")
    assert float(lines[0].split()[-1]) == pytest.approx(wanted[ODD].confidence, abs=0.02)
    assert float(lines[1].split()[-1]) == pytest.approx(wanted["heat"].predicted, abs=1.0)
    held = [name for name, share in wanted["tags"].probabilities.items() if share >= 0.5]
    assert lines[2] == f"tags {held}"


def test_a_library_of_models_has_one_head(run_of, tmp_path):
    with pytest.raises(RunError, match=r"one of several targets, .* Accepted: onnx, openvino\."):
        export_run(run_of("probe"), "huggingface", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_differs_is_not_written(run_of, tmp_path, monkeypatch):
    own = OpenVinoSeveral.open

    def shifted(self, network, folder):
        compute = own(self, network, folder)
        return lambda batch: [one + 0.1 * (place == 2) for place, one in enumerate(compute(batch))]

    monkeypatch.setattr(OpenVinoSeveral, "open", shifted)
    with pytest.raises(RunError, match=r"is not exported: on 4 test inputs .* accepted is 1e-03"):
        export_run(run_of("probe"), "openvino", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_target_without_a_network_is_told_and_left_out(run_of, tmp_path):
    model = load(run_of("probe"))
    models = dict(model.models)
    classical = models["heat"]
    models["heat"] = replace(classical, backbone=None)
    place = replace(model, models=models).save(tmp_path / "run")
    done = export_run(place, "openvino", tmp_path / "out")
    assert set(done.targets) == {ODD, "tags"}
    told = "Not in the export: heat, for its model reads small copies of pictures and the "
    assert done.lines[-1].startswith(told)
    answers = json.loads((done.folder / "answers.json").read_bytes())
    assert list(answers["left_out"]) == ["heat"]
    assert done.lines[-1] in (done.folder / "README.md").read_text("utf-8")


def test_without_any_network_it_is_refused(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(60, 4))
    columns = {"sign": np.where(vectors[:, 0] > 0, "plus", "minus")}
    run = MultiTaskModel().fit(vectors, columns).save(tmp_path / "run")
    with pytest.raises(RunError, match=r"cannot be exported: its model reads ready embeddings"):
        export_run(run, "openvino", tmp_path / "out")


def test_every_network_of_a_run_is_a_source(run_of):
    from headstart.backbones.catalogue import load_network

    run = run_of("freeze:1", "separate")
    networks = [load_network(f"run:{run}{part}")[0] for part in ("", "/backbone-2", "/backbone-3")]
    weights = [next(iter(one.state_dict().values())).numpy() for one in networks]
    trained = [list(one.state_dict().values())[2].numpy() for one in networks]
    assert np.array_equal(weights[0], weights[1])  # frozen
    assert not np.array_equal(trained[0], trained[1])
    assert not np.array_equal(trained[1], trained[2])
    assert Path(run, "backbone-3").is_dir()
