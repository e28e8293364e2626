"""Both sides of a fit with several targets: all samples, and those that each target has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data import conflicting_labels, stratified_split
from headstart.data.dataset import Dataset
from headstart.errors import InputError
from headstart.fitting.settings import Settings
from headstart.fitting.sides import Side, Split, folds_of, labels_of
from headstart.fitting.vectors import Vectors
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.multi_label import MultiLabelTask, as_objects
from headstart.tasks.targets import AUTO, kind_named, kind_of, plain_labels
from headstart.tasks.task import Task

Rows = NDArray[np.intp]
#: So many whole numbers are classes more often than counts.
_FEW_CLASSES = 10
#: Samples a stratum; smaller ones would leave nothing for a test.
_FEWEST = 10


@dataclass(frozen=True)
class Column:
    """A target, what it asks for, and its cells.

    Parameters
    ----------
    name : str
        Of the column.
    kind : type of Task
        What it asks for.
    labels : ndarray of shape (n_labelled,)
        As that task takes them.
    rows : ndarray of shape (n_labelled,)
        Samples that have it.
    """

    name: str
    kind: type[Task]
    labels: NDArray[Any]
    rows: Rows

    def among(self, chosen: Rows) -> Column:
        """The same for some samples, whose rows are counted anew."""
        _, own, places = np.intersect1d(self.rows, chosen, True, return_indices=True)
        order = np.argsort(places)
        return replace(self, labels=self.labels[own[order]], rows=np.sort(places))


@dataclass(frozen=True)
class TargetSides:
    """A target with both sides of the samples that have it.

    Parameters
    ----------
    name : str
        Of the column.
    halves : Split
        As a fit of this target alone would have it.
    rows, test_rows : ndarray of shape (n_labelled,), (n_test,)
        Which of all samples of either side those are.
    """

    name: str
    halves: Split
    rows: Rows
    test_rows: Rows


def read_columns(
    dataset: Dataset, names: Sequence[str], kinds: Mapping[str, str], n_train: int
) -> list[Column]:
    """Each target's cells; what it asks for is told by the training samples, which come first.

    Raises
    ------
    InputError
        If a target has no cell in training, or holds what its task cannot take.
    """
    cells = labels_of(dataset)
    columns = []
    for place, name in enumerate(names):
        rows = np.array([row for row, one in enumerate(cells[:, place]) if one is not None], int)
        learned = [cells[row, place] for row in rows if row < n_train]
        if not learned:
            raise InputError(
                f"The target {name!r} is missing in all {n_train} training samples, so that "
                "nothing can be learned of it. Fill in some of its cells, or leave the column out."
            )
        asked = kinds.get(name, AUTO)
        kind = kind_named(kind_of(learned, name) if asked == AUTO else asked, name)
        with _about(name):
            labels = kind.read_labels(_plain([cells[row, place] for row in rows], kind))
        columns.append(Column(name, kind, labels, rows))
    return columns


def _plain(cells: Sequence[Any], kind: type[Task]) -> NDArray[Any]:
    return as_objects(cells) if kind is MultiLabelTask else plain_labels(cells)


def split_rows(
    columns: Sequence[Column], ids: Sequence[bytes], settings: Settings
) -> tuple[Rows, Rows]:
    """Rows to learn from and rows held out, in proportion to as many targets as there is room."""
    strata = joint_strata(columns, len(ids))
    return stratified_split(strata, ids, settings.test_fraction, settings.seed)


def validation_split(
    parts: Sequence[TargetSides], ids: Sequence[bytes], share: float, seed: int
) -> tuple[Rows, Rows]:
    """Rows of the training side to learn from, and rows that judge each epoch.

    A row without which a class would have nobody left to learn from is learned from.
    """
    everything, nothing = np.arange(len(ids)), np.arange(0)
    if share == 0:
        return everything, nothing
    columns = [
        Column(one.name, type(one.halves.task), one.halves.learner.targets, one.rows)
        for one in parts
    ]
    train, valid = stratified_split(joint_strata(columns, len(ids)), ids, share, seed)
    needed = {row for one in parts for row in _needed(one, set(train.tolist()), valid)}
    valid = np.array([row for row in valid if row not in needed], dtype=np.intp)
    train = np.setdiff1d(everything, valid)
    return (everything, nothing) if len(train) < 2 else (train, valid)


def _needed(part: TargetSides, train: set[int], valid: Rows) -> list[int]:
    """One held-out row for each stratum of a target that no row to learn from is of."""
    targets = part.halves.learner.targets
    if targets.ndim > 1 or targets.dtype.kind == "f":
        few = sum(row in train for row in part.rows.tolist()) < 2
        return [row for row in part.rows.tolist() if few and row not in train]
    seen = {targets[place] for place, row in enumerate(part.rows.tolist()) if row in train}
    lost: dict[Any, int] = {}
    for place, row in enumerate(part.rows.tolist()):
        if targets[place] not in seen:
            lost.setdefault(targets[place], row)
    return list(lost.values())


def joint_strata(columns: Sequence[Column], n_rows: int) -> NDArray[np.intp]:
    """Strata of several targets at once, shape (n_rows,); a missing one is a stratum too.

    Targets are joined one after the other, the one with the rarest stratum first, as long as the
    strata hold ten samples on average.

    Examples
    --------
    >>> rows = np.arange(40)
    >>> some = [Column(name, ClassificationTask, rows % 2, rows) for name in "ab"]
    >>> np.bincount(joint_strata(some, 40)).tolist()
    [20, 20]
    """
    coded = []
    for column in columns:
        codes = np.full(n_rows, -1)
        codes[column.rows] = np.unique(column.kind.strata(column.labels), return_inverse=True)[1]
        coded.append(codes)
    coded.sort(key=lambda codes: int(np.unique(codes, return_counts=True)[1].min()))
    joined: NDArray[np.intp] = np.zeros(n_rows, dtype=np.intp)
    for codes in coded:
        pairs = np.stack([joined, codes], axis=1)
        found, inverse = np.unique(pairs, axis=0, return_inverse=True)
        if len(found) <= max(2, n_rows // _FEWEST):
            joined = inverse.ravel()
    return joined


def target_sides(
    column: Column, train: Dataset, test: Dataset, vectors: Vectors, settings: Settings
) -> tuple[TargetSides, tuple[str, ...]]:
    """Both sides of one target, and sentences for the user.

    Parameters
    ----------
    column : Column
        Of the training samples and, behind them, of the test samples.
    train, test : Dataset
        All of them.
    vectors : Vectors
        What was encoded.
    settings : Settings
        The seed of the folds.

    Raises
    ------
    InputError
        If nothing can be learned of the target.
    """
    count = len(train)
    own = column.among(np.arange(count))
    other = column.among(np.arange(count, count + len(test)))
    learner = replace(train.take(own.rows), labels=own.labels, quarantined=(), notes=())
    task, notes = _task_of(column, learner)
    asked = replace(test.take(other.rows), labels=other.labels, quarantined=(), notes=())
    lost = task.unanswerable(other.labels)
    tester = asked.set_aside(lost)
    if lost:
        notes += (
            f"{len(lost)} test samples are not used for the target {column.name!r}: "
            f"{next(iter(lost.values()))}.",
        )
    test_rows = np.array([row for place, row in enumerate(other.rows) if place not in lost], int)
    targets = task.encode(own.labels)
    folds = folds_of(task, targets, learner.fingerprints, settings.seed)
    halves = Split(
        Side(learner, targets, vectors.of(learner)),
        Side(tester, task.encode(labels_of(tester)), vectors.of(tester) if len(tester) else {}),
        task,
        folds,
    )
    return TargetSides(column.name, halves, own.rows, test_rows), notes


def _task_of(column: Column, learner: Dataset) -> tuple[Task, tuple[str, ...]]:
    """The task of a column; one class alone is no reason to refuse the others."""
    labels = labels_of(learner)
    task = column.kind.from_labels(labels)
    if isinstance(task, ClassificationTask) and task.n_outputs == 1:
        note = (
            f"The target {column.name!r} is {task.class_names[0]!r} in all {len(labels)} training "
            "samples that have it, so that there is nothing to learn: the model always answers "
            "that. Add samples of another class."
        )
        return task, (note,)
    counted: tuple[str, ...] = ()
    if isinstance(task, ClassificationTask) and _look_counted(task):
        counted = (
            f"The target {column.name!r} holds {task.n_outputs} different whole numbers, which "
            "were taken as classes. To have them predicted as numbers, give "
            f"{column.name}=regression.",
        )
    with _about(column.name):
        said = (*column.kind.check(learner), *conflicting_labels(learner))
    return task, (*counted, *(f"Target {column.name!r}: {one}" for one in said))


def _look_counted(task: ClassificationTask) -> bool:
    """Whether the classes are whole numbers, and more of them than people give to classes."""
    if task.n_outputs <= _FEW_CLASSES:
        return False
    return all(str(one).strip().lstrip("+-").isdecimal() for one in task.classes.tolist())


class _about:  # noqa: N801 - reads as a word in a with statement
    """Say which target an error is about."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, InputError):
            raise InputError(f"The target {self._name!r}: {error}") from error
