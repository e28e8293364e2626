"""Regression: every sample has one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from headstart.data import check_regression
from headstart.data.dataset import Dataset
from headstart.data.numbers import as_numbers
from headstart.data.strata import strata
from headstart.metrics import paired_error_difference, regression_figures
from headstart.metrics.figure import Figure
from headstart.tasks.prediction import Prediction
from headstart.tasks.prediction_table import NumberTable
from headstart.tasks.task import Head


@dataclass(frozen=True)
class RegressionTask:
    """Numbers, which stand for themselves.

    Examples
    --------
    >>> task = RegressionTask()
    >>> task.encode(np.array(["2", "3.5"])).tolist()
    [2.0, 3.5]
    >>> task.decode(np.array([[1.5], [2.5]])).tolist()
    [1.5, 2.5]
    """

    name: ClassVar[str] = "regression"
    guess_name: ClassVar[str] = "mean of the training targets"
    gives_probabilities: ClassVar[bool] = False

    @classmethod
    def read_labels(cls, labels: NDArray[Any]) -> NDArray[np.float64]:
        """The labels as numbers; see :func:`~headstart.data.numbers.as_numbers`."""
        return as_numbers(labels)

    @classmethod
    def check(cls, dataset: Dataset) -> tuple[str, ...]:
        """See :func:`~headstart.data.checks.check_regression`."""
        return check_regression(dataset)

    @classmethod
    def strata(cls, labels: NDArray[Any]) -> NDArray[np.intp]:
        """Quantile bins; see :func:`~headstart.data.strata.strata`."""
        return strata(labels)

    @classmethod
    def from_labels(cls, labels: NDArray[Any]) -> RegressionTask:
        """Nothing has to be learned from the labels."""
        return cls()

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> RegressionTask:
        """There is nothing to read."""
        return cls()

    def to_manifest(self) -> dict[str, Any]:
        """There is nothing to keep but that there are no classes."""
        return {"classes": []}

    @property
    def n_outputs(self) -> int:
        """The number itself."""
        return 1

    @property
    def classes(self) -> NDArray[Any]:
        """None: shape (0,)."""
        return np.empty(0, dtype=np.str_)

    @property
    def class_names(self) -> list[str]:
        """None."""
        return []

    @property
    def table(self) -> NumberTable:
        """With a column for the error."""
        return NumberTable()

    def encode(self, labels: NDArray[Any]) -> NDArray[np.float64]:
        """Numbers of shape (n_samples,); see :func:`~headstart.data.numbers.as_numbers`."""
        return as_numbers(labels)

    def unanswerable(self, labels: NDArray[Any]) -> dict[int, str]:
        """None: any number can be answered."""
        return {}

    def outputs(self, head: Head, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """The scores are the numbers, shape (n_samples, 1)."""
        return head.scores(vectors)

    def guess(self, targets: NDArray[Any]) -> NDArray[np.float64]:
        """The mean, shape (1,)."""
        return np.asarray([np.mean(targets)])

    def decode(self, outputs: NDArray[Any]) -> NDArray[np.float64]:
        """Numbers of shape (n_samples,) from outputs of shape (n_samples, 1)."""
        return np.asarray(outputs[:, 0], dtype=np.float64)

    def answer(self, name: str, output: NDArray[Any], target: float | None = None) -> Prediction:
        """A row from the number of one sample and, where it is known, its target."""
        return Prediction(name, float(output[0]), label=None if target is None else float(target))

    def recalled(self, answers: Sequence[Prediction]) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Numbers, shape (n_samples,), and what was said, shape (n_samples, 1)."""
        targets = np.array([one.label for one in answers], dtype=np.float64)
        said = np.array([one.predicted for one in answers], dtype=np.float64)
        return targets, said[:, None]

    def figures(self, targets: NDArray[Any], outputs: NDArray[Any], seed: int) -> dict[str, Figure]:
        """Metric name to value with interval, which needs no ``seed``."""
        return regression_figures(targets, outputs[:, 0])

    def difference(
        self, targets: NDArray[Any], outputs: NDArray[Any], others: NDArray[Any], seed: int
    ) -> Figure:
        """Mean absolute error of ``others`` less that of ``outputs``; needs no ``seed``."""
        errors, rival_errors = (np.abs(one[:, 0] - targets) for one in (outputs, others))
        return paired_error_difference(errors, rival_errors)

    def details(self, targets: NDArray[Any], outputs: NDArray[Any]) -> dict[str, Any]:
        """None: the predictions say it all."""
        return {}
