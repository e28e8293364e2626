"""Multi-label classification: every sample may carry several labels, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.metrics.figure import Figure
from headstart.metrics.multi_label import multi_label_figures
from headstart.metrics.paired_errors import paired_error_difference
from headstart.metrics.skewed_mean import least_distance
from headstart.tasks.prediction import Prediction
from headstart.tasks.prediction_table import ClassTable
from headstart.tasks.task import Head

#: What stands between labels in a cell; the first is what is written.
SEPARATORS = (";", "|")
#: Sets of labels that fewer samples carry are one stratum.
_FEWEST = 5


@dataclass(frozen=True)
class MultiLabelTask:
    """Labels that are each a yes or no of their own.

    *Outputs* have two columns a label, the shares of no and yes, so that each label is a little
    classification; :meth:`shares` gives the yes alone. *Targets* have shape (n_samples, n_labels).

    Parameters
    ----------
    classes : ndarray of str, shape (n_labels,)
        Sorted.

    Examples
    --------
    >>> labels = MultiLabelTask.read_labels(np.array(["cat;dog", "dog", ";"], dtype=object))
    >>> task = MultiLabelTask.from_labels(labels)
    >>> task.class_names, task.encode(labels).tolist()
    (['cat', 'dog'], [[1, 1], [0, 1], [0, 0]])
    >>> task.decode(np.array([[0.2, 0.8, 0.9, 0.1]])).tolist()
    [('cat',)]
    """

    classes: NDArray[Any]
    name: ClassVar[str] = "multi-label"
    guess_name: ClassVar[str] = "shares of the labels"
    gives_probabilities: ClassVar[bool] = True

    @classmethod
    def read_labels(cls, labels: NDArray[Any]) -> NDArray[Any]:
        """Sets of labels as sorted tuples of text, shape (n_samples,) of objects.

        A cell is text with ``;`` or ``|`` between labels (a lone one: no label), or a list, tuple
        or set of labels.
        """
        return as_objects([_set_of(label) for label in labels])

    @classmethod
    def check(cls, dataset: Dataset) -> tuple[str, ...]:
        """Refuse labels of which none is told from another, and name those that always hold."""
        labels = () if dataset.labels is None else dataset.labels
        counts = Counter(one for label in labels for one in label)
        if not counts:
            raise InputError(
                f"None of {len(labels)} samples carries a label, so there is none to learn. "
                "Accepted are cells such as 'cat;dog'. Add samples with labels."
            )
        always = sorted(one for one, count in counts.items() if count == len(labels))
        if not always:
            return ()
        return (
            f"Every sample carries the label {always[0]!r}, so that nothing is learned about it. "
            "Add samples without it.",
        )

    @classmethod
    def strata(cls, labels: NDArray[Any]) -> NDArray[Any]:
        """Samples of the same set of labels, for labels or targets; rare sets are together."""
        sets = [tuple(np.flatnonzero(one)) for one in labels] if labels.ndim == 2 else [*labels]
        counts = Counter(sets)
        names = {one: place for place, one in enumerate(sorted(counts, key=repr), start=1)}
        return np.array([names[one] if counts[one] >= _FEWEST else 0 for one in sets], dtype=int)

    @classmethod
    def from_labels(cls, labels: NDArray[Any]) -> MultiLabelTask:
        """Learn which labels occur in sets of shape (n_samples,)."""
        return cls(np.array(sorted({one for label in labels for one in label}), dtype=np.str_))

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> MultiLabelTask:
        """Read what :meth:`to_manifest` gave."""
        return cls(np.array(manifest["classes"], dtype=np.str_))

    def to_manifest(self) -> dict[str, Any]:
        """The labels."""
        return {"classes": self.classes.tolist()}

    @property
    def n_outputs(self) -> int:
        """Two a label."""
        return 2 * len(self.classes)

    @property
    def class_names(self) -> list[str]:
        """The labels."""
        return [str(label) for label in self.classes.tolist()]

    @property
    def table(self) -> ClassTable:
        """With a column a label."""
        return ClassTable(self.class_names)

    def encode(self, labels: NDArray[Any]) -> NDArray[np.intp]:
        """0 or 1, shape (n_samples, n_labels); a label that did not occur in training is left out.

        No model of this task can say it, and what it says of the others counts all the same.
        """
        known = {one: place for place, one in enumerate(self.class_names)}
        targets = np.zeros((len(labels), len(known)), dtype=np.intp)
        for row, label in enumerate(labels):
            targets[row, [known[one] for one in label if one in known]] = 1
        return targets

    def unanswerable(self, labels: NDArray[Any]) -> dict[int, str]:
        """None: every set of labels is compared with what can be said."""
        return {}

    def outputs(self, head: Head, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """Shares of no and yes in turn, shape (n_samples, 2 * n_labels)."""
        return pair_shares(head.scores(vectors))

    def guess(self, targets: NDArray[np.intp]) -> NDArray[np.float64]:
        """How often each label does not hold and holds, shape (2 * n_labels,)."""
        shares = targets.mean(axis=0)
        return np.column_stack([1.0 - shares, shares]).ravel()

    def shares(self, outputs: NDArray[Any]) -> NDArray[np.float64]:
        """Probabilities of a yes, shape (n_samples, n_labels)."""
        return np.asarray(outputs[:, 1::2], dtype=np.float64)

    def decode(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Labels with a probability of at least a half, as tuples: shape (n_samples,)."""
        says = _says(outputs)
        return as_objects([tuple(self.classes[row].tolist()) for row in says])

    def answer(
        self, name: str, output: NDArray[Any], target: NDArray[Any] | None = None
    ) -> Prediction:
        """A row from the outputs of one sample; how sure: that all of it is right."""
        shares, says = self.shares(output[None])[0], _says(output[None])[0]
        by_label = dict(zip(self.class_names, map(float, shares), strict=True))
        label = None if target is None else written(self.classes[target == 1].tolist())
        sure = float(np.where(says, shares, 1.0 - shares).prod())
        return Prediction(name, written(self.classes[says].tolist()), sure, by_label, label)

    def recalled(self, answers: Sequence[Prediction]) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """0 or 1, shape (n_samples, n_labels), and shares, shape (n_samples, 2 * n_labels)."""
        labels = self.read_labels(as_objects([one.label for one in answers]))
        shares = [[one.probabilities[name] for name in self.class_names] for one in answers]
        yes = np.array(shares, dtype=np.float64).reshape(len(answers), len(self.classes))
        return self.encode(labels), np.stack([1.0 - yes, yes], axis=2).reshape(
            len(yes), self.n_outputs
        )

    def figures(self, targets: NDArray[Any], outputs: NDArray[Any], seed: int) -> dict[str, Figure]:
        """See :func:`~headstart.metrics.multi_label.multi_label_figures`."""
        return multi_label_figures(targets, self.shares(outputs), seed)

    def difference(
        self, targets: NDArray[Any], outputs: NDArray[Any], others: NDArray[Any], seed: int
    ) -> Figure:
        """Label accuracy of ``outputs`` less that of ``others``; needs no ``seed``.

        Where both are right about as many labels of every sample there still is a width: that many
        samples of another kind may have been missed, each with all of its labels.
        """
        wrong, rival = ((_says(one) != (targets == 1)).mean(axis=1) for one in (outputs, others))
        if (wrong == rival).all():
            width = least_distance(len(targets))
            return Figure(0.0, -width, width)
        return paired_error_difference(wrong, rival)

    def details(self, targets: NDArray[Any], outputs: NDArray[Any]) -> dict[str, Any]:
        """None: the predictions say it all."""
        return {}


def _says(outputs: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether a yes is at least as likely as a no; scores tell that as shares do."""
    return np.asarray(outputs[:, 1::2] >= outputs[:, 0::2])


def pair_shares(scores: NDArray[Any]) -> NDArray[np.float64]:
    """Softmax over each pair of columns of (n_samples, 2 * n_labels).

    Examples
    --------
    >>> pair_shares(np.array([[0.0, 0.0, 50.0, -50.0]])).tolist()
    [[0.5, 0.5, 1.0, 3.720075976020836e-44]]
    """
    pairs = np.asarray(scores, dtype=np.float64).reshape(len(scores), -1, 2)
    shifted = np.exp(pairs - pairs.max(axis=2, keepdims=True))
    shares: NDArray[np.float64] = shifted / shifted.sum(axis=2, keepdims=True)
    return shares.reshape(len(scores), -1)


def written(labels: Sequence[str]) -> str:
    """Labels as they stand in a cell: a lone separator where there is none.

    Examples
    --------
    >>> written(["cat", "dog"]), written([])
    ('cat;dog', ';')
    """
    return SEPARATORS[0].join(labels) or SEPARATORS[0]


def as_objects(values: Sequence[Any]) -> NDArray[Any]:
    """An array of shape (n,) of objects, which are not looked into."""
    array = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        array[row] = value
    return array


def _set_of(label: Any) -> tuple[str, ...]:
    if isinstance(label, str):
        for other in SEPARATORS[1:]:
            label = label.replace(other, SEPARATORS[0])
        parts: Iterable[Any] = label.split(SEPARATORS[0])
    elif isinstance(label, (list, tuple, set, frozenset, np.ndarray)):
        parts = label
    else:
        parts = (label,)
    return tuple(sorted({str(one).strip() for one in parts} - {""}))
