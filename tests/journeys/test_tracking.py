"""A run is told to a real MLflow with its SQLite store, and the model comes back from there."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.journeys.commands import headstart, headstart_process
from tests.tiny_encoders import write_reviews

from headstart import load
from headstart.errors import InputError, MissingDependencyError, RunError
from headstart.evaluation.several_targets import Sharing
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

    run = _told("run")
    result = load(place / "run").result_
    assert run.data.metrics["accuracy"] == pytest.approx(result.test["accuracy"].value)
    assert run.data.metrics["accuracy_low"] == pytest.approx(result.test["accuracy"].low)
    assert run.data.params["n_train"] == str(result.n_train)
    files = {one.path for one in mlflow.artifacts.list_artifacts(run_id=run.info.run_id)}
    assert {"report.html", "result.json", "evidence.json"} <= files


def test_the_model_answers_as_the_run_does_and_is_not_pickled(place):
    import mlflow

    model = mlflow.pyfunc.load_model(_model(_told("run")))
    texts = ["the film was good and happy", "the soup was bad and awful"]
    answers = model.predict(texts)
    own = load(place / "run").predict_rows(texts)
    assert answers["predicted"].tolist() == [row.predicted for row in own]
    for name, share in own[0].probabilities.items():
        assert answers[f"p:{name}"][0] == pytest.approx(share)
    assert not list(place.rglob("*.pkl"))


def _told(name):
    """The run of that name in the store."""
    import mlflow

    asked = {"experiment_names": [tracking.EXPERIMENT], "output_format": "list"}
    (run,) = mlflow.search_runs(**asked, filter_string=f"attributes.run_name = '{name}'")
    return run


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


@pytest.fixture(scope="module")
def several(place):
    """A run with several targets that was told to the same store."""
    rows = (place / "reviews.csv").read_text("utf-8").splitlines()
    lines = [f"{row},{number % 5}.5" for number, row in enumerate(rows[1:])]
    (place / "both.csv").write_text("\n".join([f"{rows[0]},stars", *lines]) + "\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:  # other stores are open by now
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{place / 'store.db'}")
        given = ["fit", "both.csv", "--targets", "label,stars", "--source", "classical"]
        done = headstart(*given, "--out", "several", "--track", "mlflow", cwd=place)
        assert done.stdout.splitlines()[-1].startswith("Tracked: MLflow run ")
        yield load(place / "several")


def test_a_run_with_several_targets_is_told_and_answers(several):
    import mlflow

    run, own = _told("several"), several
    label, stars = (own.result_.of(name).result for name in own.targets)
    metrics, params = run.data.metrics, run.data.params
    assert metrics["label.accuracy"] == pytest.approx(label.test["accuracy"].value)
    error = stars.test["mean_absolute_error"]
    assert metrics["stars.mean_absolute_error_high"] == pytest.approx(error.high)
    assert (params["task"], params["targets"]) == ("several targets", "label, stars")
    assert (params["stars.task"], params["label.n_test"]) == ("regression", str(label.n_test))
    assert run.data.tags["headstart.verdict"].startswith("label: ")
    model = mlflow.pyfunc.load_model(_model(run))
    texts = ["the film was good and happy", "the soup was bad and awful"]
    answers, rows = model.predict(texts), own.predict_rows(texts)
    assert answers["label"].tolist() == [row.answers["label"].predicted for row in rows]
    assert answers["stars"].tolist() == [row.answers["stars"].predicted for row in rows]
    sure = rows[0].answers["label"]
    assert answers["label:probability"][0] == pytest.approx(sure.confidence)
    for name, share in sure.probabilities.items():
        assert answers[f"label:p:{name}"][0] == pytest.approx(share)


def test_targets_that_mlflow_would_call_alike_are_told_apart(several):
    result = several.result_
    one, two = result.targets
    alike = replace(result, targets=(replace(one, name="a/b"), replace(two, name="a|b")))
    told = dict(tracking.figures(alike))
    assert {"a b 1.accuracy", "a b 2.mean_absolute_error"} <= set(told)
    assert {"a b 1.n_train", "a b 2.n_train"} <= set(tracking.parameters(alike))


def test_what_sharing_is_worth_is_told(several):
    result = several.result_
    figure = result.targets[0].result.test["accuracy"]
    sharing = Sharing({}, {}, figure, "sharing helps")
    shared = replace(
        result,
        targets=(replace(result.targets[0], sharing=sharing), *result.targets[1:]),
        training_seconds={"shared": 2.0, "label": 3.0, "stars": 1.0},
    )
    told = dict(tracking.figures(shared))
    assert (told["label.sharing"], told["label.sharing_low"]) == (figure.value, figure.low)
    assert (told["cost"], told["training_seconds.label"]) == (0.5, 3.0)


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
