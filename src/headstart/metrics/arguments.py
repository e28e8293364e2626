"""What the metrics accept, checked in one place."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.errors import InputError

Codes = NDArray[np.intp]

#: How far from 1 a row of probabilities may sum (float32 softmax and text files round).
SUM_TOLERANCE = 1e-3


def check_codes(name: str, codes: ArrayLike, n_classes: int | None = None) -> Codes:
    """Class codes as integers.

    Parameters
    ----------
    name : str
        What the error message calls them.
    codes : array_like of int, shape (n_samples,)
        Whole numbers from 0.
    n_classes : int or None
        Codes must be below it. None: any number of classes.

    Raises
    ------
    InputError
        If they are empty, not one-dimensional, not whole numbers or out of range.
    """
    array = np.asarray(codes)
    if array.ndim != 1 or array.size == 0:
        raise InputError(
            f"The {name} have shape {array.shape}; a metric needs one code per sample, "
            "shape (n_samples,), and at least one sample."
        )
    if array.dtype.kind not in "iub":
        raise InputError(
            f"The {name} have type {array.dtype}; class codes are integers 0..n_classes-1. "
            "Encode the labels first."
        )
    low, high = int(array.min()), int(array.max())
    if low < 0 or (n_classes is not None and high >= n_classes):
        most = "" if n_classes is None else f" to {n_classes - 1}"
        seen = low if low < 0 else high
        raise InputError(
            f"The {name} hold the code {seen}; accepted are codes from 0{most}. "
            "Encode the labels with the classes that the model knows."
        )
    return array.astype(np.intp)


def check_pair(targets: ArrayLike, predictions: ArrayLike) -> tuple[Codes, Codes]:
    """Targets and predictions of the same samples.

    Raises
    ------
    InputError
        If either is no array of class codes, or their lengths differ.
    """
    true, predicted = check_codes("targets", targets), check_codes("predictions", predictions)
    if len(true) != len(predicted):
        raise InputError(
            f"There are {len(true)} targets and {len(predicted)} predictions; each sample needs "
            "one of both, in the same order."
        )
    return true, predicted


def check_probabilities(
    targets: ArrayLike, probabilities: ArrayLike
) -> tuple[Codes, NDArray[np.float64]]:
    """Targets and class probabilities of the same samples.

    Parameters
    ----------
    targets : array_like of shape (n_samples,)
        Class codes.
    probabilities : array_like of shape (n_samples, n_classes)
        Rows within 0..1 that sum to 1.

    Raises
    ------
    InputError
        If a shape, a code or a row is not so.
    """
    table = np.asarray(probabilities, dtype=np.float64)
    if table.ndim != 2:
        raise InputError(
            f"The probabilities have shape {table.shape}; accepted is (n_samples, n_classes), "
            "also for two classes."
        )
    true = check_codes("targets", targets, table.shape[1])
    if len(true) != len(table):
        raise InputError(
            f"There are {len(true)} targets and {len(table)} rows of probabilities; each sample "
            "needs one of both, in the same order."
        )
    check_probability_rows(table)
    return true, table


def check_probability_rows(table: NDArray[np.float64]) -> None:
    """Make sure that each row is a distribution.

    Parameters
    ----------
    table : ndarray of float64, shape (n_samples, n_classes)
        Rows within 0..1 that sum to 1.

    Raises
    ------
    InputError
        If a row is not so.
    """
    # Written so that NaN counts as wrong.
    bad = ~((table >= 0).all(axis=1) & (np.abs(table.sum(axis=1) - 1) <= SUM_TOLERANCE))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"Row {row} of the probabilities is {np.array2string(table[row], threshold=5)}; a row "
            "must be finite, at least 0 and sum to 1. Normalise the rows first."
        )


def check_numbers(
    targets: ArrayLike, predictions: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Targets and predictions of the same samples as finite numbers.

    Parameters
    ----------
    targets, predictions : array_like of float, shape (n_samples,)
        At least one sample.

    Raises
    ------
    InputError
        If an array is empty, not one-dimensional or holds something else than finite numbers, or
        their lengths differ.
    """
    true, predicted = _numbers("targets", targets), _numbers("predictions", predictions)
    if len(true) != len(predicted):
        raise InputError(
            f"There are {len(true)} targets and {len(predicted)} predictions; each sample needs "
            "one of both, in the same order."
        )
    return true, predicted


def _numbers(name: str, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iuf":
        raise InputError(
            f"The {name} have shape {array.shape} and type {array.dtype}; a metric needs one "
            "number per sample, shape (n_samples,), and at least one sample."
        )
    finite = np.isfinite(array)
    if not finite.all():
        row = int(np.flatnonzero(~finite)[0])
        raise InputError(
            f"The {name} hold {array[row]} at row {row}; accepted are finite numbers. Leave such "
            "samples out."
        )
    return array.astype(np.float64)
