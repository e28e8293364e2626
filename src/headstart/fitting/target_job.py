"""The first steps of a fit with several targets: one pass over all samples, and both sides."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headstart.data.dataset import Dataset, Quarantined
from headstart.data.target_columns import Targets
from headstart.fitting.course import Course
from headstart.fitting.job import choose_course, without_shared
from headstart.fitting.settings import Settings
from headstart.fitting.sides import together
from headstart.fitting.target_settings import TargetSettings
from headstart.fitting.target_sides import (
    Column,
    TargetSides,
    read_columns,
    split_rows,
    target_sides,
)
from headstart.fitting.vectors import Vectors
from headstart.fitting.watch import Watch
from headstart.progress import Progress


@dataclass(frozen=True)
class TargetJob:
    """All samples that could be read, encoded, and each target with those that have it.

    Parameters
    ----------
    course : Course
        How the plan is carried out; nothing was learned yet.
    settings : Settings
        What any fit of such samples is asked for.
    vectors : Vectors
        What was encoded.
    learner, tester : Dataset
        Both sides.
    parts : list of TargetSides
        The targets.
    shared : tuple of str
        Training samples that the test set holds too; they are left out.
    quarantined : tuple of Quarantined
        What could not be used.
    notes : tuple of str
        Sentences for the user.
    """

    course: Course
    settings: Settings
    vectors: Vectors
    learner: Dataset
    tester: Dataset
    parts: list[TargetSides]
    shared: tuple[str, ...]
    quarantined: tuple[Quarantined, ...]
    notes: tuple[str, ...]


def begin(targets: Targets, asked: TargetSettings, progress: Progress, watch: Watch) -> TargetJob:
    """Read the columns, encode all samples in one pass, and split them.

    Raises
    ------
    InputError
        If the data make a target impossible.
    SourceError, PlanError
        If the source or the plan cannot be had.
    """
    asked.check_names(targets.names)
    train, test = targets.train, targets.test
    shared: tuple[str, ...] = ()
    if test is not None:
        train, shared = without_shared(train, test)
    whole = train if test is None else together(train, test)
    boundary = len(train)
    columns = read_columns(whole, targets.names, asked.kinds, boundary)
    settings = replace(asked.fit, modality=whole.modality, keeps_samples=False)
    course = choose_course(settings, whole, progress, watch)
    vectors = course.gather(whole)
    kept = np.array([row for row in range(len(whole)) if row not in vectors.failures], int)
    columns = [column.among(kept) for column in columns]
    whole = whole.set_aside(vectors.failures)
    limit = int((kept < boundary).sum())
    rows = np.arange(limit), np.arange(limit, len(whole))
    if test is None:
        rows = split_rows(columns, whole.fingerprints, settings)
    columns = [column.among(np.concatenate(rows)) for column in columns]
    sides = whole.take(rows[0]), whole.take(rows[1])
    with watch.step("read vectors"):
        parts, notes = _parts(columns, sides, vectors, settings)
    told = (*whole.notes, *notes)
    return TargetJob(course, settings, vectors, *sides, parts, shared, whole.quarantined, told)


def _parts(
    columns: list[Column], sides: tuple[Dataset, Dataset], vectors: Vectors, settings: Settings
) -> tuple[list[TargetSides], tuple[str, ...]]:
    """Each target with both of its sides, and sentences for the user."""
    found = [target_sides(column, *sides, vectors, settings) for column in columns]
    return [part for part, _ in found], tuple(note for _, some in found for note in some)
