"""A run is told to a real MLflow with its SQLite store, and the model comes back from there."""

from __future__ import annotations

import json

import pytest
from tests.journeys.commands import headstart_process
from tests.tiny_encoders import write_reviews

from headstart import load
from headstart.errors import InputError, MissingDependencyError, RunError
from headstart.runs import tracking

pytestmark = pytest.mark.filterwarnings("ignore")  # of MLflow and the libraries that it loads


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A run that was told to a store of its own, and what the command said."""
    here = tmp_path_factory.mktemp("tracked")
    write_reviews(here / "reviews.csv", 48)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{here / 'store.db'}")
        patch.chdir(here)
        given = ["fit", "reviews.csv", "--source", "classical", "--out", "run", "--json"]
        done = headstart_process(*given, "--track", "mlflow", cwd=here)
        (here / "told.txt").write_text(done.stderr, encoding="utf-8")
        (here / "out.json").write_text(done.stdout, encoding="utf-8")
        yield here


def test_the_command_says_where_it_is_and_nothing_else(place):
    told = (place / "told.txt").read_text(encoding="utf-8").strip().splitlines()
    assert told[-1].startswith("Tracked: MLflow run ")
    assert not any("mlflow" in line.lower() for line in told[:-1])
    assert json.loads((place / "out.json").read_text(encoding="utf-8"))["modality"] == "text"


def test_figures_parameters_and_the_report_are_in_the_store(place):
    import mlflow

    (run,) = mlflow.search_runs(experiment_names=[tracking.EXPERIMENT], output_format="list")
    result = load(place / "run").result_
    assert run.data.metrics["accuracy"] == pytest.approx(result.test["accuracy"].value)
    assert run.data.metrics["accuracy_low"] == pytest.approx(result.test["accuracy"].low)
    assert run.data.params["n_train"] == str(result.n_train)
    files = {one.path for one in mlflow.artifacts.list_artifacts(run_id=run.info.run_id)}
    assert {"report.html", "result.json", "evidence.json"} <= files


def test_the_model_answers_as_the_run_does_and_is_not_pickled(place):
    import mlflow

    (run,) = mlflow.search_runs(experiment_names=[tracking.EXPERIMENT], output_format="list")
    model = mlflow.pyfunc.load_model(run.outputs.model_outputs and _model(run))
    texts = ["the film was good and happy", "the soup was bad and awful"]
    answers = model.predict(texts)
    own = load(place / "run").predict_rows(texts)
    assert answers["predicted"].tolist() == [row.predicted for row in own]
    for name, share in own[0].probabilities.items():
        assert answers[f"p:{name}"][0] == pytest.approx(share)
    assert not list(place.rglob("*.pkl"))


def _model(run):
    return f"models:/{run.outputs.model_outputs[0].model_id}"


@pytest.fixture(scope="module")
def found(place_runs, tmp_path_factory):
    """A run of boxes that was told to a store of its own."""
    import mlflow

    here = tmp_path_factory.mktemp("tracked-places")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{here / 'store.db'}")
        tracking.track(place_runs["detection"], "mlflow")
        yield mlflow.search_runs(experiment_names=[tracking.EXPERIMENT], output_format="list")[0]


def test_a_run_of_places_is_told_and_answers(found, place_runs):
    import mlflow

    own = load(place_runs["detection"])
    assert found.data.metrics["ap50"] == pytest.approx(own.result_.test["ap50"].value)
    assert found.data.params["task"] == "detection"
    files = {one.path for one in mlflow.artifacts.list_artifacts(run_id=found.info.run_id)}
    assert {"report.html", "result.json", "predictions.csv"} <= files
    model = mlflow.pyfunc.load_model(_model(found))
    pictures = [
        str(place_runs["detection"].parent / f"detection-data/images/{n}.png") for n in (8, 9)
    ]
    answers = model.predict(pictures)
    expected = own.predict_rows(pictures)
    assert [json.loads(one) for one in answers["boxes"]] == [
        row.to_dict()["boxes"] for row in expected
    ]
    assert answers["width"].tolist() == [80, 80]


def test_masks_are_answered_by_their_shares(place_runs, tmp_path):
    from headstart.runs.mlflow_model import RunModel

    model = RunModel()
    model.model = load(place_runs["segmentation"])
    (tmp_path / "bad.png").write_text("hello")
    picture = place_runs["segmentation"].parent / "segmentation-data/images/8.png"
    answers = model.predict(None, [picture, tmp_path / "bad.png"])
    shares = answers[["share:background", "share:blue", "share:red"]].to_numpy()
    assert shares[0].sum() == pytest.approx(1, abs=1e-4)
    assert "not a picture" in answers["reason"][1]


def test_a_tracker_that_is_not_known_or_not_there(monkeypatch):
    with pytest.raises(InputError, match=r"'wandb' is not known; accepted: mlflow"):
        tracking.check_tracker("wandb")
    monkeypatch.setattr(tracking, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'headstart\[mlflow\]'"):
        tracking.check_tracker("mlflow")


def test_a_tracker_that_does_not_answer_leaves_the_run(place, monkeypatch):
    def refuse(folder, model):
        raise OSError("nobody there")

    monkeypatch.setitem(tracking.TRACKERS, "mlflow", refuse)
    with pytest.raises(RunError, match=r"is written to .*run', but mlflow did not take it: nobody"):
        tracking.track(place / "run", "mlflow")
    assert load(place / "run")
