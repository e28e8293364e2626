"""The training side and the test side of a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data import stratified_folds, stratified_split
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.fitting.settings import Settings
from headstart.fitting.vectors import Features, Vectors
from headstart.tasks.registry import task_named
from headstart.tasks.task import Task
from headstart.training.probe import Folds

_FOLDS = 5
#: Training samples that a run keeps to show.
MOST_KEPT = 300


@dataclass(frozen=True)
class Side:
    """Samples, their targets, and their features by kind."""

    dataset: Dataset
    targets: NDArray[Any]
    features: Mapping[str, Features]

    def __len__(self) -> int:
        return len(self.dataset)


@dataclass(frozen=True)
class Split:
    """Both sides, the task, and the folds of the training side."""

    learner: Side
    tester: Side
    task: Task
    folds: Folds

    @cached_property
    def kept_rows(self) -> NDArray[np.intp]:
        """Training rows that the run keeps to show: as many of each stratum as there is room for.

        Which ones does not depend on their order.
        """
        strata = self.task.strata(self.learner.targets)
        ids = self.learner.dataset.fingerprints
        turns = [0] * len(ids)
        for stratum in np.unique(strata):
            rows = sorted(np.flatnonzero(strata == stratum).tolist(), key=lambda row: ids[row])
            for turn, row in enumerate(rows):
                turns[row] = turn
        order = sorted(range(len(ids)), key=lambda row: (turns[row], ids[row]))
        return np.sort(np.asarray(order[:MOST_KEPT], dtype=np.intp))


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


def read_for(task: type[Task], dataset: Dataset) -> Dataset:
    """The data set with its labels as the task takes them.

    Raises
    ------
    InputError
        If it has none, or they are nothing that the task can predict.
    """
    return replace(dataset, labels=task.read_labels(labels_of(dataset)))


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

    Where nothing is to be held out, the test side is empty.

    A test sample that no model can answer rightly (its class does not occur in training) is set
    aside with that reason.
    """
    kind = task_named(settings.task)
    if boundary is None and not settings.holds_out:
        boundary = len(whole)
    if boundary is None:
        strata = kind.strata(labels_of(whole))
        train_rows, test_rows = stratified_split(
            strata, whole.fingerprints, settings.test_fraction, settings.seed
        )
    else:
        train_rows = np.arange(boundary)
        test_rows = np.arange(boundary, len(whole))
    train, test = whole.take(train_rows), whole.take(test_rows)
    task = kind.from_labels(labels_of(train))
    test = test.set_aside(task.unanswerable(labels_of(test)))
    targets = task.encode(labels_of(train))
    learner = Side(train, targets, vectors.of(train))
    tester = Side(test, task.encode(labels_of(test)), vectors.of(test) if len(test) else {})
    return Split(learner, tester, task, folds_of(task, targets, train.fingerprints, settings.seed))


def held_out(dataset: Dataset, settings: Settings) -> tuple[Dataset, Dataset]:
    """A training and a test set, for what has to be decided before anything is encoded."""
    strata = task_named(settings.task).strata(labels_of(dataset))
    train, test = stratified_split(
        strata, dataset.fingerprints, settings.test_fraction, settings.seed
    )
    return dataset.take(train), replace(dataset.take(test), quarantined=(), notes=())


def folds_of(task: Task, targets: NDArray[Any], fingerprints: Sequence[bytes], seed: int) -> Folds:
    """Folds of the training side; none where no stratum has two different samples.

    A fold that would learn from one target alone is left out: it happens when samples of the same
    content carry different labels.
    """
    try:
        folds = stratified_folds(task.strata(targets), fingerprints, _FOLDS, seed)
    except InputError:
        return ()
    return [(train, valid) for train, valid in folds if len(np.unique(targets[train])) > 1]


def validation_rows(
    halves: Split, share: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the training side to learn from, and rows held back to judge each epoch.

    Nothing is held back where that would leave a class without a sample to learn from.
    """
    learner, task = halves.learner, halves.task
    everything, nothing = np.arange(len(learner)), np.arange(0)
    if share == 0:
        return everything, nothing
    strata = task.strata(learner.targets)
    train, valid = stratified_split(strata, learner.dataset.fingerprints, share, seed)
    lost = len(np.unique(strata[train])) < len(np.unique(strata))
    return (everything, nothing) if lost or len(train) < 2 else (train, valid)


def boundary_after(boundary: int | None, set_aside: Sequence[int]) -> int | None:
    """Where the test samples begin once the rows in ``set_aside`` are gone."""
    if boundary is None:
        return None
    return boundary - sum(row < boundary for row in set_aside)
