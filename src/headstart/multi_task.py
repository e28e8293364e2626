"""An estimator for several targets at once: columns with gaps in, an answer for each out."""

# ruff: noqa: N803 - X and Y are what scikit-learn and its users call samples and targets

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from headstart.data.dataset import Dataset
from headstart.data.target_columns import Targets, read_targets
from headstart.errors import InputError, RunError
from headstart.estimator_parameters import one_source, shared_settings, weights_file
from headstart.evaluation.several_targets import SEVERAL_TARGETS
from headstart.fitting.settings import Settings
from headstart.fitting.several_targets import fit_targets
from headstart.fitting.source_names import source_settings
from headstart.fitting.target_settings import UNCERTAINTY, TargetSettings
from headstart.fitting.watch import Watch
from headstart.plan import Plan
from headstart.progress import Progress, silent
from headstart.runs.loading import load
from headstart.runs.several_targets import SeveralModel, TargetAnswers


class MultiTaskModel(BaseEstimator):
    """Answers several questions about each sample, with one network or with one for each.

    Parameters
    ----------
    targets : list of str, mapping of str to str, or None, default=None
        The columns to predict; a mapping says of each what it asks for: ``"classification"``,
        ``"multi-label"``, ``"regression"`` or ``"auto"``. None: all columns that are given.
    source : str, default="auto"
        A name in the catalogue (``headstart sources``), ``"run:PATH"``, or ``"NAME=FILE"``.
    plan : str or Plan, default="auto"
        ``"auto"`` and ``"probe"``: all stages frozen, a linear model a target. Plans that train
        (``"freeze:-2"``, ``"full"``, ``"pointwise"``, ...) have a network that targets can share.
    grouping : {"auto", "joint", "separate", "groups"}, default="auto"
        One network for all targets, one for each, or both trained and compared: a target then gets
        the better one by training samples that were held out. ``"groups"`` adds networks for groups
        of targets that help each other.
    loss_weights : {"uncertainty", "equal"} or mapping of str to float, default="uncertainty"
        How a shared network weighs the targets' losses: learned, alike, or as given.
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
    fallback : bool, default=True
        Whether a target is answered without transfer where transfer hurts it.
    random_state : int or None, default=0
        For splits, folds, resampling and training; None means 0, so that a fit can be repeated.

    Attributes
    ----------
    targets_ : tuple of str
        Names of the targets, in their order.
    result_ : headstart.evaluation.several_targets.SeveralResult
        The figures: ``result_.of("car").result.test["accuracy"]``,
        ``result_.of("car").sharing.verdict``.
    model_ : headstart.runs.several_targets.SeveralModel
        What predicts; ``save`` writes it.

    Examples
    --------
    >>> import numpy as np
    >>> embeddings = np.random.default_rng(0).normal(size=(60, 4))
    >>> sign = np.where(embeddings[:, 0] > 0, "plus", "minus")
    >>> size = [None if row % 3 else float(value) for row, value in enumerate(embeddings[:, 1])]
    >>> model = MultiTaskModel().fit(embeddings, {"sign": sign, "size": size})
    >>> answers = model.predict([[2.0, 1.0, 0.0, 0.0]])
    >>> answers["sign"].tolist(), answers["size"].round(1).tolist()
    (['plus'], [1.0])
    """

    def __init__(
        self,
        targets: Sequence[str] | Mapping[str, str] | None = None,
        source: str = "auto",
        plan: str | Plan = "auto",
        *,
        grouping: str = "auto",
        loss_weights: str | Mapping[str, float] = UNCERTAINTY,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        weights: str | Path | None = None,
        test_size: float = 0.2,
        random_twin: bool = False,
        fallback: bool = True,
        random_state: int | None = 0,
    ) -> None:
        self.targets = targets
        self.source = source
        self.plan = plan
        self.grouping = grouping
        self.loss_weights = loss_weights
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weights = weights
        self.test_size = test_size
        self.random_twin = random_twin
        self.fallback = fallback
        self.random_state = random_state

    def fit(self, X: Any, Y: Any = None, *, test: Any = None, progress: Progress = silent) -> Self:
        """Learn from samples with several targets, and measure how well that went.

        Parameters
        ----------
        X : table, paths, pictures, arrays, texts or embeddings
            A path leads to a CSV/Parquet file with the targets inside; its column ``split``, where
            it says ``train`` and ``test``, names the test set.
        Y : mapping or frame of columns, array of shape (n_samples, n_targets), or None
            None, NaN and empty text are gaps: they are neither filled in nor learned from. Several
            labels in a cell are a list, or text with ``;`` or ``|`` between them.
        test : table, or (X, Y), or None
            Held-out samples; None: a share of ``X``.
        progress : callable
            Told how far the fit is.

        Returns
        -------
        self
            Itself.

        Raises
        ------
        InputError
            If the data make a target impossible (a ValueError).
        SourceError, PlanError
            If the source or the plan cannot be had.
        """
        watch, settings = Watch(), self._settings()
        names = () if self.targets is None else tuple(self.targets)
        with watch.step("read"):
            read = read_targets(X, Y, names, progress, splits=test is None)
            if test is not None:
                read = Targets(read.names, read.train, _test_of(test, read.names, progress))
        self.model_ = fit_targets(read, settings, progress, watch)
        self.result_ = self.model_.result_
        self.targets_ = self.model_.targets
        return self

    def predict(self, X: Any) -> dict[str, NDArray[Any]]:
        """The answer of each target: labels or numbers, shape (n_samples,), or tuples of labels."""
        check_is_fitted(self)
        return self.model_.predict(X)

    def predict_proba(self, X: Any) -> dict[str, NDArray[np.float64]]:
        """Probabilities of each target that has some, shape (n_samples, n_classes)."""
        check_is_fitted(self)
        return self.model_.predict_proba(X)

    def predict_rows(self, X: Any) -> list[TargetAnswers]:
        """Answers, or the reason why there are none, for every input."""
        check_is_fitted(self)
        return self.model_.predict_rows(X)

    def save(self, folder: str | Path) -> Path:
        """Write a run folder that :meth:`load` opens."""
        check_is_fitted(self)
        return self.model_.save(folder)

    @staticmethod
    def load(folder: str | Path) -> SeveralModel:
        """The model of a run folder, as :func:`headstart.load` opens it.

        Raises
        ------
        RunError
            If it is no run with several targets.
        """
        model = load(folder)
        if not isinstance(model, SeveralModel):
            raise RunError(
                f"The run {str(folder)!r} is one of {model.result_.task}; accepted is one of "
                f"{SEVERAL_TARGETS}. Open it with headstart.load."
            )
        return model

    def _settings(self) -> TargetSettings:
        shared = shared_settings(self)
        _check_names(self.targets)
        source = one_source(self)
        if not isinstance(self.loss_weights, (str, Mapping)):
            raise InputError(
                "The 'loss_weights' parameter of MultiTaskModel must be 'uncertainty', 'equal' or "
                f"a mapping of targets to numbers. Got {self.loss_weights!r} instead."
            )
        fit = Settings(
            **shared,
            **source_settings([source], weights_file(self)),
            random_twin=bool(self.random_twin),
            fallback=bool(self.fallback),
        )
        kinds = dict(self.targets) if isinstance(self.targets, Mapping) else {}
        return TargetSettings(fit, kinds, self.grouping, self.loss_weights)


def _check_names(targets: Any) -> None:
    if targets is None:
        return
    listed = isinstance(targets, (list, tuple, Mapping)) and len(targets) > 0
    if listed and all(isinstance(name, str) for name in targets):
        return
    raise InputError(
        "The 'targets' parameter of MultiTaskModel must be a list of names of columns, a mapping "
        f"of those to what they ask for, or None. Got {targets!r} instead."
    )


def _test_of(test: Any, names: tuple[str, ...], progress: Progress) -> Dataset:
    pair = isinstance(test, tuple) and len(test) == 2
    samples, targets = test if pair else (test, None)
    return read_targets(samples, targets, names, progress, splits=False).train
