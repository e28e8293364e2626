"""Split samples so that the same content never stands on both sides."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.errors import InputError

Rows = NDArray[np.intp]


def stratified_split(
    labels: NDArray[Any], groups: Sequence[Hashable], test_fraction: float, seed: int
) -> tuple[Rows, Rows]:
    """Choose test samples, class by class.

    A group (samples of the same content) belongs to the class that most of its samples carry, the
    smaller label on a tie. Each class with two groups or more has one at least on either side; a
    class with one group is trained on.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
        Class labels.
    groups : sequence of n_samples hashable values
        Equal values stay on one side; fingerprints, usually.
    test_fraction : float
        Above 0 and below 1.
    seed : int
        The same seed gives the same split.

    Returns
    -------
    train_rows, test_rows : ndarray of shape (n_train,), (n_test,)
        Ascending; together they are all rows.

    Raises
    ------
    InputError
        If the fraction is out of range or labels and groups differ in number.

    Examples
    --------
    >>> labels = np.array(["a", "a", "a", "b", "b", "b"])
    >>> train, test = stratified_split(labels, range(6), test_fraction=0.34, seed=0)
    >>> labels[test].tolist()
    ['a', 'b']
    """
    if not 0 < test_fraction < 1:
        raise InputError(
            f"The test fraction is {test_fraction!r}; accepted is a number above 0 and below 1, "
            "such as 0.2."
        )
    group_of_row, sizes, class_of_group = _group(labels, groups)
    rng = np.random.default_rng(seed)
    in_test = np.zeros(len(sizes), dtype=bool)
    for members in _members(class_of_group, rng):
        if len(members) > 1:
            in_test[_choose(members, sizes[members], test_fraction)] = True
    row_in_test = in_test[group_of_row]
    return np.flatnonzero(~row_in_test), np.flatnonzero(row_in_test)


def stratified_folds(
    labels: NDArray[Any], groups: Sequence[Hashable], n_folds: int, seed: int
) -> list[tuple[Rows, Rows]]:
    """Folds for cross-validation, class by class.

    Groups count as in :func:`stratified_split`. There are fewer folds when a class has fewer
    groups, but 2 at least; a class with one group is trained on in every fold. Every other class is
    validated in every fold.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
        Class labels.
    groups : sequence of n_samples hashable values
        Equal values stay on one side.
    n_folds : int
        At least 2.
    seed : int
        The same seed gives the same folds.

    Returns
    -------
    list of (train_rows, valid_rows)
        Ascending rows, shapes (n_train,) and (n_valid,).

    Raises
    ------
    InputError
        If ``n_folds`` is below 2, or no class has two groups.

    Examples
    --------
    >>> folds = stratified_folds(np.array([0, 0, 0, 1, 1]), range(5), n_folds=5, seed=0)
    >>> len(folds)
    2
    """
    if n_folds < 2:
        raise InputError(f"The number of folds is {n_folds!r}; accepted is 2 or more.")
    group_of_row, sizes, class_of_group = _group(labels, groups)
    per_class = np.bincount(class_of_group)
    enough = per_class[per_class > 1]
    if not len(enough):
        raise InputError(
            f"No class has two different samples ({len(sizes)} different samples in all), so none "
            "can be held out. Add samples: at least 2 for a class."
        )
    n_folds = min(n_folds, int(enough.min()))
    rng = np.random.default_rng(seed)
    fold_of_group = np.full(len(sizes), -1)
    totals = [0] * n_folds
    for members in _members(class_of_group, rng):
        if len(members) > 1:
            fold_of_group[members] = _deal(sizes[members], totals)
    fold_of_row = fold_of_group[group_of_row]
    return [
        (np.flatnonzero(fold_of_row != fold), np.flatnonzero(fold_of_row == fold))
        for fold in range(n_folds)
    ]


def remove_shared(train: Dataset, test: Dataset) -> tuple[Dataset, tuple[str, ...]]:
    """Take out of ``train`` what ``test`` holds too.

    The test set stays as it was given, so that its figures can be compared with published ones.

    Returns
    -------
    train : Dataset
        The samples whose content does not occur in ``test``.
    names : tuple of str
        The samples that were taken out.
    """
    seen = set(test.fingerprints)
    shared = [one in seen for one in train.fingerprints]
    if not any(shared):
        return train, ()
    names = tuple(name for name, is_shared in zip(train.names, shared, strict=True) if is_shared)
    return train.take(row for row, is_shared in enumerate(shared) if not is_shared), names


def conflicting_labels(dataset: Dataset, most: int = 10) -> list[str]:
    """Sentences about samples of the same content under different labels.

    One sentence for each content, and after ``most`` of them one that counts the others.
    """
    if dataset.labels is None:
        return []
    rows_of: dict[bytes, list[int]] = {}
    for row, fingerprint in enumerate(dataset.fingerprints):
        rows_of.setdefault(fingerprint, []).append(row)
    names, labels = dataset.names, dataset.labels.tolist()
    conflicts = [rows for rows in rows_of.values() if len({labels[row] for row in rows}) > 1]
    sentences = [
        _conflict([f"{names[row]} ({labels[row]!r})" for row in rows]) for rows in conflicts[:most]
    ]
    if len(conflicts) > most:
        sentences.append(
            f"{len(conflicts) - most} more contents carry different labels in the same way."
        )
    return sentences


def _conflict(samples: list[str]) -> str:
    more = f" and {len(samples) - 5} more" if len(samples) > 5 else ""
    return (
        f"The same content carries different labels: {', '.join(samples[:5])}{more}. "
        "Keep the right one."
    )


def _group(labels: NDArray[Any], groups: Sequence[Hashable]) -> tuple[Rows, Rows, Rows]:
    """Number of the group for each row; size and class number of each group."""
    if len(labels) != len(groups):
        raise InputError(
            f"There are {len(labels)} labels and {len(groups)} groups; give one group a sample."
        )
    numbers: dict[Hashable, int] = {}
    group_of_row = np.array(
        [numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.intp
    )
    _, class_of_row = np.unique(labels, return_inverse=True)
    n_classes = int(class_of_row.max(initial=-1)) + 1
    # Count each (group, class) pair that occurs; the last after sorting by count is the majority.
    pairs, counts = np.unique(group_of_row * n_classes + class_of_row, return_counts=True)
    order = np.lexsort((-pairs, counts))
    class_of_group = np.zeros(len(numbers), dtype=np.intp)
    class_of_group[pairs[order] // max(n_classes, 1)] = pairs[order] % max(n_classes, 1)
    return group_of_row, np.bincount(group_of_row, minlength=len(numbers)), class_of_group


def _members(class_of_group: Rows, rng: np.random.Generator) -> list[Rows]:
    """Groups of each class, shuffled."""
    order = np.argsort(class_of_group, kind="stable")
    starts = np.flatnonzero(np.diff(class_of_group[order])) + 1
    return [rng.permutation(part) for part in np.split(order, starts) if len(part)]


def _choose(members: Rows, sizes: Rows, fraction: float) -> Rows:
    """Groups that come closest to ``fraction`` of the samples; one at least is left."""
    target = max(1, round(fraction * int(sizes.sum())))
    chosen: list[int] = []
    total = 0
    for place, size in enumerate(sizes.tolist()):
        if total + size <= target and len(chosen) < len(members) - 1:
            chosen.append(place)
            total += size
    return members[chosen] if chosen else members[[int(sizes.argmin())]]


def _deal(sizes: Rows, totals: list[int]) -> Rows:
    """Give the largest group first to the fold that has fewest samples of this class.

    ``totals`` counts the samples of all classes; among equal folds it decides, so that the folds
    stay equally large, and it is kept up to date.
    """
    own = [0] * len(totals)
    folds = np.empty(len(sizes), dtype=np.intp)
    for place in np.argsort(-sizes, kind="stable").tolist():
        fold = min(range(len(own)), key=lambda number: (own[number], totals[number]))
        own[fold] += int(sizes[place])
        totals[fold] += int(sizes[place])
        folds[place] = fold
    return folds
