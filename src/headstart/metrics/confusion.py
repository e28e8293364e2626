"""Which class is taken for which."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.arguments import check_codes, check_pair


def confusion_matrix(
    targets: ArrayLike, predictions: ArrayLike, n_classes: int
) -> NDArray[np.int64]:
    """Counts of every pair of true and predicted class.

    Parameters
    ----------
    targets, predictions : array_like of int, shape (n_samples,)
        Class codes 0..n_classes-1.
    n_classes : int
        Number of classes.

    Returns
    -------
    ndarray of int64, shape (n_classes, n_classes)
        Rows are true classes, columns predicted ones.

    Raises
    ------
    InputError
        If the arrays are empty, of different length or hold a code out of range.

    Examples
    --------
    >>> confusion_matrix([0, 1, 1], [0, 1, 0], n_classes=2).tolist()
    [[1, 0], [1, 1]]
    """
    true, predicted = check_pair(targets, predictions)
    for name, codes in (("targets", true), ("predictions", predicted)):
        check_codes(name, codes, n_classes)
    cells = np.bincount(true * n_classes + predicted, minlength=n_classes**2)
    return cells.reshape(n_classes, n_classes).astype(np.int64)
