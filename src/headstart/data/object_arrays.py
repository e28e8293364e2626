"""Labels that are no numbers and no text, in an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def as_objects(values: Sequence[Any]) -> NDArray[Any]:
    """An array of shape (n,) of dtype object that holds the values as they are.

    ``np.array`` would look into values that are sequences themselves.

    Examples
    --------
    >>> as_objects([[1, 2], [3, 4]]).shape
    (2,)
    """
    array = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        array[place] = value
    return array
