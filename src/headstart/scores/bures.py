"""Bures distance of covariances, from the samples rather than from square roots of matrices."""

from __future__ import annotations

import numpy as np

from headstart.scores.arguments import Array


def squared_bures(root: Array, other: Array) -> float:
    """Squared Bures distance of two covariances.

    With ``S = A.T @ A`` and ``T = B.T @ B`` the trace of the square root of ``S^1/2 T S^1/2`` is
    the sum of the singular values of ``A @ B.T``. That needs no square root of a singular matrix
    and no more than the smaller of samples and features.

    Parameters
    ----------
    root, other : ndarray of float64, shapes (k, n_features) and (l, n_features)
        ``A`` and ``B``: centred samples over the root of their number, or any other root.

    Returns
    -------
    float
        tr S + tr T - 2 tr (S^1/2 T S^1/2)^1/2, 0 or more.

    References
    ----------
    R. Bhatia, T. Jain and Y. Lim, "On the Bures-Wasserstein distance between positive definite
    matrices", 2019.

    Examples
    --------
    >>> squared_bures(np.array([[3.0]]), np.array([[1.0]]))
    4.0
    """
    first, second = _short(root), _short(other)
    shared = np.linalg.svd(first @ second.T, compute_uv=False).sum()
    return max(float((first**2).sum() + (second**2).sum() - 2 * shared), 0.0)


def _short(root: Array) -> Array:
    """A root of the same covariance with no more rows than features."""
    if len(root) <= root.shape[1]:
        return root
    short: Array = np.linalg.qr(root)[1]
    return short
