"""How many labels transfer is worth: the learning curves with and without it, side by side."""

from __future__ import annotations

import numpy as np

from headstart.evaluation.power_law import REACH, LabelCount, PowerLaw, label_count

_STEPS = 400


def labels_saved(transfer: PowerLaw, without: PowerLaw, n_labels: int) -> LabelCount:
    """Labels more that it would take without transfer to do as well as with it.

    Parameters
    ----------
    transfer, without : PowerLaw
        Of the two curves.
    n_labels : int
        Labels that there are.

    Returns
    -------
    LabelCount
        Below 0 where fewer labels would do as well without transfer. None where no number of
        labels within reach does.

    Examples
    --------
    >>> def law(delay):
    ...     return PowerLaw(0.5, np.full(3, 0.01), np.full(3, delay), np.full(3, 1.0), 100)
    >>> labels_saved(law(5.0), law(10.0), 100)
    LabelCount(value=100, low=100, high=100)
    """
    needed = without.labels(transfer.errors(n_labels))
    return label_count(needed - n_labels)


def crossing(transfer: PowerLaw, without: PowerLaw, least: int = 1) -> int | None:
    """The number of labels from which the better of the two is the other one.

    Parameters
    ----------
    transfer, without : PowerLaw
        Of the two curves.
    least : int
        Labels from which to look.

    Returns
    -------
    int or None
        The last crossing of the medians within reach; None where one is ahead all along.

    Examples
    --------
    >>> quick = PowerLaw(0.5, np.full(3, 0.2), np.full(3, 2.0), np.full(3, 1.0), 100)
    >>> thorough = PowerLaw(0.5, np.full(3, 0.0), np.full(3, 20.0), np.full(3, 1.0), 100)
    >>> crossing(quick, thorough), crossing(quick, quick)
    (25, None)
    """
    sizes = np.geomspace(least, REACH * max(transfer.largest, without.largest), _STEPS)
    ahead = np.sign([_median(without, size) - _median(transfer, size) for size in sizes])
    turns = np.flatnonzero(ahead[1:] * ahead[:-1] < 0)
    return round(float(sizes[turns[-1] + 1])) if len(turns) else None


def _median(law: PowerLaw, n_labels: float) -> float:
    return float(np.median(law.errors(n_labels)))
