"""Where transfer hurts, the model without transfer is what is saved."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from headstart import TransferClassifier, TransferRegressor, load
from headstart.data import read_any
from headstart.errors import InputError, PlanError, RunError, SourceError
from headstart.fitting import Settings, fit, measuring
from headstart.runs.manifest import write_manifest
from headstart.strategies import read_plan_name

CLASSICAL = "pixels and HOG, logistic regression"
QUESTION = "should I transfer"


def blob(place: float, seed: int) -> Image.Image:
    """A bright square in noise, ``place`` of the way from left to right, and a dark one opposite.

    A network that averages over places hardly sees which lies where; pixels do.
    """
    random = np.random.default_rng(seed)
    pixels = random.integers(90, 150, (32, 32, 3))
    for end, sign in ((place, 1), (1 - place, -1)):
        column, row = 4 + round(14 * end) + random.integers(0, 3), random.integers(4, 18)
        pixels[row : row + 8, column : column + 8] += sign * random.integers(40, 90)
    return Image.fromarray(pixels.astype(np.uint8))


def sides(count: int = 60) -> tuple[list[Image.Image], list[str]]:
    labels = ["left", "right"] * (count // 2)
    places = {"left": 0.0, "right": 1.0}
    return [blob(places[label], seed) for seed, label in enumerate(labels)], labels


@pytest.fixture(scope="module")
def fallen(tiny_source):
    return TransferClassifier(tiny_source).fit(*sides())


def decision(model):
    return next(one for one in model.evidence.decisions if one.question == QUESTION)


def test_a_source_that_harms_is_not_saved(fallen, tiny_source):
    result, model = fallen.result_, fallen.model_
    assert (result.fallback, result.source) == (CLASSICAL, "classical")
    assert result.with_transfer.source == tiny_source
    assert result.with_transfer.plan["source"] == tiny_source
    classical = next(one for one in result.baselines if one.name == CLASSICAL)
    assert result.test == classical.test
    assert result.test["accuracy"].value == 1.0
    tried = result.with_transfer.test["accuracy"].value
    assert result.difference.value == pytest.approx(tried - 1.0)
    assert result.verdict != "transfer helps"
    assert result.plan == model.plan.to_dict()
    assert (model.backbone, model.precision, model.plan.transfers) == (None, None, False)
    assert {stage.init for stage in model.plan.stages} == {"none"}


def test_the_evidence_says_why(fallen):
    told = decision(fallen.model_)
    assert told.answer == "no"
    assert f"the model without transfer ({CLASSICAL}) did better" in told.reason
    assert "settled before any test sample was seen" in told.reason
    first, second = told.measurements
    assert (first["samples"], first["count"]) == ("training, held out", 48)
    assert (second["samples"], second["count"]) == ("test", 12)
    assert first["without_transfer"] - first["with_transfer"] > 0.1
    assert first["low"] <= first["difference"] <= first["high"]
    assert told.reason in fallen.result_.notes


def test_its_predictions_are_those_of_the_model_that_was_saved(fallen):
    pictures, labels = sides()
    assert fallen.predict(pictures).tolist() == labels
    rows = fallen.model_.predictions
    assert len(rows) == 12
    assert all(row.correct for row in rows)
    assert fallen.predict_proba(pictures).sum(axis=1) == pytest.approx(1.0)


def test_a_run_without_transfer_is_saved_and_loaded(fallen, tmp_path):
    run = fallen.save(tmp_path / "run")
    assert not (run / "backbone").exists()
    manifest = json.loads((run / "manifest.json").read_text())
    assert (manifest["source"], manifest["features"]["source"]) == (None, "classical")
    shutil.move(run, tmp_path / "moved")
    loaded = load(tmp_path / "moved")
    pictures, _ = sides()
    assert np.array_equal(loaded.predict_proba(pictures), fallen.predict_proba(pictures))
    assert loaded.result_ == fallen.result_
    assert loaded.predictions == fallen.model_.predictions
    (tmp_path / "broken.png").write_bytes(b"no picture")
    rows = loaded.predict_rows([tmp_path / "broken.png"])
    assert rows[0].reason


def test_it_predicts_without_torch(fallen, tmp_path):
    run = fallen.save(tmp_path / "run")
    sides()[0][0].save(tmp_path / "one.png")
    code = (
        "import sys, headstart; print(headstart.load(sys.argv[1]).predict([sys.argv[2]])); "
        "print(sorted({'torch', 'sklearn', 'openvino'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(run), str(tmp_path / "one.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['left']", "[]"]


def test_features_that_are_computed_otherwise_today_are_refused(fallen, tmp_path):
    run = fallen.save(tmp_path / "run")
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["features"]["preprocessing"] = "pixels 8"
    facts = {k: one for k, one in manifest.items() if k not in ("format", "files", "digest")}
    (run / "manifest.json").unlink()
    write_manifest(run, facts)
    with pytest.raises(RunError, match=r"its features are 'pixels 8', and this version computes"):
        load(run)


def test_transfer_is_kept_where_that_is_asked_for(tiny_source):
    fitted = TransferClassifier(tiny_source, fallback=False).fit(*sides())
    assert (fitted.result_.fallback, fitted.result_.with_transfer) == (None, None)
    assert fitted.result_.source == tiny_source
    told = decision(fitted.model_)
    assert told.answer == "no"
    assert told.reason.endswith("saved all the same, because that was asked for.")
    assert told.reason in fitted.result_.notes


def test_numbers_fall_back_too(tiny_source, tmp_path):
    numbers = np.linspace(0.0, 1.0, 60)
    pictures = [blob(place, seed) for seed, place in enumerate(numbers)]
    fitted = TransferRegressor(tiny_source).fit(pictures, 10 * numbers)
    result = fitted.result_
    assert result.fallback == "pixels and HOG, ridge regression"
    row = decision(fitted.model_).measurements[0]
    assert row["measure"] == "mean absolute error"
    assert 0 < row["without_transfer"] < row["with_transfer"]
    assert row["difference"] < 0
    loaded = load(fitted.save(tmp_path / "run"))
    assert np.array_equal(loaded.predict(pictures), fitted.predict(pictures))


def test_a_plan_that_trains_is_judged_by_the_samples_held_back(tiny_source):
    settings = Settings(
        tiny_source,
        read_plan_name("freeze:1"),
        training={"epochs": 1, "validation": 0.4},
    )
    model = fit(read_any(*sides()), None, settings)
    assert model.result_.fallback == CLASSICAL
    assert decision(model).measurements[0]["count"] < 24
    assert model.result_.with_transfer.plan["training"]["epochs"] == 1


def test_a_twin_that_is_better_is_saved_with_its_network(tiny_source, monkeypatch, tmp_path):
    """Whatever is the best without transfer can stand in, and the twin too."""
    monkeypatch.setattr(
        measuring,
        "reference",
        lambda baselines: next(b for b in baselines if b.features == "random"),
    )
    monkeypatch.setattr("headstart.fitting.comparison.is_clearly_worse", lambda own, other: True)
    pictures, labels = sides()
    fitted = TransferClassifier(tiny_source, random_twin=True).fit(pictures, labels)
    assert fitted.result_.fallback == "the same network with random weights"
    assert {stage.init for stage in fitted.model_.plan.stages} == {"random"}
    loaded = load(fitted.save(tmp_path / "run"))
    assert np.array_equal(loaded.predict_proba(pictures), fitted.predict_proba(pictures))


def test_the_guess_stands_in_for_embeddings(monkeypatch, tmp_path):
    monkeypatch.setattr("headstart.fitting.comparison.is_clearly_worse", lambda own, other: True)
    random = np.random.default_rng(0)
    vectors, labels = random.normal(size=(40, 3)), np.array(["a", "a", "a", "b"] * 10)
    fitted = TransferClassifier().fit(vectors, labels)
    assert fitted.result_.fallback == "majority class"
    assert fitted.predict_proba(vectors) == pytest.approx(np.tile([0.75, 0.25], (40, 1)))
    loaded = load(fitted.save(tmp_path / "run"))
    assert np.array_equal(loaded.predict_proba(vectors), fitted.predict_proba(vectors))
    with pytest.raises(ValueError, match="X has 2 features"):
        fitted.predict(vectors[:, :2])


def test_what_nothing_was_transferred_to_gets_no_verdict(tiny_source):
    settings = Settings(tiny_source, read_plan_name("scratch"), training={"epochs": 1})
    model = fit(read_any(*sides()), None, settings)
    result = model.result_
    assert (result.verdict, result.fallback) == (None, None)
    assert result.difference is not None
    assert any(note.startswith("Nothing was transferred: no weight") for note in result.notes)
    assert QUESTION not in [one.question for one in model.evidence.decisions]


def test_classical_features_alone_can_be_asked_for(tmp_path):
    pictures, labels = sides()
    fitted = TransferClassifier("classical").fit(pictures, labels)
    result = fitted.result_
    assert (result.source, result.verdict) == ("classical", None)
    assert [one.name for one in result.baselines] == ["majority class"]
    assert fitted.predict(pictures).tolist() == labels
    loaded = load(fitted.save(tmp_path / "run"))
    assert np.array_equal(loaded.predict_proba(pictures), fitted.predict_proba(pictures))
    again = TransferClassifier(plan=loaded.plan).fit(pictures, labels)
    assert again.model_.plan == loaded.plan


def test_a_run_without_a_network_is_no_source(fallen, tmp_path):
    run = fallen.save(tmp_path / "run")
    with pytest.raises(SourceError, match=r"holds no network: its model reads ready embeddings or"):
        TransferClassifier(f"run:{run}").fit(*sides())


def test_labels_that_have_nothing_to_do_with_the_pictures(tiny_source):
    pictures, _ = sides()
    labels = np.random.default_rng(1).permutation(["left", "right"] * 30)
    notes = TransferClassifier(tiny_source).fit(pictures, labels).result_.notes
    expected = f"what {tiny_source!r} computes tells these labels apart"
    assert any(expected in note for note in notes)


def test_the_parameter_is_true_or_false():
    with pytest.raises(InputError, match=r"'fallback' parameter .* must be True or False"):
        TransferClassifier(fallback="no").fit(np.eye(4), [0, 1, 0, 1])


def test_training_is_not_to_be_changed_where_there_is_none():
    with pytest.raises(PlanError, match=r"trains no stage, so the epochs of the training would"):
        TransferClassifier(epochs=3).fit(np.eye(4), [0, 1, 0, 1])
