"""Area under the ROC curve: does a sample of a class score higher than one that is not?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.arguments import check_probabilities
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import Z95, bounded_figure, mean_interval

Array = NDArray[np.float64]

#: Halvings of 0..1 when a limit is searched; leaves less than rounding does.
HALVINGS = 50


def auroc(targets: ArrayLike, probabilities: ArrayLike) -> Figure | None:
    """Chance that a sample of the class scores higher than a sample of another class.

    Ties count half. With two classes it is the area for the class with code 1; with more, the mean
    of each class against the rest over the classes that the targets hold.

    The interval of one area is Newcombe's score-like interval, which has a width even when the
    ranking is perfect. The areas of several classes are joined by "MOVER" with the correlation
    that DeLong's structural components give; it is taken to be at least ``1 / (n_classes - 1)``,
    as if mistakes were spread evenly over pairs of classes, because perfect areas show none.

    Parameters
    ----------
    targets : array_like of int, shape (n_samples,)
        Class codes 0..n_classes-1.
    probabilities : array_like of float, shape (n_samples, n_classes)
        Rows sum to 1.

    Returns
    -------
    Figure or None
        In 0..1, 0.5 is chance; higher is better. None when the targets hold one class only: there
        is nothing to tell apart, and no number would be true.

    Raises
    ------
    InputError
        If a shape, a code or a probability is not as above.

    References
    ----------
    R. G. Newcombe, "Confidence intervals for an effect size measure based on the Mann-Whitney
    statistic. Part 2", 2006 (method 5); E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson,
    "Comparing the areas under two or more correlated receiver operating characteristic curves",
    1988; G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures", 2008.

    Examples
    --------
    >>> figure = auroc([0, 0, 1, 1], [[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]])
    >>> figure.value, round(figure.low, 2), round(figure.high, 2)
    (0.75, 0.23, 0.97)
    """
    true, table = check_probabilities(targets, probabilities)
    present = np.unique(true)
    if len(present) == 1:
        return None
    classes = np.array([1]) if table.shape[1] == 2 else present
    components = np.empty((len(true), len(classes)))
    values, positives = np.empty(len(classes)), np.empty(len(classes))
    for place, code in enumerate(classes):
        member = true == code
        positives[place] = member.sum()
        values[place], components[:, place] = _area(member, table[:, code])
    lows, highs = _newcombe(values, positives, len(true) - positives)
    low, high = mean_interval(values, lows, highs, _correlation(components))
    return bounded_figure(float(values.mean()), low, high)


def _area(member: NDArray[np.bool_], scores: Array) -> tuple[float, Array]:
    """The area, and how much each sample pulls it up or down (shape (n_samples,))."""
    positives = int(member.sum())
    negatives = len(member) - positives
    components = np.empty(len(member))
    components[member] = _share_below(scores[member], scores[~member])
    components[~member] = 1 - _share_below(scores[~member], scores[member])
    area = float(components[member].mean())
    return area, (components - area) / np.where(member, positives, negatives)


def _share_below(scores: Array, others: Array) -> Array:
    """For each score, the share of the others that lie below it; equals count half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, scores, side="left")
    up_to = np.searchsorted(ordered, scores, side="right")
    return np.asarray((below + up_to) / (2 * len(others)), dtype=np.float64)


def _correlation(components: Array) -> Array:
    n_classes = components.shape[1]
    if n_classes == 1:
        return np.ones((1, 1))
    covariance = components.T @ components
    deviation = np.sqrt(np.diag(covariance))
    scale = np.outer(deviation, deviation)
    found = np.divide(covariance, scale, out=np.zeros_like(scale), where=scale > 0)
    floored = np.clip(found, 1 / (n_classes - 1), 1.0)
    return np.where(np.eye(n_classes, dtype=bool), 1.0, floored)


def _newcombe(areas: Array, positives: Array, negatives: Array) -> tuple[Array, Array]:
    """Limits: the areas under which the one seen lies just 1.96 standard errors away."""
    lows = _limit(areas, np.zeros_like(areas), positives, negatives)
    highs = _limit(areas, np.ones_like(areas), positives, negatives)
    return lows, highs


def _limit(areas: Array, edge: Array, positives: Array, negatives: Array) -> Array:
    inside, outside = areas.copy(), edge.copy()
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        covered = (areas - middle) ** 2 <= Z95**2 * _variance(middle, positives, negatives)
        inside, outside = np.where(covered, middle, inside), np.where(covered, outside, middle)
    return inside


def _variance(area: Array, positives: Array, negatives: Array) -> Array:
    """Hanley and McNeil's variance with both group sizes evened out, as Newcombe does."""
    evened = (positives + negatives) / 2 - 1
    pull = 1 + evened * ((1 - area) / (2 - area) + area / (1 + area))
    return np.asarray(area * (1 - area) * pull / (positives * negatives))
