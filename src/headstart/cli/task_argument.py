"""The ``--task`` argument: what is predicted, or ``auto`` to see it from the labels."""

from __future__ import annotations

from dataclasses import replace

from headstart.data.dataset import Dataset
from headstart.data.numbers import have_fractions
from headstart.errors import InputError
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.registry import TASKS
from headstart.tasks.regression import RegressionTask

AUTO = "auto"


def check_task(text: str) -> None:
    """Refuse a task that there is not.

    Raises
    ------
    InputError
        If it is neither a task nor ``auto``.
    """
    if text not in (AUTO, *TASKS):
        raise InputError(
            f"The task is {text!r}; accepted: {AUTO}, {', '.join(TASKS)}, detect, locate, segment. "
            "Leave --task out to have it seen from the labels."
        )


def choose_task(text: str, train: Dataset, from_table: bool) -> tuple[str, Dataset]:
    """The name of the task, and the data set with a note where it was not asked for.

    Parameters
    ----------
    text : str
        A task or ``auto``.
    train : Dataset
        Labelled samples.
    from_table : bool
        Whether the labels stood in a table; names of class folders are never measurements.

    Returns
    -------
    str
        With ``auto``, regression when the labels of a table are numbers and one of them has a
        fraction, otherwise classification.
    Dataset
        ``train`` itself unless regression was chosen here.
    """
    if text != AUTO:
        return text, train
    if not from_table or train.labels is None or not have_fractions(train.labels):
        return ClassificationTask.name, train
    note = (
        "The labels are numbers with fractions, so they were taken as measurements (regression). "
        f"To take each number as a class instead, give --task {ClassificationTask.name}."
    )
    return RegressionTask.name, replace(train, notes=(*train.notes, note))
