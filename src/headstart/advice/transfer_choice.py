"""Whether a model with transfer is worth keeping, from samples that neither model learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headstart.errors import InputError
from headstart.metrics.standard_error import standard_error


def is_clearly_better(merits_with: ArrayLike, merits_without: ArrayLike) -> bool:
    """Whether the model with transfer is better by more than the standard error.

    Parameters
    ----------
    merits_with, merits_without : array_like of shape (n_samples,)
        As for :func:`is_clearly_worse`.

    Raises
    ------
    InputError
        If they differ in shape.

    Examples
    --------
    >>> is_clearly_better([1, 1, 0, 1], [0, 0, 0, 1]), is_clearly_better([0, 1], [0, 1])
    (True, False)
    """
    return is_clearly_worse(merits_without, merits_with)


def is_clearly_worse(merits_with: ArrayLike, merits_without: ArrayLike) -> bool:
    """Whether the model without transfer is better by more than the standard error.

    The rule is that of every other choice here: what costs less takes over once the difference is
    larger than its standard error (Breiman, Friedman, Olshen and Stone, *Classification and
    regression trees*, 1984). A tie is no reason to leave what was asked for.

    Parameters
    ----------
    merits_with, merits_without : array_like of shape (n_samples,)
        Higher is better, sample by sample in the same order: whether the answer was right, or an
        absolute error with a minus sign. Fewer than two samples show nothing.

    Raises
    ------
    InputError
        If they differ in shape.

    Examples
    --------
    >>> is_clearly_worse([0, 0, 0, 1], [1, 1, 0, 1]), is_clearly_worse([0, 1], [0, 1])
    (True, False)
    """
    own, other = (np.asarray(one, dtype=np.float64) for one in (merits_with, merits_without))
    if own.shape != other.shape or own.ndim != 1:
        raise InputError(
            f"The merits have shapes {own.shape} and {other.shape}; both must be (n_samples,), of "
            "the same samples in the same order."
        )
    losses = other - own
    # One lone disagreement is as large as its standard error, and rounding must not decide.
    return len(losses) > 1 and bool(losses.mean() > standard_error(losses) * (1 + 1e-9))
