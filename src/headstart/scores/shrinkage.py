"""How far a covariance is drawn towards a sphere when there are few samples."""

from __future__ import annotations

from headstart.scores.arguments import Array

#: Relative differences below this come from rounding.
ROUNDING = 1e-12


def ledoit_wolf(rows: Array, n_features: int) -> tuple[float, float]:
    """Shrinkage of the covariance of centred rows.

    Parameters
    ----------
    rows : ndarray of float64, shape (n_samples, n_axes)
        Centred, in any orthogonal coordinates that hold all their variance.
    n_features : int
        Dimensions of the space that they lie in, at least ``n_axes``.

    Returns
    -------
    share : float
        In 0..1: the covariance becomes ``(1 - share) * S + share * variance * I``, with ``S`` the
        products divided by the number of samples.
    variance : float
        Mean variance over the ``n_features`` dimensions.

    References
    ----------
    O. Ledoit and M. Wolf, "A well-conditioned estimator for large-dimensional covariance
    matrices", 2004.

    Examples
    --------
    >>> import numpy as np
    >>> share, variance = ledoit_wolf(np.array([[1.0], [-1.0]]), 2)
    >>> share, variance
    (0.0, 0.5)
    """
    n_samples = len(rows)
    squares = (rows**2).sum(axis=1)
    variance = float(squares.sum()) / (n_samples * n_features)
    products = rows.T @ rows if rows.shape[1] < n_samples else rows @ rows.T
    size = float((products**2).sum()) / n_samples**2
    spread = (float((squares**2).mean()) - size) / n_samples
    distance = size - n_features * variance**2
    # A covariance that is a sphere but for rounding, such as that of one feature, is left alone.
    if spread <= 0 or distance <= ROUNDING * size:
        return 0.0, variance
    return min(spread / distance, 1.0), variance
