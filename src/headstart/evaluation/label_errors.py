"""Which labels look wrong: those that a model learned from other samples contradicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError

#: With fewer samples of a class cleanlab knows too little of how often it is mistaken.
_FEWEST = 5
#: Where a model is often mistaken, confident learning suspects many labels that are right (75 of
#: 419 chest X-rays of which 74 % are recognised); the surest are worth a look all the same.
_SUREST = 0.9


@dataclass(frozen=True)
class LabelError:
    """A sample whose label looks wrong.

    Parameters
    ----------
    row : int
        Of the arrays that were given.
    name : str
        What the user calls the sample.
    given, likely : int
        Its class, and the class that it looks like.
    confidence : float
        Probability of the likely class, for a model that did not learn from the sample.
    """

    row: int
    name: str
    given: int
    likely: int
    confidence: float


def label_errors(
    probabilities: NDArray[Any], codes: NDArray[Any], names: Sequence[str], most: int = 10
) -> tuple[int, list[LabelError]]:
    """Find labels that look wrong, by confident learning.

    A label is suspected where the model is surer of another class than it usually is of that class,
    and the likely number of mistakes from the one class to the other has room for it. The work is
    cleanlab's (Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset
    labels", 2021). Of its suspects those are kept to which the model gives 0.9 or more.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Of models that did not learn from the sample, in 0..1; rows add up to 1.
    codes : ndarray of shape (n_samples,)
        Given classes, 0 to n_classes - 1.
    names : sequence of str
        What the user calls each sample.
    most : int
        Suspects that are returned, the surest first.

    Returns
    -------
    count : int
        Suspects in all.
    errors : list of LabelError
        By falling confidence; of equal ones the first row comes first.

    Raises
    ------
    InputError
        If the arrays do not fit together.

    Examples
    --------
    >>> sure = np.repeat(np.eye(2) * 0.98 + 0.01, 10, axis=0)
    >>> codes = np.repeat([0, 1], 10)
    >>> codes[3] = 1
    >>> count, errors = label_errors(sure, codes, [f"{row}.jpg" for row in range(20)])
    >>> count, errors[0].name, errors[0].likely
    (1, '3.jpg', 0)
    """
    _check(probabilities, codes, names)
    present, compact = np.unique(codes, return_inverse=True)
    if len(present) < 2 or np.bincount(compact).min() < _FEWEST:
        return 0, []
    shares = np.asarray(probabilities, dtype=np.float64)[:, present]
    shares = shares / shares.sum(axis=1, keepdims=True)
    likely = shares.argmax(axis=1)
    sure = shares.max(axis=1) >= _SUREST
    found = _issues(shares, compact) & (likely != compact) & sure
    rows = sorted(np.flatnonzero(found).tolist(), key=lambda row: -shares[row].max())
    errors = [
        LabelError(
            row, names[row], int(codes[row]), int(present[likely[row]]), float(shares[row].max())
        )
        for row in rows[:most]
    ]
    return len(rows), errors


def _check(probabilities: NDArray[Any], codes: NDArray[Any], names: Sequence[str]) -> None:
    if probabilities.ndim != 2 or not len(probabilities) == len(codes) == len(names):
        raise InputError(
            f"There are probabilities of shape {probabilities.shape}, {len(codes)} codes and "
            f"{len(names)} names; accepted are shape (n_samples, n_classes) and one code and one "
            "name a sample."
        )


def _issues(shares: NDArray[np.float64], codes: NDArray[Any]) -> NDArray[np.bool_]:
    """The verdict of cleanlab on each sample: shape (n_samples,)."""
    from cleanlab.filter import find_label_issues

    # One process: starting others takes longer than the work.
    found = find_label_issues(codes, shares, n_jobs=1, verbose=False)
    return np.asarray(found, dtype=bool)
