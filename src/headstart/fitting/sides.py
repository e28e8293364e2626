"""The training side and the test side of a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from headstart.data import stratified_folds, stratified_split
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.fitting.settings import Settings
from headstart.fitting.vectors import Features, Vectors
from headstart.tasks.classification import ClassificationTask
from headstart.training.probe import Folds

_FOLDS = 5


@dataclass(frozen=True)
class Side:
    """Samples, their codes, and their features by kind."""

    dataset: Dataset
    codes: NDArray[np.intp]
    features: Mapping[str, Features]

    def __len__(self) -> int:
        return len(self.dataset)


@dataclass(frozen=True)
class Split:
    """Both sides, the classes, and the folds of the training side."""

    learner: Side
    tester: Side
    task: ClassificationTask
    folds: Folds


def labels_of(dataset: Dataset) -> NDArray[np.generic]:
    """The labels, which a fit cannot do without.

    Raises
    ------
    InputError
        If there are none.
    """
    if dataset.labels is None:
        raise InputError(
            "The samples have no labels. Give a folder of class folders, a table with a label "
            "column, or a list of labels."
        )
    return dataset.labels


def together(train: Dataset, test: Dataset) -> Dataset:
    """Both data sets in a row, so that one pass encodes them.

    Raises
    ------
    InputError
        If they are of different kinds.
    """
    if train.modality != test.modality:
        raise InputError(
            f"The training samples are of kind {train.modality!r} and the test samples of kind "
            f"{test.modality!r}. Give two data sets of the same kind."
        )
    vectors = rows = None
    if train.vectors is not None and test.vectors is not None:
        if train.vectors.shape[1] != test.vectors.shape[1]:
            raise InputError(
                f"The training embeddings have {train.vectors.shape[1]} features and the test "
                f"embeddings {test.vectors.shape[1]}. Give embeddings of the same source."
            )
        vectors = np.concatenate([train.vectors, test.vectors])
        rows = np.concatenate([train.row_numbers, test.row_numbers])
    labels = [labels_of(train), labels_of(test)]
    if len({one.dtype.kind in "OUS" for one in labels if len(one)}) > 1:
        raise InputError(
            f"The training labels are of type {labels[0].dtype} and the test labels of type "
            f"{labels[1].dtype}, so that no test sample can have a class of the training. Give "
            "both as text or both as numbers."
        )
    return replace(
        train,
        items=[*train.items, *test.items],
        vectors=vectors,
        rows=rows,
        labels=np.concatenate(labels),
        quarantined=(*train.quarantined, *test.quarantined),
        notes=tuple(dict.fromkeys((*train.notes, *test.notes))),
    )


def split(whole: Dataset, boundary: int | None, vectors: Vectors, settings: Settings) -> Split:
    """The two sides: at ``boundary`` where a test set was given, else stratified.

    A test sample whose class does not occur in training cannot be answered rightly by any model;
    it is set aside with that reason.
    """
    if boundary is None:
        train_rows, test_rows = stratified_split(
            labels_of(whole), whole.fingerprints, settings.test_fraction, settings.seed
        )
    else:
        train_rows = np.arange(boundary)
        test_rows = np.arange(boundary, len(whole))
    train, test = whole.take(train_rows), whole.take(test_rows)
    task = ClassificationTask.from_labels(labels_of(train))
    labels = labels_of(test)
    unknown = task.unknown(labels)
    reasons = {row: f"its class {labels[row]!s} does not occur in training" for row in unknown}
    test = test.set_aside(reasons)
    codes = task.encode(labels_of(train))
    learner = Side(train, codes, vectors.of(train))
    tester = Side(test, task.encode(labels_of(test)), vectors.of(test) if len(test) else {})
    return Split(learner, tester, task, _folds(codes, train.fingerprints, settings.seed))


def _folds(codes: NDArray[np.intp], fingerprints: Sequence[bytes], seed: int) -> Folds:
    """Folds of the training side; none where no class has two different samples.

    A fold that would learn from one class is left out: it happens when samples of the same content
    carry different labels.
    """
    try:
        folds = stratified_folds(codes, fingerprints, _FOLDS, seed)
    except InputError:
        return ()
    return [(train, valid) for train, valid in folds if len(np.unique(codes[train])) > 1]


def boundary_after(boundary: int | None, set_aside: Sequence[int]) -> int | None:
    """Where the test samples begin once the rows in ``set_aside`` are gone."""
    if boundary is None:
        return None
    return boundary - sum(row < boundary for row in set_aside)
