"""TransRate: what the labels tell about the features, in coding rates."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import Array
from headstart.scores.principal import principal_coordinates
from headstart.scores.sample import labelled_sample

#: Allowed distortion of the code.
DISTORTION = 1e-4


def transrate(features: ArrayLike, labels: ArrayLike | Sequence[Hashable]) -> float:
    """Coding rate of all features less the mean coding rate of those of a class.

    The rate of centred features Z with n rows is half the logarithm of the determinant of
    I + Z'Z / (n * 1e-4). Classes count by their number of samples; they are not centred once more.
    The features' total variance is brought to 1 first, because the formula depends on their unit,
    which differs between sources.

    Where there are not many more samples than features it prefers features with many dimensions,
    be they noise.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.

    Returns
    -------
    float
        In nats, 0 or more; higher is better, for the same samples. Shifting, rotating and scaling
        the features as a whole leave it as it is.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    L.-K. Huang, J. Huang, Y. Rong, Q. Yang and Y. Wei, "Frustratingly easy transferability
    estimation", 2022.

    Examples
    --------
    >>> features = np.repeat(np.eye(3), 2, axis=0)
    >>> transrate(features, "aabbcc") > transrate(features, "abcabc")
    True
    """
    sample = labelled_sample(features, labels)
    coordinates = principal_coordinates(sample.features)
    if coordinates.shape[1] == 0:
        return 0.0
    scaled = coordinates / np.sqrt((coordinates**2).sum() / len(coordinates))
    rates = [_coding_rate(scaled[sample.codes == code]) for code in range(sample.n_classes)]
    return max(_coding_rate(scaled) - float(sample.shares @ np.array(rates)), 0.0)


def _coding_rate(rows: Array) -> float:
    n_samples, n_axes = rows.shape
    products = rows @ rows.T if n_samples <= n_axes else rows.T @ rows
    spread = products / (n_samples * DISTORTION)
    return float(np.linalg.slogdet(np.eye(len(spread)) + spread)[1]) / 2
