"""The standard error of a mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def standard_error(values: NDArray[Any]) -> float:
    """Of the mean; infinite for fewer than two values.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Independent ones.

    Returns
    -------
    float
        ``s / sqrt(n)``, at least 0, with ``s`` the deviation that divides by ``n - 1``.

    Examples
    --------
    >>> standard_error(np.array([0.0, 2.0]))
    1.0
    """
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("inf")
