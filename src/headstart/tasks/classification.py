"""Classification: every sample has one label out of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from headstart.data import check_classification
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.metrics import (
    classification_figures,
    confusion_matrix,
    paired_difference,
    reliability_bins,
)
from headstart.metrics.figure import Figure
from headstart.tasks.prediction import Prediction
from headstart.tasks.prediction_table import ClassTable
from headstart.tasks.task import Head


@dataclass(frozen=True)
class ClassificationTask:
    """Labels and the codes that stand for them.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels as the user gave them, sorted.

    Examples
    --------
    >>> task = ClassificationTask.from_labels(np.array(["cat", "dog", "cat"]))
    >>> task.encode(np.array(["dog", "cat"])).tolist()
    [1, 0]
    >>> task.decode(np.array([[0.2, 0.8]])).tolist()
    ['dog']
    """

    classes: NDArray[Any]
    name: ClassVar[str] = "classification"
    guess_name: ClassVar[str] = "majority class"
    gives_probabilities: ClassVar[bool] = True

    @classmethod
    def read_labels(cls, labels: NDArray[Any]) -> NDArray[Any]:
        """The labels as they are."""
        return labels

    @classmethod
    def check(cls, dataset: Dataset) -> tuple[str, ...]:
        """See :func:`~headstart.data.checks.check_classification`."""
        return check_classification(dataset)

    @classmethod
    def strata(cls, labels: NDArray[Any]) -> NDArray[Any]:
        """Every class on its own."""
        return labels

    @classmethod
    def from_labels(cls, labels: NDArray[Any]) -> ClassificationTask:
        """Learn the classes that occur in ``labels`` of shape (n_samples,).

        Raises
        ------
        InputError
            If they are neither text nor numbers: a run could not keep them.
        """
        classes = np.unique(labels)
        if classes.dtype == object:
            classes = np.asarray(classes.tolist())
        if classes.dtype.kind not in "biufU":
            raise InputError(
                f"The labels are of type {classes.dtype}; accepted are text, whole numbers, True "
                "and False. Make them text, for example with [str(label) for label in labels]."
            )
        return cls(classes)

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> ClassificationTask:
        """Read what :meth:`to_manifest` gave."""
        return cls(np.array(manifest["classes"]))

    def to_manifest(self) -> dict[str, Any]:
        """The classes."""
        return {"classes": self.classes.tolist()}

    @property
    def n_outputs(self) -> int:
        """One a class."""
        return len(self.classes)

    @property
    def table(self) -> ClassTable:
        """With a column a class."""
        return ClassTable(self.class_names)

    @property
    def class_names(self) -> list[str]:
        """The classes as text, in the order of the probability columns."""
        return [str(label) for label in self.classes.tolist()]

    def encode(self, labels: NDArray[Any]) -> NDArray[np.intp]:
        """Codes 0 to n_classes - 1 of shape (n_samples,).

        Raises
        ------
        InputError
            If a label is not among the classes; see :meth:`unknown`.
        """
        unknown = self.unknown(labels)
        if unknown:
            raise InputError(
                f"Label {labels[unknown[0]]!r} of sample {unknown[0]} did not occur in training. "
                f"Classes: {', '.join(self.class_names)}. Add training samples of that class."
            )
        return np.searchsorted(self.classes, labels).astype(np.intp)

    def unknown(self, labels: NDArray[Any]) -> list[int]:
        """Rows whose label did not occur in training."""
        return np.flatnonzero(~np.isin(labels, self.classes)).tolist()

    def unanswerable(self, labels: NDArray[Any]) -> dict[int, str]:
        """Row to reason for each label that did not occur in training."""
        rows = self.unknown(labels)
        return {row: f"its class {labels[row]!s} does not occur in training" for row in rows}

    def outputs(self, head: Head, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """Probabilities of shape (n_samples, n_classes)."""
        return head.probabilities(vectors)

    def guess(self, targets: NDArray[np.intp]) -> NDArray[np.float64]:
        """The shares of the classes, shape (n_classes,).

        Examples
        --------
        >>> task = ClassificationTask(np.array(["a", "b"]))
        >>> task.guess(np.array([0, 1, 1, 1])).tolist()
        [0.25, 0.75]
        """
        return np.asarray(np.bincount(targets, minlength=self.n_outputs) / len(targets))

    def decode(self, probabilities: NDArray[Any]) -> NDArray[Any]:
        """The most probable label of each row of an (n_samples, n_classes) array."""
        return self.classes[np.argmax(probabilities, axis=1)]

    def answer(self, name: str, output: NDArray[Any], target: int | None = None) -> Prediction:
        """A row from the probabilities of one sample and, where it is known, its code."""
        by_class = dict(zip(self.class_names, map(float, output), strict=True))
        predicted = max(by_class, key=by_class.__getitem__)
        label = None if target is None else self.class_names[target]
        return Prediction(name, predicted, by_class[predicted], by_class, label)

    def recalled(self, answers: Sequence[Prediction]) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Codes of shape (n_samples,) and probabilities of shape (n_samples, n_classes)."""
        names = self.class_names
        codes = np.array([names.index(str(one.label)) for one in answers], dtype=np.intp)
        shares = [[one.probabilities[name] for name in names] for one in answers]
        return codes, np.array(shares, dtype=np.float64).reshape(len(answers), len(names))

    def figures(self, targets: NDArray[Any], outputs: NDArray[Any], seed: int) -> dict[str, Figure]:
        """Metric name to value with interval."""
        return classification_figures(targets, outputs, seed=seed)

    def difference(
        self, targets: NDArray[Any], outputs: NDArray[Any], others: NDArray[Any], seed: int
    ) -> Figure:
        """Accuracy of ``outputs`` less that of ``others``; its interval needs no ``seed``."""
        hits, rival_hits = (np.argmax(one, axis=1) == targets for one in (outputs, others))
        return paired_difference(hits, rival_hits)

    def details(self, targets: NDArray[Any], outputs: NDArray[Any]) -> dict[str, Any]:
        """Confusion matrix and reliability curve."""
        counts = confusion_matrix(targets, np.argmax(outputs, axis=1), outputs.shape[1])
        return {
            "confusion": tuple(tuple(row) for row in counts.tolist()),
            "calibration": tuple(reliability_bins(targets, outputs)),
        }

    @staticmethod
    def weights(codes: NDArray[Any]) -> str | None:
        """scikit-learn's ``class_weight``: balanced when one class outnumbers another by half."""
        present = [count for count in np.bincount(codes).tolist() if count]
        return "balanced" if max(present) > 1.5 * min(present) else None
