"""Blocks of features side by side, dense or sparse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray


def is_sparse(block: Any) -> TypeGuard[Any]:
    """Whether it is a scipy matrix, which is told without importing scipy.

    Examples
    --------
    >>> is_sparse(np.zeros((1, 2)))
    False
    """
    return not isinstance(block, np.ndarray) and hasattr(block, "tocsr")


def joined(blocks: Sequence[Any]) -> NDArray[Any]:
    """Blocks of the same samples side by side.

    Parameters
    ----------
    blocks : sequence of ndarray or csr_matrix, each of shape (n_samples, n_features)
        At least one; all dense or all sparse.

    Returns
    -------
    ndarray or csr_matrix of shape (n_samples, sum of n_features)

    Examples
    --------
    >>> joined([np.zeros((1, 2)), np.ones((1, 1))]).tolist()
    [[0.0, 0.0, 1.0]]
    """
    if is_sparse(blocks[0]):
        from scipy.sparse import hstack

        side_by_side: NDArray[Any] = hstack(blocks, format="csr")
        return side_by_side
    return np.concatenate(blocks, axis=1)
