"""Annotated pictures to learn from and to test with, checked before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from headstart.data import remove_shared
from headstart.data.dataset import Dataset
from headstart.data.packed_masks import packed
from headstart.data.splits import stratified_split
from headstart.errors import InputError
from headstart.fitting.place_settings import PlaceSettings
from headstart.tasks.registry import PLACE_TASKS


@dataclass(frozen=True)
class PlaceSides:
    """Both sides, and what is learned.

    Parameters
    ----------
    task : PlaceTask
        With its classes.
    train, test : Dataset
        Pictures that the task can take.
    shared : tuple of str
        Names of those that stood on both sides, and were taken out of the training side.
    notes : tuple of str
        What the task has to say of the training side.
    """

    task: Any
    train: Dataset
    test: Dataset
    shared: tuple[str, ...]
    notes: tuple[str, ...]


def place_sides(train: Dataset, test: Dataset | None, settings: PlaceSettings) -> PlaceSides:
    """Split where there is no test set, set aside what the task cannot take, and check the rest.

    Parameters
    ----------
    train, test : Dataset
        Pictures whose labels are Boxes or Masks; without a test set, a share is held out.
    settings : PlaceSettings
        Task, share and seed.

    Raises
    ------
    InputError
        If nothing can be learned from, or nothing is left to measure with.
    """
    kind = PLACE_TASKS[settings.task]
    kind.check(train)
    train, test = _read_once(train), None if test is None else _read_once(test)
    train, test, shared = _sides(train, test, settings)
    task = _task_of(kind, train, settings)
    train, test = _answerable(task, train), _answerable(task, test)
    _check_some(train, test)
    _check_test(task, test)
    return PlaceSides(task, train, test, shared, task.check(train))


def _read_once(side: Dataset) -> Dataset:
    """Masks are looked at many times: for their classes, for each view, for each figure."""
    labels = [] if side.labels is None else list(side.labels)
    if not labels or not all(hasattr(one, "codes") for one in labels):
        return side
    return replace(side, labels=packed(labels))


def _task_of(kind: Any, train: Dataset, settings: PlaceSettings) -> Any:
    labels = [] if train.labels is None else list(train.labels)
    if settings.classes is None:
        return kind.from_labels(labels)
    return kind.from_labels(labels, settings.classes)


def _sides(
    train: Dataset, test: Dataset | None, settings: PlaceSettings
) -> tuple[Dataset, Dataset, tuple[str, ...]]:
    """Pictures to learn from and to test with, and the names of those that stood on both sides."""
    if test is not None:
        kept, shared = remove_shared(train, test)
        return kept, test, shared
    if len(set(train.fingerprints)) < 2:
        raise InputError(
            f"There are {len(train)} pictures that differ; at least 2 are needed, one to learn "
            "from and one to test with. Add pictures."
        )
    same = np.zeros(len(train), dtype=np.intp)
    rows, held = stratified_split(same, train.fingerprints, settings.test_fraction, settings.seed)
    return train.take(rows), replace(train.take(held), quarantined=(), notes=()), ()


def _answerable(task: Any, dataset: Dataset) -> Dataset:
    labels = [] if dataset.labels is None else list(dataset.labels)
    return dataset.set_aside(task.unanswerable(labels))


def _check_some(train: Dataset, test: Dataset) -> None:
    for what, side in (("to learn from", train), ("to test with", test)):
        if not len(side):
            reasons = [f"{one.input}: {one.reason}" for one in side.quarantined[:3]]
            why = f" Set aside: {'; '.join(reasons)}." if reasons else ""
            raise InputError(
                f"No picture is left {what}.{why} Accepted is one at least. Correct the "
                "annotations, or add pictures."
            )


def _check_test(task: Any, test: Dataset) -> None:
    """Tell before anything is trained where there is nothing to measure with."""
    try:
        task.check(test)
    except InputError as error:
        raise InputError(f"Of the test pictures: {error}") from error
