"""A linear model's probabilities for samples that it was not fitted to."""

from __future__ import annotations

import warnings

import numpy as np

from headstart.scores.arguments import Array
from headstart.scores.principal import principal_coordinates
from headstart.scores.sample import Sample, dealt

#: Principal axes that the model sees.
N_AXES = 128
#: Strengths of regularisation that are tried (scikit-learn's ``C``), features having mean square 1.
STRENGTHS = (0.003, 0.03, 0.3, 3.0)
#: When a fit ends: the gradient, and the number of steps.
TOLERANCE, MOST_STEPS = 1e-3, 100


def out_of_fold(sample: Sample, n_folds: int, seed: int) -> Array:
    """Cross-validated probabilities of logistic regression.

    The principal axes come from all samples, without their labels. Each fold is predicted at that
    of four strengths of regularisation which is best for the other folds, so that no sample has a
    say in the strength of its own prediction.

    Parameters
    ----------
    sample : Sample
        Features and codes.
    n_folds : int
        At least 2; as many as samples if there are fewer.
    seed : int
        Of the folds, in which the classes have their shares.

    Returns
    -------
    ndarray of float64, shape (n_samples, n_classes)
        Above zero; rows sum to 1. One imagined training sample, the same part of every class, keeps
        a class that a fold never saw above zero.
    """
    coordinates = _unit_coordinates(sample.features)
    folds = np.empty(len(sample.codes), dtype=np.intp)
    folds[dealt(sample.codes, seed)] = np.arange(len(folds)) % n_folds
    found = np.empty((len(STRENGTHS), len(folds), sample.n_classes))
    for fold in np.unique(folds):
        inside, held = folds != fold, folds == fold
        training = Sample(coordinates[inside], sample.codes[inside])
        found[:, held] = _predicted(training, coordinates[held], sample.n_classes)
    likelihoods = np.log(found[:, np.arange(len(folds)), sample.codes])
    by_fold = np.stack([np.bincount(folds, weights=row) for row in likelihoods])
    best = (by_fold.sum(axis=1, keepdims=True) - by_fold).argmax(axis=0)
    chosen: Array = found[best[folds], np.arange(len(folds))]
    return chosen


def _unit_coordinates(features: Array) -> Array:
    """Principal coordinates with mean square 1; one column of zeros if there are none."""
    coordinates = principal_coordinates(features, N_AXES)
    if coordinates.shape[1] == 0:
        return np.zeros((len(features), 1))
    unit: Array = coordinates / np.sqrt((coordinates**2).mean())
    return unit


def _predicted(training: Sample, held: Array, n_classes: int) -> Array:
    """Probabilities at each strength, (n_strengths, n_held, n_classes)."""
    present = np.unique(training.codes)
    found = np.zeros((len(STRENGTHS), len(held), n_classes))
    found[:, :, present] = 1.0 if len(present) == 1 else _path(training, held)
    # One imagined sample more than there are.
    n_samples = len(training.codes)
    return (n_samples * found + 1 / n_classes) / (n_samples + 1)


def _path(training: Sample, held: Array) -> Array:
    """Probabilities of the classes that the training sample has, at each strength."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(tol=TOLERANCE, max_iter=MOST_STEPS, warm_start=True)
    found = []
    with warnings.catch_warnings():
        # A probe that is still improving a little after many steps will do.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for strength in STRENGTHS:
            model.set_params(C=strength).fit(training.features, training.codes)
            found.append(model.predict_proba(held))
    return np.stack(found)
