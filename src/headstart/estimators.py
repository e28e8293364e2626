"""scikit-learn estimators: a thin facade over fitting and prediction."""

# ruff: noqa: N803, N806 - X is what scikit-learn and its users call the samples

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from headstart.data.dataset import Dataset
from headstart.data.labels import check_labels
from headstart.data.text_signs import holds_texts, is_text_frame
from headstart.errors import HeadstartError, InputError
from headstart.estimator_parameters import shared_settings, weights_file
from headstart.fitting import Settings, Watch, fit, read_sides
from headstart.fitting.source_names import source_settings
from headstart.plan import Plan
from headstart.progress import Progress, silent
from headstart.runs.model import Model
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.prediction import Prediction
from headstart.tasks.regression import RegressionTask


class _TransferEstimator(BaseEstimator):
    """What the estimators share; each adds its task and how it takes labels."""

    _task: ClassVar[str]

    def __init__(
        self,
        source: str | Sequence[str] = "auto",
        plan: str | Plan = "auto",
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        weights: str | Path | None = None,
        test_size: float = 0.2,
        random_twin: bool = False,
        time_limit: float | None = None,
        fallback: bool = True,
        random_state: int | None = 0,
    ) -> None:
        self.source = source
        self.plan = plan
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weights = weights
        self.test_size = test_size
        self.random_twin = random_twin
        self.time_limit = time_limit
        self.fallback = fallback
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        test: Any = None,
        progress: Progress = silent,
    ) -> Self:
        """Learn from labelled samples and measure how well that went.

        Parameters
        ----------
        X : folder, table, paths, pictures, arrays, texts or embeddings
            A folder of class folders or a CSV/Parquet file (labels inside); or a list of paths or
            PIL images, a uint8 array of shape (n_samples, height, width, channels), a list or a
            column of texts, a frame with a column of texts, or ready embeddings of shape
            (n_samples, n_features).
        y : array-like of shape (n_samples,) or None
            Labels or numbers; None where ``X`` brings its own.
        test : folder or table, or (X, y), or None
            Held-out samples; None: a stratified share of ``X``.
        progress : callable
            Told how far the fit is.

        Returns
        -------
        self
            Itself.

        Raises
        ------
        InputError
            If the data make the task impossible (a ValueError).
        SourceError, PlanError
            If the source or the plan cannot be had.
        """
        watch = Watch()
        settings = self._settings()
        with watch.step("read"):
            train, held_out = read_sides(*self._validated(X, y, test), progress)
        self.model_ = fit(train, held_out, settings, progress, watch)
        self.result_ = self.model_.result_
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable label of each sample, or its number, shape (n_samples,)."""
        model, X = self._ready(X)
        return model.predict(X)

    def predict_rows(self, X: Any) -> list[Prediction]:
        """An answer, or the reason why there is none, for every input."""
        check_is_fitted(self)
        return self.model_.predict_rows(X)

    def save(self, folder: str | Path) -> Path:
        """Write a run folder that :func:`headstart.load` opens."""
        check_is_fitted(self)
        return self.model_.save(folder)

    def _settings(self) -> Settings:
        shared = shared_settings(self)
        names = [self.source] if isinstance(self.source, str) else list(self.source)
        return Settings(
            **shared,
            **source_settings(names, weights_file(self)),
            random_twin=self.random_twin,
            fallback=self.fallback,
            task=self._task,
            time_limit=None if self.time_limit is None else float(self.time_limit),
        )

    def _validated(self, X: Any, y: Any, test: Any) -> tuple[Any, Any, Any]:
        """Embeddings pass through scikit-learn's own checks; everything else is left alone."""
        for name in ("n_features_in_", "feature_names_in_"):  # of an earlier fit on other data
            if hasattr(self, name):
                delattr(self, name)
        if not is_table_of_numbers(X):
            return X, y, test
        with as_input_error():
            X, y = validate_data(self, X, y)
            y = self._checked_labels(y)
            if isinstance(test, tuple) and len(test) == 2:
                X_test, y_test = validate_data(self, *test, reset=False)
                test = (X_test, _plain_labels(y_test))
        return X, y, test

    def _checked_labels(self, y: NDArray[Any]) -> NDArray[Any]:
        """Labels of embeddings, after what scikit-learn asks of them."""
        return _plain_labels(y)

    def _ready(self, X: Any) -> tuple[Model, Any]:
        check_is_fitted(self)
        if self.result_.modality == "embedding" and is_table_of_numbers(X):
            with as_input_error():
                X = validate_data(self, X, reset=False)
        return self.model_, X

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.three_d_array = True
        return tags


class TransferClassifier(ClassifierMixin, _TransferEstimator):
    """A classifier that gives small data sets a head start.

    Parameters
    ----------
    source : str or list of str, default="auto"
        A name in the catalogue (``headstart sources``), ``"run:PATH"``, or ``"NAME=FILE"`` with
        local weights; several to have the best one chosen. Ready embeddings need none.
    plan : str or Plan, default="auto"
        What is transferred, and how: ``"probe"`` (all stages frozen), ``"freeze:3"`` (the first
        three frozen, the others trained), ``"full"``, ``"gradual"``, ``"lora"``, ``"bias"``,
        ``"pointwise"``, ``"scratch"``, ``"copy:3"``, or a Plan.
    epochs : int or None, default=None
        Passes over the training samples, at least 1; None: as the plan says.
    batch_size : int or None, default=None
        Samples a training step, at least 1; None: as the plan says.
    learning_rate : float or None, default=None
        Highest, in training, above 0; None: as the plan says.
    weights : str or Path or None, default=None
        Local file of weights for the source.
    test_size : float, default=0.2
        Share of the samples that is held out for the figures when ``fit`` gets no test set,
        above 0 and below 1.
    random_twin : bool, default=False
        Whether to compare with the same network with random weights too.
    time_limit : float or None, default=None
        Seconds for the whole fit, above 0. With plan ``"auto"``, further plans are then tried as
        long as there is time, and the simplest within a standard error of the best is taken;
        what fits into it depends on the machine. None: ``"auto"`` is the probe.
    fallback : bool, default=True
        Whether the model without transfer is what predicts where transfer hurts. ``result_``
        holds the figures of both.
    random_state : int or None, default=0
        For splits, folds and resampling; None means 0, so that a fit can always be repeated.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, in the order of the probability columns.
    result_ : headstart.evaluation.result.Result
        The figures: ``result_.test["accuracy"].value``, ``result_.verdict``.
    model_ : headstart.runs.Model
        What predicts; ``save`` writes it.
    n_features_in_ : int
        Length of an embedding; only when fitted on embeddings.

    Examples
    --------
    >>> import numpy as np
    >>> generator = np.random.default_rng(0)
    >>> labels = np.repeat(["left", "right"], 30)
    >>> embeddings = generator.normal(size=(60, 4)) + (labels == "right")[:, None] * 4.0
    >>> classifier = TransferClassifier().fit(embeddings, labels)
    >>> classifier.predict(np.array([[4.0, 4.0, 4.0, 4.0]])).tolist()
    ['right']
    >>> classifier.result_.n_train, classifier.result_.n_test
    (48, 12)
    """

    _task = ClassificationTask.name

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels, shape (n_classes,), in the order of the probability columns."""
        check_is_fitted(self)
        return self.model_.classes_

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of shape (n_samples, n_classes), columns in the order of ``classes_``."""
        model, X = self._ready(X)
        return model.predict_proba(X)

    def _checked_labels(self, y: NDArray[Any]) -> NDArray[Any]:
        plain = _plain_labels(y)
        check_classification_targets(plain)
        return plain


class TransferRegressor(RegressorMixin, _TransferEstimator):
    """A regressor that gives small data sets a head start. Its ``score`` is R².

    Parameters
    ----------
    source : str or list of str, default="auto"
        A name in the catalogue (``headstart sources``), ``"run:PATH"``, or ``"NAME=FILE"`` with
        local weights; several to have the best one chosen. Ready embeddings need none.
    plan : str or Plan, default="auto"
        What is transferred, and how: ``"probe"`` (all stages frozen), ``"freeze:3"`` (the first
        three frozen, the others trained), ``"full"``, ``"gradual"``, ``"lora"``, ``"bias"``,
        ``"pointwise"``, ``"scratch"``, ``"copy:3"``, or a Plan.
    epochs : int or None, default=None
        Passes over the training samples, at least 1; None: as the plan says.
    batch_size : int or None, default=None
        Samples a training step, at least 1; None: as the plan says.
    learning_rate : float or None, default=None
        Highest, in training, above 0; None: as the plan says.
    weights : str or Path or None, default=None
        Local file of weights for the source.
    test_size : float, default=0.2
        Share of the samples that is held out for the figures when ``fit`` gets no test set,
        above 0 and below 1.
    random_twin : bool, default=False
        Whether to compare with the same network with random weights too.
    time_limit : float or None, default=None
        Seconds for the whole fit, above 0. With plan ``"auto"``, further plans are then tried as
        long as there is time, and the simplest within a standard error of the best is taken;
        what fits into it depends on the machine. None: ``"auto"`` is the probe.
    fallback : bool, default=True
        Whether the model without transfer is what predicts where transfer hurts. ``result_``
        holds the figures of both.
    random_state : int or None, default=0
        For splits, folds and resampling; None means 0, so that a fit can always be repeated.

    Attributes
    ----------
    result_ : headstart.evaluation.result.Result
        The figures: ``result_.test["mean_absolute_error"].value``, ``result_.verdict``.
    model_ : headstart.runs.Model
        What predicts; ``save`` writes it.
    n_features_in_ : int
        Length of an embedding; only when fitted on embeddings.

    Examples
    --------
    >>> import numpy as np
    >>> embeddings = np.random.default_rng(0).normal(size=(60, 4))
    >>> regressor = TransferRegressor().fit(embeddings, embeddings @ [1.0, 2.0, 0.0, 0.0] + 5.0)
    >>> regressor.predict(np.array([[1.0, 1.0, 0.0, 0.0]])).round(1).tolist()
    [8.0]
    >>> sorted(regressor.result_.test)
    ['mean_absolute_error', 'r2', 'root_mean_squared_error']
    """

    _task = RegressionTask.name


def is_table_of_numbers(X: Any) -> bool:
    """Whether ``X`` is meant as embeddings: what scikit-learn would call a matrix."""
    if isinstance(X, (str, os.PathLike, Dataset)) or holds_texts(X) or is_text_frame(X):
        return False
    if hasattr(X, "toarray") or hasattr(X, "columns") or hasattr(X, "__dataframe__"):
        return True
    if hasattr(X, "__array__") and not _is_picture(X):
        array = np.asarray(X)
        return array.ndim <= 2 and not _holds_pictures(array)
    if not isinstance(X, (list, tuple)) or len(X) == 0:
        return not isinstance(X, Iterable) or hasattr(X, "__len__")
    return isinstance(X[0], (list, tuple, int, float, np.number)) or (
        isinstance(X[0], np.ndarray) and X[0].ndim <= 1
    )


def _holds_pictures(array: NDArray[Any]) -> bool:
    """Whether an array holds paths or Pillow images, rather than numbers."""
    if array.dtype.kind in "US":
        return array.ndim == 1
    first = array.flat[0] if array.dtype == object and array.ndim == 1 and array.size else None
    return isinstance(first, (str, os.PathLike)) or _is_picture(first)


def _is_picture(value: Any) -> bool:
    """Whether it is a Pillow image, asked without loading Pillow."""
    return hasattr(value, "getbands")


def _plain_labels(y: NDArray[Any]) -> NDArray[Any]:
    """Labels of shape (n_samples,) without Python objects, which scikit-learn cannot tell apart."""
    checked = check_labels(y, len(y))
    return np.asarray(checked.tolist()) if checked.dtype == object else checked


@contextmanager
def as_input_error() -> Iterator[None]:
    """What scikit-learn says of bad data, as an error of ours: a ValueError in any case."""
    try:
        yield
    except HeadstartError:
        raise
    except (TypeError, ValueError) as error:
        raise InputError(str(error)) from error
