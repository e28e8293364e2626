"""Fréchet distance of two data sets, taken as Gaussians."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import Array, check_same_features
from headstart.scores.bures import squared_bures
from headstart.scores.sample import ordered_rows
from headstart.scores.shrinkage import ledoit_wolf

#: A smaller share of shrinkage changes nothing but rounding.
NO_SHARE = 1e-8


def frechet_distance(source: ArrayLike, target: ArrayLike, shrink: bool = False) -> float:
    """Squared Fréchet distance of the Gaussians with the data sets' means and covariances.

    Parameters
    ----------
    source, target : array_like of float, shapes (n_source, n_features) and (n_target, n_features)
        Features of both by the same network; at least two samples each.
    shrink : bool
        Whether to shrink both covariances as Ledoit and Wolf do. Without it, the distance of few
        samples in many dimensions is too large, and data sets of different size cannot be compared.

    Returns
    -------
    float
        0 or more, in squared units of the features; lower is closer. Symmetric. Shifting and
        rotating both data sets leave it as it is.

    Raises
    ------
    InputError
        If a shape or a value is not as above.

    References
    ----------
    D. C. Dowson and B. V. Landau, "The Fréchet distance between multivariate normal
    distributions", 1982; M. Heusel et al., "GANs trained by a two time-scale update rule converge
    to a local Nash equilibrium", 2017 (on features of a network, "FID").

    Examples
    --------
    >>> frechet_distance([[0.0], [2.0]], [[3.0], [5.0]])
    9.0
    """
    pair = [ordered_rows(rows) for rows in check_same_features(source, target)]
    apart = ((pair[0].mean(axis=0) - pair[1].mean(axis=0)) ** 2).sum()
    return float(apart) + squared_bures(_root(pair[0], shrink), _root(pair[1], shrink))


def _root(rows: Array, shrink: bool) -> Array:
    """A matrix whose products are the covariance."""
    centred = rows - rows.mean(axis=0)
    root: Array = centred / np.sqrt(len(rows) - 1)
    if not shrink:
        return root
    n_features = rows.shape[1]
    share, variance = ledoit_wolf(centred, n_features)
    if share < NO_SHARE:
        return root
    sphere = share * variance * len(rows) / (len(rows) - 1) * np.eye(n_features)
    shrunk = (1 - share) * root.T @ root + sphere
    return np.linalg.cholesky(shrunk).T.astype(np.float64)
