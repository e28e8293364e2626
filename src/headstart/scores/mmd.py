"""Maximum mean discrepancy: distance of two data sets with no shape assumed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import Array, check_same_features
from headstart.scores.distances import squared_distances
from headstart.scores.sample import ordered_rows

#: Of larger data sets, so many samples of each are compared.
MOST_SAMPLES = 2000


def mmd(source: ArrayLike, target: ArrayLike, seed: int = 0) -> float:
    """Unbiased squared maximum mean discrepancy with a Gaussian kernel.

    The kernel's width is the median distance of two different samples, of both data sets
    together. Of more than 2,000 samples of a data set so many are drawn.

    Parameters
    ----------
    source, target : array_like of float, shapes (n_source, n_features) and (n_target, n_features)
        Features of both by the same network; at least two samples each.
    seed : int
        Of the draw.

    Returns
    -------
    float
        At most 2; lower is closer. About 0, and as often below it as above, if both are drawn from
        the same distribution. Symmetric. Shifting, rotating and scaling both data sets leave it as
        it is.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    A. Gretton, K. M. Borgwardt, M. J. Rasch, B. Schölkopf and A. Smola, "A kernel two-sample
    test", 2012.

    Examples
    --------
    >>> round(mmd([[0.0], [0.0]], [[1.0], [1.0]]), 4)
    0.7869
    """
    first, second = check_same_features(source, target)
    pair = (ordered_rows(first, MOST_SAMPLES, seed), ordered_rows(second, MOST_SAMPLES, seed))
    rows = np.concatenate(pair)
    distances = squared_distances(rows, rows)
    middle = float(np.median(distances[np.triu_indices(len(rows), 1)]))
    if middle == 0:
        # More than half of the pairs are the same sample: the width is that of the others.
        middle = float(distances.mean()) or 1.0
    kernel = np.exp(-distances / (2 * middle))
    n_source = len(pair[0])
    inside = _mean_off_diagonal(kernel[:n_source, :n_source])
    outside = _mean_off_diagonal(kernel[n_source:, n_source:])
    return inside + outside - 2 * float(kernel[:n_source, n_source:].mean())


def _mean_off_diagonal(kernel: Array) -> float:
    n_samples = len(kernel)
    return (float(kernel.sum()) - n_samples) / (n_samples * (n_samples - 1))
