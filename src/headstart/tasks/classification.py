"""Classification: every sample has one label out of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError
from headstart.metrics import classification_figures
from headstart.metrics.figure import Figure


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
    name = "classification"

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

    def decode(self, probabilities: NDArray[Any]) -> NDArray[Any]:
        """The most probable label of each row of an (n_samples, n_classes) array."""
        return self.classes[np.argmax(probabilities, axis=1)]

    def figures(
        self, codes: NDArray[Any], probabilities: NDArray[Any], seed: int
    ) -> dict[str, Figure]:
        """Metric name to value with interval."""
        return classification_figures(codes, probabilities, seed=seed)

    @staticmethod
    def weights(codes: NDArray[Any]) -> str | None:
        """scikit-learn's ``class_weight``: balanced when one class outnumbers another by half."""
        present = [count for count in np.bincount(codes).tolist() if count]
        return "balanced" if max(present) > 1.5 * min(present) else None
