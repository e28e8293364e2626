"""Whether a classifier can be learnt from a data set at all, and what the user should know."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.data.dataset import Dataset
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
    _refuse_no_sample(dataset)
    if dataset.labels is None:
        raise InputError(
            f"The {len(dataset)} samples have no labels. Give a label for each: class folders, a "
            "table with a label column, or a list of labels."
        )
    _refuse_measurements(dataset.labels)
    classes, counts = np.unique(dataset.labels, return_counts=True)
    if len(classes) == 1:
        raise InputError(
            f"There is only one class, {_shown(classes[0])}, with {counts[0]} samples; a "
            f"classifier needs at least 2 classes. {_set_aside(dataset)}Add samples of another "
            "class, in a class folder of their own."
        )
    return (*_single_notes(classes, counts), *_uneven_notes(classes, counts))


def _refuse_no_sample(dataset: Dataset) -> None:
    if len(dataset) == 0:
        raise InputError(
            "There is no sample to learn from: 0 could be read; at least 2 classes with one sample "
            f"each are needed. {_set_aside(dataset)}Add samples that can be read."
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
            "classifier accepts text or whole numbers. Turn measurements into classes first."
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
