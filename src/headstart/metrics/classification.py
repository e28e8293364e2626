"""All figures of a classifier at once."""

from __future__ import annotations

from numpy.typing import ArrayLike

from headstart.metrics.accuracy import accuracy
from headstart.metrics.arguments import check_probabilities
from headstart.metrics.auroc import auroc
from headstart.metrics.calibration import bin_gaps, calibration_figure
from headstart.metrics.f1 import macro_f1
from headstart.metrics.figure import Figure
from headstart.metrics.log_loss import log_loss_figure
from headstart.metrics.outcomes import outcomes
from headstart.metrics.resamples import resample


def classification_figures(
    targets: ArrayLike, probabilities: ArrayLike, seed: int = 0
) -> dict[str, Figure]:
    """Accuracy, macro F1, AUROC, log loss and calibration error, each with a 95 % interval.

    The predicted class is the one with the highest probability (the first of equals). Each figure
    is what its own function gives (for the same seed, where it draws random weights).

    Parameters
    ----------
    targets : array_like of int, shape (n_samples,)
        Class codes 0..n_classes-1.
    probabilities : array_like of float, shape (n_samples, n_classes)
        Rows sum to 1.
    seed : int
        Seed of the random weights behind the calibration error.

    Returns
    -------
    dict of str to Figure
        ``accuracy``, ``macro_f1``, ``auroc``, ``log_loss``, ``calibration_error``. ``auroc`` is
        left out when the targets hold one class only.

    Raises
    ------
    InputError
        If a shape, a code or a probability is not as above.

    Examples
    --------
    >>> figures = classification_figures([0, 1], [[0.8, 0.2], [0.4, 0.6]])
    >>> list(figures)
    ['accuracy', 'macro_f1', 'auroc', 'log_loss', 'calibration_error']
    """
    true, table = check_probabilities(targets, probabilities)
    predicted = table.argmax(axis=1)
    samples = outcomes(true, table)
    drawn = resample(bin_gaps(samples), seed)
    area = auroc(true, table)
    return {
        "accuracy": accuracy(true, predicted),
        "macro_f1": macro_f1(true, predicted),
        **({} if area is None else {"auroc": area}),
        "log_loss": log_loss_figure(samples),
        "calibration_error": calibration_figure(samples, drawn, seed=seed),
    }
