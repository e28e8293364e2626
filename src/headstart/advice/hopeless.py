"""Vectors that tell nothing about the labels, and how that is noticed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headstart.metrics import paired_error_difference


def hopeless(losses: ArrayLike, guess_losses: ArrayLike, source: str) -> str | None:
    """Why there is no point in transferring from a source, if its vectors tell nothing.

    They tell nothing when a linear model on them, judged on samples it had not learned from, is
    not surely better than a guess that looks at no sample: the 95 % interval of the mean gain
    holds 0, or lies below it.

    Parameters
    ----------
    losses : array_like of float, shape (n_samples,)
        Out-of-fold losses of the model (log loss or squared error), 0 or more.
    guess_losses : array_like of float, shape (n_samples,)
        Those of the guess, on the same samples in the same order.
    source : str
        What the sentence calls it.

    Returns
    -------
    str or None
        A sentence with the reason; None where there is hope.

    Raises
    ------
    InputError
        If the losses are empty, differ in length or are below 0.

    Examples
    --------
    >>> hopeless([0.1] * 20, [0.7] * 20, "a") is None
    True
    >>> print(hopeless([0.7, 0.6] * 10, [0.6, 0.7] * 10, "a"))
    Nothing shows that what 'a' computes tells these labels apart: on 20 held-out training \
samples a linear model of it is not measurably better than a guess that looks at no sample.
    """
    gain = paired_error_difference(losses, guess_losses)
    if gain.low > 0:
        return None
    count = np.asarray(losses).size
    how = "worse" if gain.high < 0 else "not measurably better"
    return (
        f"Nothing shows that what {source!r} computes tells these labels apart: on {count:,} "
        f"held-out training samples a linear model of it is {how} than a guess that looks at no "
        "sample."
    )
