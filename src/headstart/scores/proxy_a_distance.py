"""Proxy A-distance: how well a linear model tells two data sets apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import check_count, check_same_features
from headstart.scores.out_of_fold import out_of_fold
from headstart.scores.sample import labelled_sample, ordered_rows

#: Of larger data sets, so many samples of each are compared.
MOST_SAMPLES = 1000


def proxy_a_distance(
    source: ArrayLike, target: ArrayLike, n_folds: int = 5, seed: int = 0
) -> float:
    """2 (1 - 2 error) of a cross-validated linear model that tells source from target.

    The model is that of :func:`~headstart.scores.probe.probe`. As many samples are drawn from the
    larger data set as the smaller one has, 1,000 at the most.

    Parameters
    ----------
    source, target : array_like of float, shapes (n_source, n_features) and (n_target, n_features)
        Features of both by the same network; at least two samples each.
    n_folds : int
        At least 2.
    seed : int
        Of the draw and of the folds.

    Returns
    -------
    float
        In 0..2; lower is closer. 0 if the model does no better than chance, 2 if it makes no
        mistake.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    S. Ben-David, J. Blitzer, K. Crammer and F. Pereira, "Analysis of representations for domain
    adaptation", 2007.

    Examples
    --------
    >>> near, far = np.linspace(0, 1, 20)[:, None], np.linspace(5, 6, 20)[:, None]
    >>> proxy_a_distance(near, far), proxy_a_distance(near, near)
    (2.0, 0.0)
    """
    n_parts = check_count("n_folds", n_folds, 2)
    first, second = check_same_features(source, target)
    most = min(len(first), len(second), MOST_SAMPLES)
    drawn = [ordered_rows(rows, most, seed) for rows in (first, second)]
    sample = labelled_sample(np.concatenate(drawn), np.repeat([0, 1], most))
    probabilities = out_of_fold(sample, n_parts, seed)
    margins = probabilities[np.arange(2 * most), sample.codes] - 0.5
    error = float(((margins < 0) + 0.5 * (margins == 0)).mean())
    return max(2 * (1 - 2 * error), 0.0)
