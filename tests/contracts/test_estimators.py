"""scikit-learn's contract: its own checks, and the tools that rely on it."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from headstart import HeadstartError, TransferClassifier, TransferRegressor, load
from headstart.errors import InputError, PlanError
from headstart.plan import frozen_plan

ESTIMATORS = [TransferClassifier(), TransferRegressor()]


def embeddings(n_samples: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two classes that are apart in every feature."""
    generator = np.random.default_rng(seed)
    codes = np.arange(n_samples) % 2
    return generator.normal(size=(n_samples, 3)) + codes[:, None] * 4.0, codes


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda _: {})
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_fit_and_predict_in_a_pipeline():
    vectors, labels = embeddings()
    pipeline = make_pipeline(StandardScaler(), TransferClassifier()).fit(vectors, labels)
    assert pipeline.score(vectors, labels) == 1.0
    assert pipeline[-1].result_.n_test == 8


def test_cross_val_score():
    vectors, labels = embeddings(60)
    scores = cross_val_score(TransferClassifier(), vectors, labels, cv=3)
    assert scores.shape == (3,)
    assert scores.min() >= 0.9


@pytest.mark.parametrize("grid", [{"test_size": [0.2, 0.4]}, {"random_state": [1, 2]}])
def test_grid_search(grid):
    vectors, labels = embeddings()
    search = GridSearchCV(TransferClassifier(), grid, cv=2, error_score="raise")
    search.fit(vectors, labels)
    (name, values), *_ = grid.items()
    assert search.best_params_[name] in values
    assert search.predict(vectors[:2]).tolist() == [0, 1]


def test_clone_copies_parameters_and_not_what_was_learned():
    vectors, labels = embeddings()
    plan = frozen_plan("bundled/efficientnet-lite0", ["stem"])
    first = TransferClassifier(plan=plan, test_size=0.3, random_state=5)
    assert clone(first).get_params() == first.get_params()
    fitted = TransferClassifier().fit(vectors, labels)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        clone(fitted).predict(vectors)


def test_a_pickled_copy_predicts_the_same():
    vectors, labels = embeddings()
    fitted = TransferClassifier().fit(vectors, labels)
    copy = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(copy.predict_proba(vectors), fitted.predict_proba(vectors))


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames_bring_feature_names(frame):
    vectors, labels = embeddings()
    columns = {name: vectors[:, place] for place, name in enumerate("abc")}
    fitted = TransferClassifier().fit(frame(columns), labels)
    assert fitted.feature_names_in_.tolist() == ["a", "b", "c"]
    assert np.array_equal(
        fitted.predict_proba(frame(columns)), fitted.model_.predict_proba(vectors)
    )
    swapped = frame({name: columns[name] for name in "bac"})
    with pytest.raises(InputError, match="feature names should match"):
        fitted.predict(swapped)
    with pytest.raises(InputError, match="feature names should match"):
        TransferClassifier().fit(frame(columns), labels, test=(swapped, labels))


@pytest.mark.parametrize(
    ("given", "learned"),
    [
        ([0, 1], [0, 1]),
        (["cat", "dog"], ["cat", "dog"]),
        ([False, True], [False, True]),
        ([1.0, 2.0], [1.0, 2.0]),
        (np.array(["cat", "dog"], dtype=object), ["cat", "dog"]),
        (np.array([3, 7], dtype=object), [3, 7]),
        (pd.Series(["a", "b"], dtype="category"), ["a", "b"]),
        (pd.Series(["a", "b"], dtype="string"), ["a", "b"]),
        (pl.Series(["a", "b"]), ["a", "b"]),
    ],
)
def test_labels_of_every_kind(given, learned):
    vectors, codes = embeddings()
    if isinstance(given, pl.Series):
        labels = given.gather(codes)
    elif isinstance(given, pd.Series):
        labels = given.iloc[codes]
    else:
        labels = np.asarray(given)[codes]
    fitted = TransferClassifier().fit(vectors, labels)
    assert fitted.classes_.tolist() == learned
    assert [type(one) for one in fitted.classes_.tolist()] == [type(one) for one in learned]
    assert fitted.predict(vectors[:2]).tolist() == learned


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", None] * 20, "Input y contains NaN"),
        (np.array(["a", 1] * 20, dtype=object), "mix text and other values"),
        (np.linspace(0, 1, 40), "Unknown label type"),
        ([b"a", b"b"] * 20, "represented as bytes is not supported"),
        (np.array(["2020-01-01", "2020-01-02"] * 20, dtype="datetime64[D]"), "type datetime64"),
        (["a", "b"], "inconsistent numbers of samples"),
        (None, "requires y to be passed"),
        (["same"] * 40, "only one class, 'same', with 40 samples"),
    ],
)
def test_labels_at_fault(labels, message):
    with pytest.raises(InputError, match=message):
        TransferClassifier().fit(embeddings()[0], labels)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"test_size": 1.0}, InputError, "'test_size' .* above 0 and below 1, .* Got 1.0 instead"),
        ({"test_size": float("nan")}, InputError, "'test_size' .* Got nan instead"),
        ({"test_size": "half"}, InputError, "'test_size' .* Got 'half' instead"),
        ({"test_size": True}, InputError, "'test_size' .* Got True instead"),
        ({"random_state": -1}, InputError, "'random_state' .* at least 0, or None. Got -1 instead"),
        ({"random_state": 1.5}, InputError, "'random_state' .* Got 1.5 instead"),
        ({"time_limit": 0}, InputError, "'time_limit' .* seconds above 0, .* Got 0 instead"),
        ({"time_limit": "1 min"}, InputError, "'time_limit' .* Got '1 min' instead"),
        ({"random_twin": "yes"}, InputError, "'random_twin' .* True or False. Got 'yes' instead"),
        ({"source": None}, InputError, "'source' .* name of a source, .* Got None instead"),
        ({"weights": 3}, InputError, "'weights' .* path of a file, or None. Got 3 instead"),
        ({"plan": "melt"}, PlanError, "'plan' .* auto, probe, freeze:K, .* Got 'melt' instead"),
        ({"plan": "freeze"}, PlanError, "'plan' .* freeze:K, .* Got 'freeze' instead"),
        ({"epochs": 0}, InputError, "'epochs' .* at least 1, or None. Got 0 instead"),
        ({"learning_rate": 0}, InputError, "'learning_rate' .* above 0, or None. Got 0 instead"),
    ],
)
def test_parameters_at_fault(parameters, error, message):
    with pytest.raises(error, match=f"The {message}"):
        TransferClassifier(**parameters).fit(*embeddings())


def test_embeddings_have_no_stage_to_train():
    embeddings, labels = np.eye(8), np.arange(8) % 2
    with pytest.raises(PlanError, match="Ready embeddings pass through no network"):
        TransferClassifier(plan="full").fit(embeddings, labels)


def test_parameters_of_numpy_are_numbers():
    chosen = TransferClassifier(test_size=np.float32(0.25), random_state=np.int64(3))
    assert chosen.fit(*embeddings()).result_.n_test == 10


def test_the_same_random_state_gives_the_same_model():
    vectors, labels = embeddings(seed=4)
    both = [TransferClassifier(random_state=7).fit(vectors, labels) for _ in range(2)]
    assert np.array_equal(both[0].predict_proba(vectors), both[1].predict_proba(vectors))
    assert both[0].result_.test == both[1].result_.test


@pytest.mark.parametrize(
    ("labels", "n_test"),
    [([0, 1], 0), ([0, 1, 1], 1), ([0, 0, 1, 1], 2), (list("abcde"), 0)],
)
def test_tiny_data_sets_are_fitted(labels, n_test):
    vectors = np.random.default_rng(0).normal(size=(len(labels), 2))
    fitted = TransferClassifier().fit(vectors, labels)
    assert fitted.result_.n_test == n_test
    assert (fitted.result_.verdict is None) == (n_test == 0)
    assert bool(fitted.result_.test) == (n_test > 0)
    assert np.allclose(fitted.predict_proba(vectors).sum(axis=1), 1.0)


def test_one_content_under_two_labels_is_fitted_and_noted():
    fitted = TransferClassifier().fit(np.zeros((6, 2)), [0, 0, 0, 1, 1, 1])
    assert fitted.result_.n_test == 0
    assert fitted.predict_proba(np.zeros((1, 2))).tolist() == [[0.5, 0.5]]
    assert any("same content carries different labels" in note for note in fitted.result_.notes)


def test_content_that_mixes_labels_does_not_stop_the_folds():
    fitted = TransferClassifier().fit([[0.0], [0.0], [0.0], [1.0], [2.0]], [0, 0, 1, 0, 0])
    assert fitted.classes_.tolist() == [0, 1]


def test_a_given_test_set_is_where_the_figures_come_from():
    vectors, labels = embeddings()
    other, truth = embeddings(10, seed=1)
    fitted = TransferClassifier().fit(vectors, labels, test=(other, truth))
    assert (fitted.result_.n_train, fitted.result_.n_test) == (40, 10)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ((np.zeros((2, 5)), [0, 1]), "X has 5 features, but TransferClassifier is expecting 3"),
        ((np.zeros((2, 3)), ["a", "b"]), "labels are of type int64 and the test labels of type"),
        (np.zeros((2, 3)), "have no labels"),
        (embeddings(), "All 40 training samples are in the test set too"),
    ],
)
def test_a_test_set_at_fault(test, message):
    with pytest.raises(InputError, match=message):
        TransferClassifier().fit(*embeddings(), test=test)


def test_a_class_that_only_the_test_set_has_is_set_aside_with_the_reason():
    vectors, labels = embeddings()
    fitted = TransferClassifier().fit(vectors, labels, test=(vectors[:3] + 0.5, [0, 1, 9]))
    assert fitted.result_.n_test == 2
    assert [dict(one) for one in fitted.result_.quarantined] == [
        {"input": "row 2", "reason": "its class 9 does not occur in training"}
    ]
    assert fitted.result_.notes == ()


def test_what_an_earlier_fit_learned_of_features_is_forgotten(tmp_path):
    vectors, labels = embeddings()
    fitted = TransferClassifier().fit(pd.DataFrame(vectors, columns=list("abc")), labels)
    with pytest.raises(InputError, match="no sample to learn from"):
        fitted.fit([tmp_path / "a.jpg", tmp_path / "b.jpg"], ["a", "b"])
    assert not hasattr(fitted, "feature_names_in_")


@pytest.mark.parametrize(
    "paths",
    [
        ["a.jpg", "b.jpg"],
        [Path("a.jpg"), Path("b.jpg")],
        np.array(["a.jpg", "b.jpg"]),
        np.array(["a.jpg", "b.jpg"], dtype=object),
        pd.Series(["a.jpg", "b.jpg"]),
        pl.Series(["a.jpg", "b.jpg"]),
        (name for name in ("a.jpg", "b.jpg")),
    ],
)
def test_paths_in_any_sequence_are_pictures_and_not_numbers(paths, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"2 inputs were set aside, the first being 'a\.jpg'"):
        TransferClassifier().fit(paths, ["a", "b"])


def test_everything_refused_is_an_error_of_ours():
    vectors, labels = embeddings()
    fitted = TransferClassifier().fit(vectors, labels)
    with pytest.raises(HeadstartError, match="Input X contains NaN"):
        fitted.predict([[np.nan, 0.0, 0.0]])
    with pytest.raises(HeadstartError, match="is expecting 3 features"):
        fitted.predict([[0.0]])
    with pytest.raises(HeadstartError, match="kind 'image', but this model was fitted on"):
        fitted.predict(["photo.jpg"])


def test_save_needs_a_fit(tmp_path):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        TransferClassifier().save(tmp_path / "run")


def measurements(n_samples: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Numbers that go with two of three features."""
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(n_samples, 3))
    return vectors, vectors @ [3.0, -1.0, 0.0] + 20.0 + 0.1 * generator.normal(size=n_samples)


def test_the_score_of_a_regressor_is_r2():
    vectors, targets = measurements()
    fitted = TransferRegressor().fit(vectors, targets)
    assert fitted.score(vectors, targets) == pytest.approx(
        r2_score(targets, fitted.predict(vectors))
    )
    assert fitted.score(vectors, targets) > 0.95
    assert cross_val_score(TransferRegressor(), vectors, targets, cv=3).min() > 0.9


def test_a_regressor_has_a_result_and_no_classes():
    vectors, targets = measurements()
    fitted = TransferRegressor().fit(vectors, targets)
    result = fitted.result_
    assert (result.task, result.classes, result.n_test) == ("regression", (), 12)
    assert set(result.test) == {"r2", "mean_absolute_error", "root_mean_squared_error"}
    assert result.verdict == "transfer helps"
    assert result.compared_with == "mean of the training targets"
    assert result.difference.low > 0
    assert (result.confusion, result.calibration) == ((), ())
    assert not hasattr(fitted, "predict_proba")
    assert not hasattr(fitted, "classes_")
    with pytest.raises(InputError, match="predicts numbers, which have no probabilities"):
        fitted.model_.predict_proba(vectors)


def test_a_saved_regressor_predicts_the_same(tmp_path):
    vectors, targets = measurements()
    fitted = TransferRegressor().fit(vectors, targets)
    loaded = load(fitted.save(tmp_path / "run"))
    assert np.array_equal(loaded.predict(vectors), fitted.predict(vectors))
    assert loaded.result_ == fitted.result_
    assert loaded.predictions == fitted.model_.predictions
    row = loaded.predictions[0]
    assert row.error == row.predicted - row.label
    lines = (tmp_path / "run" / "predictions.csv").read_text().splitlines()
    assert lines[0] == "input,label,predicted,error,reason"
    assert len(lines) == 13
    assert loaded.predict_rows(vectors[:1])[0].to_dict() == {
        "input": "row 0",
        "predicted": fitted.predict(vectors[:1])[0],
    }


@pytest.mark.parametrize(
    "targets",
    [
        [1, 2] * 20,
        np.linspace(0, 1, 40, dtype=np.float32),
        np.linspace(0, 1, 40).astype(object),
        [str(number / 4) for number in range(40)],
        pd.Series(np.linspace(0, 1, 40)),
        pl.Series(np.linspace(0, 1, 40)),
    ],
)
def test_numbers_of_every_kind(targets):
    vectors, _ = embeddings()
    predicted = TransferRegressor().fit(vectors, targets).predict(vectors)
    assert predicted.shape == (40,)
    assert predicted.dtype == np.float64


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (["a", "b"] * 20, "The target of sample 0 is 'a' .40 of 40 targets are no finite number"),
        ([1.0, np.nan] * 20, "Input y contains NaN"),
        ([1.0, np.inf] * 20, "Input y contains infinity"),
        (["1", "1e999"] * 20, "The target of sample 1 is '1e999'"),
        ([True, False] * 20, "targets are of type bool; a regression predicts numbers"),
        (np.array(["2020"] * 40, dtype="datetime64[D]"), "targets are of type datetime64"),
        (np.ones((40, 2)), "should be a 1d array"),
        (["1"], "inconsistent numbers of samples"),
        (None, "requires y to be passed"),
    ],
)
def test_numbers_at_fault(targets, message):
    with pytest.raises(InputError, match=message):
        TransferRegressor().fit(embeddings()[0], targets)


def test_two_targets_a_picture_are_refused():
    with pytest.raises(InputError, match=r"labels have the shape \(2, 2\); .* one column"):
        TransferRegressor().fit(np.zeros((2, 8, 8, 3), dtype=np.uint8), np.zeros((2, 2)))


@pytest.mark.parametrize(("n_samples", "n_test"), [(2, 0), (4, 0), (5, 1), (12, 2), (25, 5)])
def test_few_numbers_are_fitted(n_samples, n_test):
    vectors, targets = measurements(n_samples)
    fitted = TransferRegressor().fit(vectors, targets)
    assert fitted.result_.n_test == n_test
    assert np.isfinite(fitted.predict(vectors)).all()
    assert (fitted.result_.verdict is None) == (n_test == 0)


def test_one_number_is_too_few():
    with pytest.raises(InputError, match="There is 1 sample; a regression needs at least 2"):
        TransferRegressor().fit([[0.0]], [1.0])


def test_equal_numbers_are_fitted_and_noted():
    vectors, _ = embeddings()
    fitted = TransferRegressor().fit(vectors, [2.5] * 40)
    assert fitted.predict(vectors[:1]) == pytest.approx([2.5])
    assert fitted.result_.verdict == "no measurable difference"
    assert any("All 40 targets are 2.5" in note for note in fitted.result_.notes)


def test_a_given_test_set_of_numbers():
    vectors, targets = measurements()
    other, truth = measurements(10, seed=1)
    fitted = TransferRegressor().fit(vectors, targets, test=(other, [str(one) for one in truth]))
    assert (fitted.result_.n_train, fitted.result_.n_test) == (60, 10)
    assert fitted.result_.test["r2"].value > 0.9


def test_the_unit_of_the_numbers_does_not_matter():
    vectors, targets = measurements()
    small = TransferRegressor().fit(vectors, targets)
    large = TransferRegressor().fit(vectors, 1e6 * targets)
    assert large.predict(vectors) == pytest.approx(1e6 * small.predict(vectors))
    assert large.result_.test["r2"].value == pytest.approx(small.result_.test["r2"].value)
    assert large.model_.plan == small.model_.plan


def test_regressor_clones_and_pickles():
    vectors, targets = measurements()
    first = TransferRegressor(test_size=0.3, random_state=5)
    assert clone(first).get_params() == first.get_params()
    fitted = first.fit(vectors, targets)
    copy = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(copy.predict(vectors), fitted.predict(vectors))
