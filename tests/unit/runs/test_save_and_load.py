"""Saving and loading a run: what is kept, what is refused, what survives a full disk."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from headstart import load
from headstart.errors import InputError, RunError
from headstart.runs import Prediction, check_place, saving
from headstart.runs.predictions_file import from_csv, to_csv
from headstart.tasks.prediction_table import ClassTable, NumberTable

VECTORS = np.random.default_rng(1).normal(size=(7, 3))


def assert_same(loaded, model):
    assert np.array_equal(loaded.predict_proba(VECTORS), model.predict_proba(VECTORS))
    assert loaded.predict(VECTORS).tolist() == model.predict(VECTORS).tolist()
    assert loaded.classes_.tolist() == model.classes_.tolist()
    assert loaded.result_.to_dict() == model.result_.to_dict()
    assert loaded.evidence == model.evidence
    assert loaded.plan == model.plan
    assert loaded.predictions == model.predictions


def test_load_gives_back_what_was_saved(model, run):
    assert_same(load(run), model)
    assert sorted(path.name for path in run.iterdir()) == [
        "evidence.json",
        "manifest.json",
        "model.safetensors",
        "model_card.md",
        "predictions.csv",
        "result.json",
    ]


def test_a_loaded_model_can_be_saved_again(model, run, tmp_path):
    assert_same(load(load(run).save(tmp_path / "second")), model)


def test_a_run_can_be_copied_elsewhere(model, run, tmp_path):
    shutil.copytree(run, tmp_path / "elsewhere" / "copy")
    shutil.rmtree(run)
    assert_same(load(str(tmp_path / "elsewhere" / "copy")), model)


def test_files_beside_those_of_the_run_do_no_harm(model, run):
    (run / "my notes.txt").write_text("a good one")
    assert_same(load(run), model)


def test_loading_and_predicting_import_no_heavy_library(run):
    code = (
        "import sys, numpy, headstart; model = headstart.load(sys.argv[1]); "
        "model.predict_rows(numpy.zeros((2, 3))); "
        "print(sorted({'torch', 'sklearn', 'timm', 'scipy', 'polars'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(run)], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_an_old_run_is_replaced(fit_labels, run):
    fit_labels(["new", "old"]).save(run)
    assert load(run).classes_.tolist() == ["new", "old"]
    assert [path.name for path in run.parent.iterdir()] == ["run"]


def test_the_current_folder_can_hold_a_run(model, tmp_path, monkeypatch):
    place = tmp_path / "empty"
    place.mkdir()
    monkeypatch.chdir(place)
    model.save(".")
    assert_same(load(place), model)


def test_a_link_is_followed_and_stays_a_link(model, run, fit_labels, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(run)
    fit_labels(["new", "old"]).save(link)
    assert link.is_symlink()
    assert load(run).classes_.tolist() == ["new", "old"]


@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_what_is_not_a_run_is_not_written_over(model, tmp_path, kind):
    place = tmp_path / "mine"
    if kind == "file":
        place.write_text("precious")
    elif kind == "folder":
        place.mkdir()
        (place / "thesis.txt").write_text("precious")
    else:
        place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(RunError, match="exists and is not a run, so it is not written over"):
        model.save(place)
    texts = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert texts == ([] if kind == "dangling link" else ["precious"])


def test_a_place_inside_of_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("text")
    with pytest.raises(RunError, match=r"file' is not a folder\. Give another folder"):
        check_place(tmp_path / "file" / "deep" / "run")


@pytest.mark.parametrize("full_at", [1, 3, 5])
def test_a_full_disk_leaves_the_old_run_as_it_was(model, run, fit_labels, monkeypatch, full_at):
    writes = []
    write = saving.write_atomically

    def full(path, content):
        writes.append(path)
        if len(writes) >= full_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, content)

    monkeypatch.setattr("headstart.runs.saving.write_atomically", full)
    monkeypatch.setattr("headstart.runs.manifest.write_atomically", full)
    with pytest.raises(RunError, match=r"cannot be written to '.*run': No space left on device"):
        fit_labels(["new", "old"]).save(run)
    assert len(writes) == full_at
    assert_same(load(run), model)
    assert [path.name for path in run.parent.iterdir()] == ["run"]


def test_a_network_that_went_with_the_cache_is_named(model, tmp_path):
    folder = tmp_path / "gone"
    gone = replace(model, backbone=SimpleNamespace(folder=folder, model_path=folder / "model.xml"))
    with pytest.raises(RunError, match=r"the cache was cleared since\. Fit again, then save"):
        gone.save(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "labels",
    [
        [3, 20],
        [False, True],
        [1.0, 2.0],
        ["a,b", 'c"d'],
        ["new\nline", "tab\t", "\rreturn"],
        ["猫", "\N{DOG FACE}"],
        ["\udc80", "\ud800x"],
        ["=1+1", "p:x", "input"],
        ["01", "1", "1.0"],
        ["None", "nan", "true"],
    ],
)
def test_labels_keep_their_type_and_their_letters(fit_labels, labels, tmp_path):
    model = fit_labels(labels)
    loaded = load(model.save(tmp_path / "run"))
    assert_same(loaded, model)
    assert loaded.classes_.tolist() == sorted(labels)
    assert [type(one) for one in loaded.classes_.tolist()] == [type(one) for one in labels]
    assert loaded.predictions[0].label in map(str, labels)


def test_a_prediction_without_an_answer_keeps_its_reason():
    rows = [
        Prediction("a,\nb.jpg", reason='it is "text", not a picture'),
        Prediction("c.jpg", "x", 0.1 + 0.2, {"x": 0.1 + 0.2, "y": 1e-300}, label="unseen"),
    ]
    table = ClassTable(["x", "y"])
    assert from_csv(to_csv(rows, table), table) == rows


def test_a_prediction_of_a_number_keeps_all_its_digits():
    rows = [
        Prediction("a,\nb.jpg", 0.1 + 0.2, label=-1e-300),
        Prediction("c.jpg", 12.0),
        Prediction("d.jpg", reason="an empty file"),
    ]
    content = to_csv(rows, NumberTable())
    assert content.splitlines()[0] == b"input,label,predicted,error,reason"
    assert from_csv(content, NumberTable()) == rows


def test_the_predictions_file_is_a_table(model, run):
    lines = (run / "predictions.csv").read_text().splitlines()
    assert lines[0] == "input,label,predicted,correct,confidence,reason,p:cat,p:dog"
    assert len(lines) == 1 + model.result_.n_test
    assert lines[1].split(",")[3] in ("true", "false")


def test_a_model_of_embeddings_takes_no_pictures(run, tmp_path):
    picture = tmp_path / "x.jpg"
    picture.write_bytes(b"")
    with pytest.raises(InputError, match="kind 'image', but this model was fitted on 'embedding'"):
        load(run).predict_rows([picture])
    with pytest.raises(InputError, match="X has 2 features, but this model is expecting 3"):
        load(run).predict([[0.0, 1.0]])


def test_paths_are_text_or_path(run):
    assert load(Path(run)).plan == load(str(run)).plan
