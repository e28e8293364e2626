"""BatchNorm gap: how far the target is from the source, without any of the source's data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from headstart.errors import InputError
from headstart.scores.arguments import Array, check_vector
from headstart.scores.bhattacharyya import bhattacharyya

#: What BatchNorm adds to a variance before it divides by its root.
EPSILON = 1e-5

Statistics = Sequence[tuple[ArrayLike, ArrayLike]]


def batch_norm_gap(source: Statistics, target: Statistics) -> float:
    """Mean distance between what source and target look like to each BatchNorm channel.

    A network with BatchNorm carries, for every channel of every such layer, the mean and the
    variance that its source data had there. The target's are measured in one pass. Each channel
    counts with the Bhattacharyya distance of the two Gaussians; the gap is the mean over the
    channels of a layer, and then over the layers. (The Kullback-Leibler divergence would be ruled
    by channels that are silent on one side: it grows with the ratio of the variances, this with
    its logarithm.)

    Parameters
    ----------
    source, target : sequence of (mean, variance)
        One pair a layer, both array_like of float, shape (n_channels,), of the inputs of the layer.
        Variances are 0 or more.

    Returns
    -------
    float
        0 or more; lower is closer. 0 only where all statistics are equal. Symmetric.

    Raises
    ------
    InputError
        If there is no layer, the layers do not match, or a value is not as above.

    References
    ----------
    A. Bhattacharyya, "On a measure of divergence between two statistical populations defined by
    their probability distributions", 1943; on BatchNorm statistics as a description of the domain:
    Y. Li et al., "Revisiting batch normalization for practical domain adaptation", 2016.

    Examples
    --------
    >>> batch_norm_gap([([0.0, 0.0], [1.0, 1.0])], [([0.0, 0.0], [1.0, 1.0])])
    0.0
    >>> round(batch_norm_gap([([0.0], [1.0])], [([2.0], [1.0])]), 3)
    0.5
    """
    if len(source) != len(target) or len(source) == 0:
        raise InputError(
            f"There are {len(source)} layers of the source and {len(target)} of the target; "
            "accepted is the same number of both, at least one. Read both from the same network."
        )
    gaps = [
        _layer_gap(place, _checked(place, "source", *one), _checked(place, "target", *other))
        for place, (one, other) in enumerate(zip(source, target, strict=True))
    ]
    return float(np.mean(gaps))


def _layer_gap(place: int, source: tuple[Array, Array], target: tuple[Array, Array]) -> float:
    if len(source[0]) != len(target[0]):
        raise InputError(
            f"Layer {place} has {len(source[0])} channels in the source and {len(target[0])} in "
            "the target; accepted is the same number. Read both from the same network."
        )
    return float(bhattacharyya(*source, *target).mean())


def _checked(place: int, side: str, mean: ArrayLike, variance: ArrayLike) -> tuple[Array, Array]:
    """Mean and variance of a layer, the variance as BatchNorm uses it."""
    means = check_vector(f"{side} means of layer {place}", mean)
    variances = check_vector(f"{side} variances of layer {place}", variance)
    if len(means) != len(variances) or variances.min() < 0:
        raise InputError(
            f"The {side} of layer {place} has {len(means)} means and {len(variances)} variances, "
            f"the least {variances.min():g}; accepted is one of both a channel, variances from 0."
        )
    return means, variances + EPSILON
