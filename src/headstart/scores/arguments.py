"""What the scores accept, checked in one place."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.errors import InputError
from headstart.metrics.arguments import Codes, check_probability_rows

Array = NDArray[np.float64]

#: Larger numbers would overflow when they are squared and added.
LARGEST = 1e100


def check_features(name: str, features: ArrayLike) -> Array:
    """Feature vectors as a matrix of float64.

    Parameters
    ----------
    name : str
        What the error message calls them.
    features : array_like of float, shape (n_samples, n_features)
        At least two samples, all numbers finite.

    Raises
    ------
    InputError
        If the shape, the type or a value is not so.
    """
    table = _numbers(name, features, "(n_samples, n_features)", 2)
    if len(table) < 2 or table.shape[1] == 0:
        raise InputError(
            f"The {name} have shape {table.shape}; accepted is (n_samples, n_features) with at "
            "least 2 samples and 1 feature. Give more samples."
        )
    # Adding zero makes one zero of the two: rows that are equal have equal bytes.
    return np.ascontiguousarray(table) + 0.0


def check_labels(labels: ArrayLike | Sequence[Hashable], n_samples: int) -> Codes:
    """Labels as codes 0..n_classes-1 in the order of their first appearance.

    Parameters
    ----------
    labels : array_like or sequence of hashable, shape (n_samples,)
        One label a sample, of at least two classes.
    n_samples : int
        How many there must be.

    Raises
    ------
    InputError
        If there are more or fewer of them, one is missing, or all are the same.
    """
    values = _label_list(labels)
    if len(values) != n_samples:
        raise InputError(
            f"There are {len(values)} labels and {n_samples} samples; each sample needs one label, "
            "in the same order."
        )
    codes: dict[Hashable, int] = {}
    try:
        encoded = [codes.setdefault(value, len(codes)) for value in values]
    except TypeError:
        raise InputError(
            "The labels hold something unhashable, such as a list; accepted are numbers, texts "
            "and the like, one a sample."
        ) from None
    if len(codes) < 2:
        raise InputError(
            f"All labels are {values[0]!r}; a score needs samples of at least two classes. Add "
            "samples of another class."
        )
    return np.array(encoded, dtype=np.intp)


def check_targets(targets: ArrayLike, n_samples: int) -> Array:
    """Numeric targets as a matrix.

    Parameters
    ----------
    targets : array_like of float, shape (n_samples, n_targets)
        Finite; no column constant.
    n_samples : int
        How many rows there must be.

    Raises
    ------
    InputError
        If the shape, the type or a value is not so.
    """
    table = _numbers("targets", targets, "(n_samples, n_targets)", 2)
    if len(table) != n_samples or table.shape[1] == 0:
        raise InputError(
            f"The targets have shape {table.shape} and there are {n_samples} samples; accepted is "
            "a row a sample and at least one column."
        )
    constant = np.flatnonzero((table == table[0]).all(axis=0))
    if len(constant):
        raise InputError(
            f"Column {constant[0]} of the targets is {table[0, constant[0]]} everywhere; there is "
            "nothing to predict in it. Leave it out."
        )
    return table


def check_source_probabilities(probabilities: ArrayLike) -> Array:
    """Probabilities of source classes, checked row by row.

    Parameters
    ----------
    probabilities : array_like of float, shape (n_samples, n_source_classes)
        At least two samples; each row sums to 1.

    Raises
    ------
    InputError
        If the shape, the type or a row is not so.
    """
    table = check_features("source probabilities", probabilities)
    check_probability_rows(table)
    return table


def check_same_features(source: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """Feature vectors of two data sets from the same network.

    Parameters
    ----------
    source, target : array_like of float, shapes (n_source, n_features) and (n_target, n_features)
        At least two samples each.

    Raises
    ------
    InputError
        If either is no such matrix, or their numbers of features differ.
    """
    first = check_features("source features", source)
    second = check_features("target features", target)
    if first.shape[1] != second.shape[1]:
        raise InputError(
            f"The source has {first.shape[1]} features and the target {second.shape[1]}; both must "
            "come from the same stage of the same network."
        )
    return first, second


def check_count(name: str, value: int, least: int) -> int:
    """A whole number that is not too small.

    Parameters
    ----------
    name : str
        What the error message calls it.
    value : int
        The number.
    least : int
        The smallest that is accepted.

    Raises
    ------
    InputError
        If it is smaller or not whole.
    """
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise InputError(f"{name} is {value!r}; accepted are whole numbers from {least}.")
    return int(value)


def check_vector(name: str, values: ArrayLike) -> Array:
    """Finite numbers, one a channel.

    Parameters
    ----------
    name : str
        What the error message calls them.
    values : array_like of float, shape (n_channels,)
        At least one.

    Raises
    ------
    InputError
        If the shape, the type or a value is not so.
    """
    vector = _numbers(name, values, "(n_channels,)", 1)
    if len(vector) == 0:
        raise InputError(f"The {name} are empty; accepted is one number a channel.")
    return vector


def _label_list(labels: ArrayLike | Sequence[Hashable]) -> list[Hashable]:
    shape = getattr(labels, "shape", None)
    if shape is not None and len(shape) != 1:
        raise InputError(
            f"The labels have shape {tuple(shape)}; accepted is one label a sample, (n_samples,)."
        )
    values: list[Hashable] = np.asarray(labels).tolist() if shape else list(labels)  # type: ignore[arg-type]
    # NaN is the one value that differs from itself.
    missing = [row for row, value in enumerate(values) if value is None or value != value]
    if missing:
        raise InputError(
            f"The label of row {missing[0]} is {values[missing[0]]}; every sample needs a label. "
            "Leave out those without."
        )
    return values


def _numbers(name: str, values: ArrayLike, shape: str, n_axes: int) -> Array:
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(
            f"The {name} have rows of different lengths; accepted is shape {shape}."
        ) from None
    if array.ndim != n_axes or array.dtype.kind not in "biuf":
        raise InputError(
            f"The {name} have shape {array.shape} and type {array.dtype}; accepted are numbers of "
            f"shape {shape}."
        )
    table = array.astype(np.float64)
    # Written so that NaN counts as wrong.
    bad = np.argwhere(~(np.abs(table) < LARGEST))
    if len(bad):
        place = tuple(int(index) for index in bad[0])
        raise InputError(
            f"The {name} hold {table[place]} at row {place[0]}; accepted are finite numbers below "
            f"{LARGEST:g} in size. Leave such samples out."
        )
    return table
