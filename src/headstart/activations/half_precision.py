"""States are kept as float16: it has all digits of bf16, but not its range."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.activations.encoder import Encoder
from headstart.errors import SourceError

#: The bits of a float16's exponent: all are set in infinities and in what is no number.
_EXPONENT = np.uint16(0x7C00)


def rounded(numbers: ArrayLike, dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """A copy in ``dtype``; what is too large for it becomes infinite without a warning.

    Examples
    --------
    >>> rounded([0.1, 7e4], np.float16)
    array([0.1, inf], dtype=float16)
    """
    with np.errstate(over="ignore"):
        return np.array(numbers, dtype=dtype)


def check_range(row: NDArray[Any], encoder: Encoder) -> None:
    """Refuse a state that float16 cannot hold, rather than store infinities.

    It looks at bits, which takes a tenth of the time of ``np.isfinite``. Rows of another type pass.

    Raises
    ------
    SourceError
        Naming the stage.
    """
    if row.dtype != np.float16 or not row.size:
        return
    if (row.view(np.uint16) & _EXPONENT).max() == _EXPONENT:
        key = encoder.key
        raise SourceError(
            f"The state of {key.source!r} after stage {key.outputs[-1]!r} holds numbers beyond "
            "65504, the largest that is kept of a state (float16). Cut at another stage "
            "(--plan freeze:K), or train all stages (--plan full), which starts from pixels."
        )
