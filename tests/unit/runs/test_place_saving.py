"""Runs of tasks of places: what is written comes back, and what is not whole is refused."""

from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest
from tests.tiny_places import CONVOLUTIONS, scenes

from headstart import load
from headstart.activations.conversion import FACTS
from headstart.errors import InputError, RunError
from headstart.fitting.place_settings import PlaceSettings
from headstart.fitting.places import fit_places
from headstart.runs.manifest import MANIFEST, _digest, write_manifest
from headstart.runs.place_saving import PLACES, load_places, rows_from_csv, rows_to_csv
from headstart.strategies import read_plan_name
from headstart.tasks.box_prediction import BoxPrediction, BoxTable, FoundBox
from headstart.tasks.mask_prediction import MaskPrediction, MaskTable
from headstart.tasks.registry import PLACE_TASKS

pytestmark = pytest.mark.usefixtures("place_sources")
FILES = ("result.json", "evidence.json", "predictions.csv", f"{PLACES}/model.bin")
FILES += (f"{PLACES}/model.xml", f"{PLACES}/{FACTS}", f"{PLACES}/network.safetensors")


@pytest.fixture(scope="module")
def models():
    """One a task, fitted when it is first asked for."""
    found = {}

    def model(task):
        if task not in found:
            settings = PlaceSettings(
                task,
                CONVOLUTIONS,
                read_plan_name("probe"),
                twin=False,
                head={"width": 32},
                training={"epochs": 1, "views": ("original",)},
            )
            found[task] = fit_places(scenes(task, range(3)), scenes(task, [8, 9]), settings)
        return found[task]

    return model


@pytest.fixture(scope="module")
def saved(models, tmp_path_factory):
    return models("detection").save(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture
def run(saved, tmp_path):
    """A copy that may be damaged."""
    return shutil.copytree(saved, tmp_path / "run")


def edit(run, **changes):
    """Change the manifest and make its own hash agree, as only somebody on purpose would."""
    manifest = {**json.loads((run / MANIFEST).read_bytes()), **changes}
    manifest = {key: value for key, value in manifest.items() if value is not ...}
    manifest["digest"] = _digest(manifest)
    (run / MANIFEST).write_text(json.dumps(manifest))


def rewrite(run, name, content):
    """Change a file, and all that the manifest says of it."""
    (run / name).write_bytes(content)
    facts = json.loads((run / MANIFEST).read_bytes())
    (run / MANIFEST).unlink()
    made = ("files", "digest", "format")
    write_manifest(run, {key: value for key, value in facts.items() if key not in made})


@pytest.mark.parametrize("task", PLACE_TASKS)
def test_a_run_says_what_the_model_says(models, task, tmp_path):
    model = models(task)
    run = model.save(tmp_path / "run")
    assert set(FILES) <= {path.relative_to(run).as_posix() for path in run.rglob("*")}
    assert list(tmp_path.iterdir()) == [run]  # nothing of the writing is left
    for loaded in (load(run), load_places(str(run))):
        for name in ("task", "plan", "threshold", "precision", "predictions", "evidence"):
            assert getattr(loaded, name) == getattr(model, name)
        assert len(loaded.predictions) == 2
        assert loaded.result_.to_dict() == model.result_.to_dict()
        facts = loaded.network.facts()
        assert facts == model.network.facts()


def test_a_run_is_saved_again_from_its_copy(run, tmp_path):
    again = load_places(run).save(tmp_path / "again")
    shutil.rmtree(run)
    assert load_places(again).predict([np.zeros((9, 9, 3), np.uint8)])[0].size == (9, 9)


def test_nothing_is_saved_over_something_else(models, tmp_path):
    place = tmp_path / "full"
    place.mkdir()
    (place / "mine.txt").write_text("mine")
    with pytest.raises(RunError, match="full"):
        models("detection").save(place)
    assert (place / "mine.txt").read_text() == "mine"


def test_a_model_whose_network_is_gone_from_the_cache_says_so(models, tmp_path):
    model = models("detection")
    lost = replace(model, network=replace(model.network, folder=tmp_path / "gone"))
    with pytest.raises(RunError, match=r"gone from .*the cache was cleared since\. Fit again"):
        lost.save(tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(run, name):
    (run / name).unlink()
    with pytest.raises(RunError, match=rf"The file '{name}' of the run .* is missing"):
        load_places(run)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_flipped_bit_is_noticed(run, name):
    content = bytearray((run / name).read_bytes())
    content[len(content) // 2] ^= 1
    (run / name).write_bytes(content)
    with pytest.raises(RunError, match=name):
        load_places(run)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_the_manifest_does_not_vouch_for_is_not_read(run, name):
    files = json.loads((run / MANIFEST).read_bytes())["files"]
    edit(run, files={other: facts for other, facts in files.items() if other != name})
    with pytest.raises(RunError, match=rf"has no file '{name}'\. Copy the whole run"):
        load_places(run)


@pytest.mark.parametrize("task", ["classification", "pretraining", "juggling", ..., None, 3])
def test_a_run_of_another_task_is_refused(run, task):
    edit(run, task=task)
    with pytest.raises(RunError, match=r"accepted are runs of detection, localisation, segmen"):
        load_places(run)


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": ...},
        {"classes": 3},
        {"plan": {}},
        {"threshold": "high"},
        {"threshold": ...},
        {"task": "segmentation"},
        {"task": "localisation"},
        {"classes": ["red", "blue"]},
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(run, changes):
    edit(run, **changes)
    with pytest.raises(RunError, match=r"run.*cannot be understood"):
        load_places(run)


@pytest.mark.parametrize("name", ["result.json", f"{PLACES}/{FACTS}", "predictions.csv"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b"null"])
def test_a_file_that_makes_no_sense_is_refused(run, name, content):
    rewrite(run, name, content)
    if name == "predictions.csv" and content != b"\xff\xfe":
        assert load_places(run).predictions == ()  # a table without rows
        return
    with pytest.raises(RunError, match=r"run.*cannot be understood"):
        load_places(run)


@pytest.mark.parametrize(
    "changes",
    [
        {"strides": [8, 16]},
        {"strides": [8, 16, 64]},
        {"shapes": [[84, 1], [84, 4]]},
        {"shapes": [[84, 2], [84, 4], [84, 1]]},
        {"shapes": [[4]]},
    ],
)
def test_a_network_that_does_not_fit_its_task_is_refused(run, changes):
    facts = json.loads((run / PLACES / FACTS).read_bytes())
    rewrite(run, f"{PLACES}/{FACTS}", json.dumps({**facts, **changes}).encode())
    with pytest.raises(RunError, match=r"cannot be understood: .*outputs of shapes"):
        load_places(run)


def test_where_there_is_no_run_it_says_so(tmp_path):
    with pytest.raises(RunError, match=r"is not a run: it holds no manifest\.json"):
        load_places(tmp_path / "nowhere")


def test_a_model_goes_to_another_process_without_what_is_compiled(models):
    model = models("detection")
    picture = [np.full((20, 30, 3), 99, np.uint8)]
    before = model.predict(picture)[0]
    again = pickle.loads(pickle.dumps(model))
    assert "engine" not in again.__dict__
    after = again.predict(picture)[0]
    assert np.array_equal(after.corners, before.corners)
    assert np.array_equal(after.scores, before.scores)


@pytest.mark.parametrize("inputs", [["a text"], [3.5], np.zeros((2, 7))])
def test_what_is_no_picture_is_refused(models, inputs):
    with pytest.raises(InputError):
        models("detection").predict(inputs)


NAMES = ["plain.jpg", 'a "quoted", name.jpg', "line\nbreak.jpg", "=SUM(A1)", "ärger 猫.png", ""]


def test_rows_of_boxes_stand_in_the_table_whatever_they_are_called():
    table = BoxTable()
    boxes = (FoundBox("ä, b", 0.25, 0.0, 1.0, 2.5, 3.0), FoundBox("c\nd", 0.125, 1, 2, 3, 4))
    rows = [BoxPrediction(name, boxes[: at % 3], (9, 8)) for at, name in enumerate(NAMES)]
    rows.append(BoxPrediction("bad.jpg", reason="cut, short"))
    assert rows_from_csv(rows_to_csv(rows, table), table) == rows


def test_rows_of_masks_stand_in_the_table_whatever_classes_are_called():
    classes = ["road, wet", "input", "ä\nb", "reason"]
    table = MaskTable(classes)
    rows = [MaskPrediction(name, dict.fromkeys(classes, 0.25), (9, 8)) for name in NAMES]
    rows.append(MaskPrediction("bad.jpg", reason="cut, short"))
    assert rows_from_csv(rows_to_csv(rows, table), table) == rows
