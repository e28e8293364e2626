"""LogME: how probable the labels are under a Bayesian linear model on the features."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import Array, check_features, check_targets
from headstart.scores.principal import principal_coordinates
from headstart.scores.sample import labelled_sample

#: Targets are taken to be known to one part in 100,000 of their size: without any noise the
#: evidence of a perfect fit has no upper bound.
NOISE = 1e-10
#: Ratios of the two precisions that are tried first, relative to the largest eigenvalue.
GRID = np.logspace(-14, 6, 41)
#: Points of each later grid, whose step is a quarter of the one before, and the number of grids.
ZOOM, ROUNDS = 9, 8


def logme(features: ArrayLike, targets: ArrayLike | Sequence[Hashable]) -> float:
    """Logarithm of the maximum evidence, a sample and a target.

    A linear model without intercept predicts each target from the features; its weights and its
    noise are Gaussian, with precisions alpha and beta that make the targets most probable. Labels
    become one target a class, 1 for its samples and 0 for the others.

    For a given ratio alpha / beta the best beta is known, so the evidence is maximised over the
    ratio alone, on a grid that is refined. The fixed-point iteration of You et al. looks for the
    same maximum and can end in a lesser one.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    targets : array_like, shape (n_samples,) or (n_samples, n_targets)
        One dimension: labels of at least two classes, of any hashable kind. Two dimensions:
        numbers, taken as they are, for regression; centre them if their zero means nothing.

    Returns
    -------
    float
        In nats; higher is better. It depends on the unit of numeric targets and not on that of the
        features. Rotating the features leaves it as it is, shifting them does not.

    Raises
    ------
    InputError
        If a shape or a value is not as above, or all labels or all numbers of a target are the
        same.

    References
    ----------
    K. You, Y. Liu, J. Wang and M. Long, "LogME: practical assessment of pre-trained models for
    transfer learning", 2021.

    Examples
    --------
    >>> features = np.array([[1.0, 0.0], [0.9, 0.1], [0.1, 1.0], [0.0, 0.9]])
    >>> logme(features, ["a", "a", "b", "b"]) > logme(features, ["a", "b", "a", "b"])
    True
    """
    if _is_matrix(targets):
        vectors = check_features("features", features)
        wanted = check_targets(targets, len(vectors))  # type: ignore[arg-type]
    else:
        sample = labelled_sample(features, targets)
        vectors, wanted = sample.features, sample.indicators()
    coordinates = principal_coordinates(vectors, centre=False)
    sizes = (coordinates**2).sum(axis=0)
    explained = (coordinates.T @ wanted) ** 2 / sizes[:, None]
    squares = (wanted**2).sum(axis=0)
    evidences = [
        _maximum_evidence(sizes, column, float(square), len(vectors))
        for column, square in zip(explained.T, squares, strict=True)
    ]
    return float(np.mean(evidences)) / len(vectors)


def _is_matrix(targets: ArrayLike | Sequence[Hashable]) -> bool:
    try:
        return np.ndim(targets) == 2  # type: ignore[arg-type]
    except ValueError:  # rows of different lengths: no matrix, and no labels either
        return False


def _maximum_evidence(sizes: Array, explained: Array, square: float, n_samples: int) -> float:
    """Evidence of one target at the best ratio of the precisions.

    Parameters
    ----------
    sizes : ndarray of shape (n_axes,)
        Eigenvalues of the products of the features.
    explained : ndarray of shape (n_axes,)
        Squared length of the target along each axis.
    square : float
        Squared length of the target.
    n_samples : int
        Its dimensions.
    """
    # Cancellation can leave a little below zero.
    left = max(square - float(explained.sum()), 0.0) + NOISE * square
    ratios = GRID * (float(sizes.max()) if len(sizes) else 1.0)
    for _ in range(ROUNDS):
        kept = ratios[:, None] / (ratios[:, None] + sizes)
        evidences = np.log(kept).sum(axis=1) - n_samples * np.log(left + kept @ explained)
        best = int(evidences.argmax())
        low, high = ratios[max(best - 1, 0)], ratios[min(best + 1, len(ratios) - 1)]
        ratios = np.geomspace(low, high, ZOOM)
    constant = n_samples * (np.log(n_samples) - np.log(2 * np.pi) - 1)
    return float(evidences.max() + constant) / 2
