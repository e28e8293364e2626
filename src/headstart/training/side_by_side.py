"""Features of several stages as one matrix, dense or sparse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def is_sparse(vectors: Any) -> bool:
    """Whether it is a matrix of scipy, asked without importing it."""
    return hasattr(vectors, "nnz")


def side_by_side(blocks: Sequence[Any]) -> Any:
    """Join features of the same samples.

    Parameters
    ----------
    blocks : sequence of ndarray or sparse matrix, each of shape (n_samples, n_features)
        All dense or all sparse; at least one.

    Returns
    -------
    ndarray or csr_matrix of shape (n_samples, sum of n_features)

    Examples
    --------
    >>> side_by_side([np.array([[1.0]]), np.array([[2.0, 3.0]])]).tolist()
    [[1.0, 2.0, 3.0]]
    """
    if is_sparse(blocks[0]):
        from scipy.sparse import hstack

        return hstack(blocks, format="csr")
    return np.concatenate(blocks, axis=1)
