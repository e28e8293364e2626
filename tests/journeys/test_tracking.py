"""A run is told to a real MLflow with its SQLite store, and the model comes back from there."""

from __future__ import annotations

import json

import pytest
from tests.journeys.commands import headstart
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
        done = headstart(*given, "--track", "mlflow", cwd=here)
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
