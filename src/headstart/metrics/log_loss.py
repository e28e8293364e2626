"""Log loss: how surprised the probabilities are by the truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headstart.metrics.figure import Figure
from headstart.metrics.intervals import bounded_figure
from headstart.metrics.outcomes import Outcomes, outcomes
from headstart.metrics.resamples import Resamples, resample


def log_loss(targets: ArrayLike, probabilities: ArrayLike, seed: int = 0) -> Figure:
    """Mean negative natural logarithm of the probability given to the true class.

    Probabilities are clipped to at least 2.2e-16, as scikit-learn does.

    The interval is Gaffke's: random weights on the samples and on one imagined sample. For the
    upper end that sample is a mistake at the model's usual confidence (or the worst loss seen, if
    that is more), for the lower end it is a loss of 0. For right-or-wrong losses this is the
    interval of Clopper and Pearson; a test set without a mistake gets the width that the rule of
    three asks for, where a bootstrap would call a few lucky samples certain.

    Parameters
    ----------
    targets : array_like of int, shape (n_samples,)
        Class codes 0..n_classes-1.
    probabilities : array_like of float, shape (n_samples, n_classes)
        Rows sum to 1.
    seed : int
        Seed of the random weights. The order of the rows does not matter.

    Returns
    -------
    Figure
        0 or more; lower is better.

    Raises
    ------
    InputError
        If a shape, a code or a probability is not as above.

    References
    ----------
    N. Gaffke, "Three test statistics for a nonparametric one-sided hypothesis on the mean of a
    nonnegative variable", 2005; E. Learned-Miller and P. S. Thomas, "A new confidence interval for
    the mean of a bounded random variable", 2020.

    Examples
    --------
    >>> figure = log_loss([0, 1], [[0.8, 0.2], [0.4, 0.6]])
    >>> round(figure.value, 3), figure.low < 0.3 < figure.high
    (0.367, True)
    """
    samples = outcomes(targets, probabilities)
    return log_loss_figure(samples, resample(samples.losses[:, None], seed))


def log_loss_figure(samples: Outcomes, drawn: Resamples) -> Figure:
    """Log loss from outcomes and weighted sums of their losses (one column)."""
    worst = max(float(samples.losses.max()), float(samples.losses_if_wrong.mean()))
    sums, weight = drawn.sums[:, 0], drawn.totals + drawn.spare
    low = np.quantile(sums / weight, 0.025)
    high = np.quantile((sums + drawn.spare * worst) / weight, 0.975)
    return bounded_figure(float(samples.losses.mean()), float(low), float(high), most=np.inf)
