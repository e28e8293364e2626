"""Calibration: does "90 % sure" come true nine times out of ten?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.figure import Figure
from headstart.metrics.intervals import bounded_figure
from headstart.metrics.outcomes import Outcomes, outcomes
from headstart.metrics.resamples import BLOCK, N_RESAMPLES, Resamples, resample

Array = NDArray[np.float64]

#: Bins of equal width, as Guo et al. have them.
N_BINS = 15


def reliability_bins(
    targets: ArrayLike, probabilities: ArrayLike, n_bins: int = N_BINS
) -> list[dict[str, float]]:
    """Points of the reliability curve.

    Parameters
    ----------
    targets : array_like of int, shape (n_samples,)
        Class codes 0..n_classes-1.
    probabilities : array_like of float, shape (n_samples, n_classes)
        Rows sum to 1.
    n_bins : int
        Bins of equal width over the confidence 0..1; a bin holds its upper end.

    Returns
    -------
    list of dict
        One per bin that holds a sample, by rising confidence: ``confidence`` and ``accuracy``
        (means in 0..1) and ``count``.

    Raises
    ------
    InputError
        If a shape, a code or a probability is not as above.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks",
    2017.

    Examples
    --------
    >>> reliability_bins([0, 1], [[0.75, 0.25], [0.75, 0.25]])
    [{'confidence': 0.75, 'accuracy': 0.5, 'count': 2}]
    """
    samples = outcomes(targets, probabilities)
    bins = _bins(samples, n_bins)
    return [
        {
            "confidence": float(samples.confidences[bins == place].mean()),
            "accuracy": float(samples.correct[bins == place].mean()),
            "count": int((bins == place).sum()),
        }
        for place in np.unique(bins)
    ]


def _bins(samples: Outcomes, n_bins: int) -> NDArray[np.intp]:
    """The bin of each sample, shape (n_samples,)."""
    places = np.ceil(samples.confidences * n_bins).astype(np.intp) - 1
    return np.clip(places, 0, n_bins - 1)


def calibration_error(
    targets: ArrayLike, probabilities: ArrayLike, n_bins: int = N_BINS, seed: int = 0
) -> Figure:
    """Expected calibration error of the predicted class, over bins of equal width.

    The value is the usual one: the mean distance between confidence and accuracy of the bins,
    weighted by their counts. Chance alone makes it positive, more so in small test sets, and
    resampling adds the same once more; the interval takes that back. It reaches down to 0 when
    a perfectly calibrated model would often show as much (samples drawn anew from their own
    confidences); otherwise its lower end is that of the reflected bootstrap. Its upper end is the
    97.5 % point under random weights, less the bias, with one imagined sample in the fullest bin
    that speaks against the model, so that ten samples without a mistake prove little. An imagined
    sample that speaks for it holds down the lower end where every sample is a sure mistake.

    Parameters
    ----------
    targets : array_like of int, shape (n_samples,)
        Class codes 0..n_classes-1.
    probabilities : array_like of float, shape (n_samples, n_classes)
        Rows sum to 1.
    n_bins : int
        Bins of equal width over the confidence 0..1; a bin holds its upper end.
    seed : int
        Seed of the random weights. The order of the rows does not matter.

    Returns
    -------
    Figure
        In 0..1; lower is better.

    Raises
    ------
    InputError
        If a shape, a code or a probability is not as above.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks",
    2017; J. Bröcker and L. A. Smith, "Increasing the reliability of reliability diagrams", 2007
    (samples drawn from their own confidences).

    Examples
    --------
    >>> figure = calibration_error([0, 1, 0, 0], [[0.75, 0.25]] * 4)
    >>> figure.value, figure.low, figure.high < 0.7
    (0.0, 0.0, True)
    """
    samples = outcomes(targets, probabilities)
    drawn = resample(bin_gaps(samples, n_bins), seed)
    return calibration_figure(samples, drawn, n_bins, seed)


def bin_gaps(samples: Outcomes, n_bins: int = N_BINS) -> Array:
    """Correctness less confidence in the column of each sample's bin, (n_samples, n_bins)."""
    gaps = np.zeros((len(samples.correct), n_bins))
    rows = np.arange(len(gaps))
    gaps[rows, _bins(samples, n_bins)] = samples.correct - samples.confidences
    return gaps


def calibration_figure(
    samples: Outcomes, drawn: Resamples, n_bins: int = N_BINS, seed: int = 0
) -> Figure:
    """Calibration error from outcomes and weighted sums of their :func:`bin_gaps`."""
    error = float(np.abs(bin_gaps(samples, n_bins).sum(axis=0)).sum() / len(samples.correct))
    resampled = np.abs(drawn.sums).sum(axis=1) / drawn.totals
    bias = float(resampled.mean()) - error
    better, worse = _with_one_more(samples, drawn, n_bins)
    low = 0.0
    if error > _by_chance(samples, n_bins, seed):
        reflected = 2 * error - float(np.quantile(resampled, 0.975))
        low = min(reflected, float(np.quantile(better, 0.025)) - bias)
    high = float(np.quantile(worse, 0.975)) - bias
    return bounded_figure(error, low, high)


def _by_chance(samples: Outcomes, n_bins: int, seed: int) -> float:
    """The error that perfectly calibrated confidences stay under 39 times out of 40."""
    # A stream of its own: the weights must not depend on these draws.
    random = np.random.default_rng([seed, 1])
    count = len(samples.correct)
    # The outcomes are ordered by confidence, so that each bin is one run of samples.
    starts = np.unique(_bins(samples, n_bins), return_index=True)[1]
    expected = np.add.reduceat(samples.confidences, starts)
    step, errors = max(1, BLOCK // count), []
    for start in range(0, N_RESAMPLES, step):
        draws = random.random((min(step, N_RESAMPLES - start), count), dtype=np.float32)
        hits = np.add.reduceat(draws < samples.confidences, starts, axis=1, dtype=np.int64)
        errors.append(np.abs(hits - expected).sum(axis=1) / count)
    return float(np.quantile(np.concatenate(errors), 0.975))


def _with_one_more(samples: Outcomes, drawn: Resamples, n_bins: int) -> tuple[Array, Array]:
    """Resampled errors with one more sample that makes the fullest bin look better, or worse."""
    bins = _bins(samples, n_bins)
    fullest = int(np.bincount(bins).argmax())
    confidence = float(samples.confidences[bins == fullest].mean())
    gap = drawn.sums[:, fullest]
    if_wrong = np.abs(gap - drawn.spare * confidence)
    if_right = np.abs(gap + drawn.spare * (1 - confidence))
    others = np.abs(drawn.sums).sum(axis=1) - np.abs(gap)
    total = drawn.totals + drawn.spare
    better = (others + np.minimum(if_wrong, if_right)) / total
    return better, (others + np.maximum(if_wrong, if_right)) / total
