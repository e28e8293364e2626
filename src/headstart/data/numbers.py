"""Labels that are to be numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError

_NEXT_STEP = (
    "Correct it or leave the sample out; if the labels are classes, use TransferClassifier "
    "(--task classification)."
)


def as_numbers(labels: NDArray[Any]) -> NDArray[np.float64]:
    """Labels as float64; text is read as Python reads a number (a table holds text).

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
        Whole numbers, fractions, or text such as "12", "3.5" or "-1e-3".

    Raises
    ------
    InputError
        If one is no finite number, or they are of another kind (True and False, dates).

    Examples
    --------
    >>> as_numbers(np.array(["2", "3.5"])).tolist()
    [2.0, 3.5]
    """
    _refuse_other_kinds(labels)
    values = [_number(label) for label in labels.tolist()]
    wrong = [row for row, value in enumerate(values) if not np.isfinite(value)]
    if wrong:
        raise InputError(
            f"The target of sample {wrong[0]} is {labels.tolist()[wrong[0]]!r} ({len(wrong)} of "
            f"{len(values)} targets are no finite number); accepted are numbers such as 12, 3.5 or "
            f"-1e-3. {_NEXT_STEP}"
        )
    return np.array(values, dtype=np.float64)


def have_fractions(labels: NDArray[Any]) -> bool:
    """Whether all labels are finite numbers and one at least has a fraction.

    Examples
    --------
    >>> have_fractions(np.array(["2", "3.5"])), have_fractions(np.array(["2", "3.0"]))
    (True, False)
    >>> have_fractions(np.array(["3.5", "cat"]))
    False
    """
    try:
        numbers = as_numbers(labels)
    except InputError:
        return False
    return bool((numbers != np.rint(numbers)).any())


def _refuse_other_kinds(labels: NDArray[Any]) -> None:
    if labels.dtype.kind not in "iufUO":
        raise InputError(
            f"The targets are of type {labels.dtype}; a regression predicts numbers. {_NEXT_STEP}"
        )


def _number(label: Any) -> float:
    """The number, or NaN where it is none."""
    try:
        return float("nan") if isinstance(label, bool) else float(label)
    except (TypeError, ValueError, OverflowError):
        return float("nan")
