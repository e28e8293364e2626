"""Figures of samples that may carry several labels: each label is a yes or no of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headstart.errors import InputError
from headstart.metrics.auroc import auroc
from headstart.metrics.figure import Figure
from headstart.metrics.intervals import bounded_figure, wilson_interval
from headstart.metrics.resamples import resample
from headstart.metrics.skewed_mean import least_distance, mean_limits

Array = NDArray[np.float64]
_TAILS = (2.5, 97.5)


def multi_label_figures(
    targets: NDArray[np.intp], probabilities: Array, seed: int = 0
) -> dict[str, Figure]:
    """Label accuracy, exact match, macro F1 and, where it is defined, mean AUROC over the labels.

    A sample is one draw: what a model says of its labels is right or wrong together, so intervals
    are taken over samples and not over labels.

    Parameters
    ----------
    targets : ndarray of int, shape (n_samples, n_labels)
        0 or 1.
    probabilities : ndarray of shape (n_samples, n_labels)
        Of a yes, 0..1; from 0.5 on it counts as one.
    seed : int
        For the weights that the interval of macro F1 is drawn with.

    Returns
    -------
    dict of str to Figure
        ``label_accuracy`` (share of right yes and no), ``exact_match`` (share of samples with all
        labels right), ``macro_f1`` (mean over the labels of the F1 of a yes) and ``auroc`` (mean
        over the labels that occur and are missing at least once).

    Raises
    ------
    InputError
        If the shapes differ or there is no sample.

    Examples
    --------
    >>> found = multi_label_figures(np.array([[1, 0], [0, 1]]), np.array([[0.9, 0.2], [0.4, 0.3]]))
    >>> found["label_accuracy"].value, found["exact_match"].value, found["macro_f1"].value
    (0.75, 0.5, 0.5)
    """
    _check(targets, probabilities)
    says = probabilities >= 0.5
    right = says == (targets == 1)
    exact = int(right.all(axis=1).sum())
    low, high = wilson_interval(exact, len(targets))
    figures = {
        "label_accuracy": _share(right.mean(axis=1)),
        "exact_match": Figure(exact / len(targets), float(low), float(high)),
        "macro_f1": _macro_f1(targets == 1, says, seed),
    }
    areas = _areas(targets, probabilities)
    return figures | ({} if areas is None else {"auroc": areas})


def _check(targets: NDArray[np.intp], probabilities: Array) -> None:
    if targets.ndim != 2 or targets.shape != probabilities.shape or not targets.size:
        raise InputError(
            f"The targets have shape {targets.shape} and the probabilities {probabilities.shape}; "
            "both must be (n_samples, n_labels), of one sample and one label at least."
        )


def _share(values: Array) -> Figure:
    """A mean of shares; samples that are all alike still leave a width."""
    value = float(values.mean())
    low, high = mean_limits(values)
    least = least_distance(len(values)) * max(value, 1.0 - value)
    return bounded_figure(value, min(low, value - least), max(high, value + least))


def _macro_f1(targets: NDArray[np.bool_], says: NDArray[np.bool_], seed: int) -> Figure:
    """Its interval is drawn by the Bayesian bootstrap with one imagined mistake a label."""
    hits, sizes = (targets & says).astype(float), targets.astype(float) + says
    value = float(_f1(hits.sum(axis=0), sizes.sum(axis=0)).mean())
    n_labels = targets.shape[1]
    drawn = resample(np.column_stack([hits, sizes]), seed)
    spare = drawn.spare[:, None]
    draws = [
        _f1(drawn.sums[:, :n_labels] + extra, drawn.sums[:, n_labels:] + 2.0 * spare).mean(axis=1)
        for extra in (0.0, spare)
    ]
    low, high = float(np.percentile(draws[0], _TAILS[0])), float(np.percentile(draws[1], _TAILS[1]))
    return bounded_figure(value, min(low, value), max(high, value))


def _f1(hits: Array, sizes: Array) -> Array:
    """A label that neither occurs nor is said is answered as well as it can be."""
    return np.asarray(np.where(sizes > 0, 2.0 * hits / np.where(sizes > 0, sizes, 1.0), 1.0))


def _areas(targets: NDArray[np.intp], probabilities: Array) -> Figure | None:
    """The mean of the labels' areas, with the mean of their limits: they hang together."""
    found = [
        auroc(targets[:, label], np.column_stack([1.0 - one, one]))
        for label, one in enumerate(probabilities.T)
    ]
    areas = [one for one in found if one is not None]
    if not areas:
        return None
    means = (float(np.mean([getattr(one, key) for one in areas])) for key in ("value", "low"))
    value, low = means
    return Figure(value, low, float(np.mean([one.high for one in areas])))
