"""What every task brings: reading targets, answering, measuring and comparing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.metrics.figure import Figure
from headstart.tasks.prediction import Prediction
from headstart.tasks.prediction_table import PredictionTable


class Head(Protocol):
    """What a task needs of a fitted head."""

    def scores(self, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """Of shape (n_samples, n_outputs)."""
        ...

    def probabilities(self, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """Of shape (n_samples, n_outputs); each row adds up to 1."""
        ...


class Task(Protocol):
    """What is predicted. *Targets* are encoded labels, *outputs* what a fitted head gives.

    Nothing outside of this folder asks which task it has, unless to look up its own part by
    ``name``.
    """

    name: ClassVar[str]
    #: The baseline that looks at no sample.
    guess_name: ClassVar[str]
    gives_probabilities: ClassVar[bool]

    @classmethod
    def read_labels(cls, labels: NDArray[Any]) -> NDArray[Any]:
        """Labels of shape (n_samples,) as this task takes them; InputError if it cannot."""
        ...

    @classmethod
    def check(cls, dataset: Dataset) -> tuple[str, ...]:
        """Refuse data that make the task impossible (InputError); sentences for the user."""
        ...

    @classmethod
    def strata(cls, labels: NDArray[Any]) -> NDArray[Any]:
        """What a split keeps in proportion, for labels or targets of shape (n_samples,)."""
        ...

    @classmethod
    def from_labels(cls, labels: NDArray[Any]) -> Self:
        """Learn what the labels of the training samples, shape (n_samples,), are."""
        ...

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_manifest` gave."""
        ...

    def to_manifest(self) -> dict[str, Any]:
        """Keys of a run's manifest that hold all about the task but its name."""
        ...

    @property
    def n_outputs(self) -> int:
        """Columns of the head."""
        ...

    @property
    def classes(self) -> NDArray[Any]:
        """Labels in the order of the outputs; empty where the outputs stand for no labels."""
        ...

    @property
    def class_names(self) -> list[str]:
        """The classes as text."""
        ...

    @property
    def table(self) -> PredictionTable:
        """How predictions stand in a table."""
        ...

    def encode(self, labels: NDArray[Any]) -> NDArray[Any]:
        """Targets of shape (n_samples,); InputError for a label that has none."""
        ...

    def unanswerable(self, labels: NDArray[Any]) -> dict[int, str]:
        """Row to reason for each label that no model of this task can give."""
        ...

    def outputs(self, head: Head, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """What the head says of vectors, shape (n_samples, n_outputs)."""
        ...

    def guess(self, targets: NDArray[Any]) -> NDArray[np.float64]:
        """Outputs, shape (n_outputs,), for a sample of which nothing is known but these targets."""
        ...

    def decode(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """The answer for each row of outputs, shape (n_samples,)."""
        ...

    def answer(self, name: str, output: NDArray[Any], target: Any = None) -> Prediction:
        """A row for the sample ``name`` from its outputs, shape (n_outputs,)."""
        ...

    def recalled(self, answers: Sequence[Prediction]) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Targets and outputs of rows that :meth:`answer` gave, each with its target.

        Their classes may have another order than those of this task.
        """
        ...

    def figures(self, targets: NDArray[Any], outputs: NDArray[Any], seed: int) -> dict[str, Figure]:
        """Metric name to value with interval."""
        ...

    def difference(
        self, targets: NDArray[Any], outputs: NDArray[Any], others: NDArray[Any], seed: int
    ) -> Figure:
        """How much better ``outputs`` are than ``others`` on the same samples."""
        ...

    def details(self, targets: NDArray[Any], outputs: NDArray[Any]) -> dict[str, Any]:
        """Fields of the Result that only this task fills."""
        ...
