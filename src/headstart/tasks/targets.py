"""Columns of targets: what each of them asks for, found from its cells or given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.numbers import have_fractions
from headstart.errors import InputError
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.multi_label import SEPARATORS, MultiLabelTask, as_objects
from headstart.tasks.regression import RegressionTask
from headstart.tasks.task import Task

#: What a column of targets can be, by name.
KINDS: Mapping[str, type[Task]] = {
    task.name: task for task in (ClassificationTask, RegressionTask, MultiLabelTask)
}
AUTO = "auto"
#: More different texts than this, and more than half as many as there are cells, are no classes.
_MOST_CLASSES = 50
_SETS = (list, tuple, set, frozenset)


def kind_named(name: str, column: str) -> type[Task]:
    """The task with that name.

    Raises
    ------
    InputError
        If a column of targets can be no such thing.

    Examples
    --------
    >>> kind_named("regression", "age").__name__
    'RegressionTask'
    """
    if name not in KINDS:
        raise InputError(
            f"The target {column!r} is to be {name!r}; accepted: {AUTO}, {', '.join(KINDS)}. "
            "Correct the name, or leave it out to have it seen from the cells."
        )
    return KINDS[name]


def kind_of(cells: Sequence[Any], column: str) -> str:
    """What a column asks for, by the cells that are not missing.

    Multi-label where a cell is a list or holds ``;`` or ``|``; regression where all are numbers and
    one has a fraction, as everywhere in headstart; classification otherwise.

    Parameters
    ----------
    cells : sequence
        Without those that are missing.
    column : str
        Its name, for the message.

    Raises
    ------
    InputError
        If the cells are texts that hardly ever occur twice.

    Examples
    --------
    >>> kind_of(["a;b", "b"], "tags"), kind_of(["1.5", "2"], "age"), kind_of([0, 1, 1], "car")
    ('multi-label', 'regression', 'classification')
    """
    if any(isinstance(one, _SETS) for one in cells):
        return MultiLabelTask.name
    if any(isinstance(one, str) and any(sign in one for sign in SEPARATORS) for one in cells):
        return MultiLabelTask.name
    plain = plain_labels(cells)
    if len(plain) and have_fractions(plain):
        return RegressionTask.name
    different = len(set(cells))
    if different > _MOST_CLASSES and 2 * different > len(cells):
        raise InputError(
            f"The target {column!r} holds {different} different values in {len(cells)} cells, such "
            f"as {cells[0]!r}, which are too many to be classes. Accepted are classes, numbers, or "
            f"labels with {SEPARATORS[0]!r} between them. Leave the column out, or say what it is: "
            f"{column}=regression."
        )
    return ClassificationTask.name


def plain_labels(cells: Sequence[Any]) -> NDArray[Any]:
    """Cells of classes or numbers as an array of shape (n_cells,).

    Texts and numbers side by side become texts, as they would in a table.

    Examples
    --------
    >>> plain_labels([1, "two"]).tolist(), plain_labels([True, False]).tolist()
    (['1', 'two'], [True, False])
    """
    kinds = {isinstance(one, str) for one in cells}
    if len(kinds) > 1:
        return np.array([str(one) for one in cells], dtype=np.str_)
    array = np.asarray(list(cells)) if len(cells) else np.empty(0, dtype=np.str_)
    return array if array.ndim == 1 else as_objects(cells)
