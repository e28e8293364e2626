"""Log loss: how surprised the probabilities are by the truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headstart.metrics.figure import Figure
from headstart.metrics.intervals import bounded_figure
from headstart.metrics.outcomes import Outcomes, outcomes
from headstart.metrics.skewed_mean import least_distance, loss_limits


def log_loss(targets: ArrayLike, probabilities: ArrayLike) -> Figure:
    """Mean negative natural logarithm of the probability given to the true class.

    Probabilities are clipped to at least 2.2e-16, as scikit-learn does.

    For the interval see :func:`~headstart.metrics.skewed_mean.loss_limits`. Where no sample is
    answered wrongly, its upper end is at least what it would be if as many were as nobody can
    exclude (about 3.7 in ``n_samples``, Clopper and Pearson's limit), at the model's usual
    confidence. A bootstrap would call a few lucky samples certain.

    Parameters
    ----------
    targets : array_like of int, shape (n_samples,)
        Class codes 0..n_classes-1.
    probabilities : array_like of float, shape (n_samples, n_classes)
        Rows sum to 1.

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
    P. Hall, "On the removal of skewness by transformation", 1992; C. J. Clopper and E. S. Pearson,
    "The use of confidence or fiducial limits illustrated in the case of the binomial", 1934.

    Examples
    --------
    >>> figure = log_loss([0, 1], [[0.8, 0.2], [0.4, 0.6]])
    >>> round(figure.value, 3), figure.low < 0.3 < figure.high
    (0.367, True)
    """
    return log_loss_figure(outcomes(targets, probabilities))


def log_loss_figure(samples: Outcomes) -> Figure:
    """Log loss from outcomes."""
    value = float(samples.losses.mean())
    low, high = loss_limits(samples.losses)
    rest = least_distance(len(samples.losses))
    low = min(low, value * (1 - rest))
    if samples.correct.all():
        high = max(high, value + rest * (float(samples.losses_if_wrong.mean()) - value))
    return bounded_figure(value, low, high, most=np.inf)
