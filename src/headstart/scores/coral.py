"""CORAL: distance of the covariances of two data sets."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import check_same_features
from headstart.scores.sample import ordered_rows


def coral(source: ArrayLike, target: ArrayLike) -> float:
    """Squared Frobenius distance of the covariances, over 4 times the squared number of features.

    Parameters
    ----------
    source, target : array_like of float, shapes (n_source, n_features) and (n_target, n_features)
        Features of both by the same network; at least two samples each.

    Returns
    -------
    float
        0 or more, in the fourth power of the features' unit; lower is closer. Symmetric. It does
        not see the means. Rotating both data sets leaves it as it is.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    B. Sun and K. Saenko, "Deep CORAL: correlation alignment for deep domain adaptation", 2016.

    Examples
    --------
    >>> coral([[0.0], [2.0]], [[0.0], [4.0]])
    9.0
    """
    first, second = (ordered_rows(rows) for rows in check_same_features(source, target))
    n_features = first.shape[1]
    difference = np.cov(first, rowvar=False) - np.cov(second, rowvar=False)
    return float((difference**2).sum()) / (4 * n_features**2)
