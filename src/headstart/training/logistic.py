"""Penalised logistic regression by scikit-learn, along a path of penalties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.linear_head import LinearHead

_LARGEST_ITERATIONS = 500


def fit_path(
    vectors: NDArray[Any],
    codes: NDArray[Any],
    n_classes: int,
    inverse_penalties: Sequence[float],
    class_weight: str | None = None,
) -> list[LinearHead]:
    """A head for each penalty, from the strongest to the weakest, each starting from the last.

    The vectors are standardised. With more features than samples they are first turned into as
    many coordinates as there are samples: the penalty does not depend on the turn, so the
    head is the same and is found faster.

    Parameters
    ----------
    vectors : ndarray of shape (n_samples, n_features)
        Pooled vectors.
    codes : ndarray of shape (n_samples,)
        Classes, 0 to n_classes - 1; not every class need occur, two at least must.
    n_classes : int
        Columns of the result; a class that does not occur gets a score that never wins.
    inverse_penalties : sequence of float
        scikit-learn's ``C`` per feature: ``C = value / n_features``.
    class_weight : {"balanced"} or None
        As in scikit-learn.

    Returns
    -------
    list of LinearHead
        In the order of ``inverse_penalties``.
    """
    exact = np.asarray(vectors, dtype=np.float64)
    mean = exact.mean(axis=0)
    spread = exact.std(axis=0)
    scale = np.where(spread > 1e-12 * (1.0 + np.abs(mean)), spread, 1.0)
    turned, turn = _turned((exact - mean) / scale)
    order = np.argsort(inverse_penalties)
    n_features = exact.shape[1]
    values = [float(inverse_penalties[place]) / n_features for place in order]
    fitted = _fit_each(turned, codes, values, class_weight)
    heads = [
        LinearHead(mean, scale, *_columns(coefficients, bias, turn, np.unique(codes), n_classes))
        for coefficients, bias in fitted
    ]
    return [heads[place] for place in np.argsort(order)]


def _turned(standard: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Coordinates of the samples in the space that they span, and the way back."""
    n_samples, n_features = standard.shape
    if n_features <= n_samples:
        return standard, None
    values, vectors = np.linalg.eigh(standard @ standard.T)
    kept = values > values[-1] * 1e-12
    if not kept.any():
        return standard, None
    lengths = np.sqrt(values[kept])
    return vectors[:, kept] * lengths, (standard.T @ vectors[:, kept]) / lengths


def _fit_each(
    vectors: NDArray[Any], codes: NDArray[Any], values: Sequence[float], class_weight: str | None
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        max_iter=_LARGEST_ITERATIONS, class_weight=class_weight, warm_start=True
    )
    fitted = []
    with warnings.catch_warnings():
        # An unfinished fit with a weak penalty is a candidate like any other: validation decides.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for value in values:
            model.set_params(C=value).fit(vectors, codes)
            fitted.append((model.coef_.copy(), model.intercept_.copy()))
    return fitted


def _columns(
    coefficients: NDArray[Any],
    bias: NDArray[Any],
    turn: NDArray[Any] | None,
    present: NDArray[Any],
    n_classes: int,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """One column of weights a class, whatever scikit-learn makes of two classes."""
    if len(present) == 2:
        coefficients = np.concatenate([-coefficients, coefficients]) / 2.0
        bias = np.concatenate([-bias, bias]) / 2.0
    back = coefficients.T if turn is None else turn @ coefficients.T
    weights = np.zeros((back.shape[0], n_classes))
    scores = np.full(n_classes, -1e3)
    weights[:, present] = back
    scores[present] = bias
    return weights, scores
