"""Whether a data set can be learnt from at all, and what the user should know."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
from headstart.data.numbers import as_numbers
from headstart.errors import InputError

#: From this ratio of largest to smallest class on, the user is told.
_UNEVEN = 10


def check_classification(dataset: Dataset) -> tuple[str, ...]:
    """Refuse what cannot be learnt from, and note what makes it hard.

    Returns
    -------
    tuple of str
        Sentences for the user.

    Raises
    ------
    InputError
        If there is no sample, no label, only one class, or the labels are measurements.

    Examples
    --------
    >>> vectors = np.zeros((3, 2))
    >>> labels = np.array(["cat", "cat", "dog"])
    >>> check_classification(Dataset("embedding", vectors=vectors, labels=labels))
    ("The class 'dog' has one sample: it is learnt from but cannot be tested. Add samples of it.",)
    """
    _refuse_no_sample(dataset, "at least 2 classes with one sample each")
    labels = _labels(dataset)
    _refuse_measurements(labels)
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) == 1:
        raise InputError(
            f"There is only one class, {_shown(classes[0])}, with {counts[0]} samples; a "
            f"classifier needs at least 2 classes. {_set_aside(dataset)}Add samples of another "
            "class, in a class folder of their own."
        )
    return (*_single_notes(classes, counts), *_uneven_notes(classes, counts))


def check_regression(dataset: Dataset) -> tuple[str, ...]:
    """Refuse what no number can be learnt from, and note what makes it pointless.

    Returns
    -------
    tuple of str
        Sentences for the user.

    Raises
    ------
    InputError
        If there are fewer than 2 samples, no label, or labels that are no finite numbers.

    Examples
    --------
    >>> vectors = np.zeros((3, 2))
    >>> check_regression(Dataset("embedding", vectors=vectors, labels=np.array([1.5, 2.0, 2.0])))
    ()
    """
    _refuse_no_sample(dataset, "at least 2 samples")
    targets = as_numbers(_labels(dataset))
    if len(targets) == 1:
        raise InputError(
            f"There is 1 sample; a regression needs at least 2. {_set_aside(dataset)}Add samples."
        )
    if np.ptp(targets) > 0:
        return ()
    return (
        f"All {len(targets)} targets are {targets[0]:g}, so that there is nothing to learn: the "
        "model answers that whatever it is given. Check the column of the labels.",
    )


def _labels(dataset: Dataset) -> NDArray[Any]:
    if dataset.labels is None:
        raise InputError(
            f"The {len(dataset)} samples have no labels. Give a label for each: class folders, a "
            "table with a label column, or a list of labels."
        )
    return dataset.labels


def _refuse_no_sample(dataset: Dataset, needed: str) -> None:
    if len(dataset) == 0:
        raise InputError(
            f"There is no sample to learn from: 0 could be read; {needed} are needed. "
            f"{_set_aside(dataset)}Add samples that can be read."
        )


def _set_aside(dataset: Dataset) -> str:
    if not dataset.quarantined:
        return ""
    first = dataset.quarantined[0]
    return (
        f"{len(dataset.quarantined)} inputs were set aside, the first being '{first.input}': "
        f"{first.reason}. "
    )


def _refuse_measurements(labels: NDArray[Any]) -> None:
    if labels.dtype.kind == "f" and not np.array_equal(labels, np.rint(labels)):
        odd = labels[labels != np.rint(labels)][0]
        raise InputError(
            f"Unknown label type: continuous. The labels hold fractions such as {odd}; a "
            "classifier accepts text or whole numbers. Predict measurements with TransferRegressor "
            "(--task regression), or turn them into classes first."
        )


def _single_notes(classes: NDArray[Any], counts: NDArray[np.intp]) -> list[str]:
    single = [_shown(one) for one in classes[counts == 1]]
    if not single:
        return []
    if len(single) == 1:
        return [
            f"The class {single[0]} has one sample: it is learnt from but cannot be tested. "
            "Add samples of it."
        ]
    more = ", ..." if len(single) > 5 else ""
    return [
        f"{len(single)} classes have one sample each ({', '.join(single[:5])}{more}): they are "
        "learnt from but cannot be tested. Add samples of them."
    ]


def _uneven_notes(classes: NDArray[Any], counts: NDArray[np.intp]) -> list[str]:
    most, least = int(counts.argmax()), int(counts.argmin())
    if counts[most] <= _UNEVEN * counts[least]:
        return []
    return [
        f"The classes are uneven: {_shown(classes[most])} has {counts[most]} samples, "
        f"{_shown(classes[least])} has {counts[least]}. Accuracy alone misleads here; look at "
        "macro F1."
    ]


def _shown(label: Any) -> str:
    return repr(label.item() if isinstance(label, np.generic) else label)
