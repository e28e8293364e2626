"""A linear model on every stage of a source, cross-validated in closed form.

Ranking has to cost little beside the pass that computes the vectors. Ridge regression on the
targets (for classes, a column each) has exact held-out residuals from a single decomposition: those
of a fold are ``(I - H)^-1 r`` with the fold's block ``H`` of the hat matrix and its residuals ``r``
(Golub, Heath and Wahba, *Generalized cross-validation as a method for choosing a good ridge
parameter*, 1979, for folds of one sample). So no model is fitted twice, and every penalty is tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.metrics.standard_error import standard_error
from headstart.training.features import is_sparse
from headstart.training.objective import Objective
from headstart.training.probe import Folds
from headstart.training.standardised import times_idf

#: Penalties relative to the mean squared size of a standardised vector.
_PENALTIES = tuple(float(value) for value in 10.0 ** np.arange(-4.0, 2.0))

#: From so many samples on a second thread pays.
_SAMPLES_FOR_THREADS = 500


@dataclass(frozen=True)
class StageFigures:
    """What a linear model on one stage's vectors said of samples that were held out.

    Parameters
    ----------
    stage : str
        Its name.
    losses, merits : ndarray of shape (n_held_out,)
        Of the objective, fold after fold: the same samples for every stage and source.
    """

    stage: str
    losses: NDArray[Any]
    merits: NDArray[Any]

    @property
    def loss(self) -> float:
        """Mean over the samples; lower is better."""
        return float(self.losses.mean())

    @property
    def merit(self) -> float:
        """Mean over the samples; higher is better."""
        return float(self.merits.mean())


def probe_stages(
    features: Mapping[str, NDArray[Any]],
    targets: NDArray[Any],
    objective: Objective,
    folds: Folds,
) -> tuple[StageFigures, ...]:
    """Cross-validate a linear model on each stage.

    Parameters
    ----------
    features : mapping of str to ndarray or csr_matrix of shape (n_samples, n_features)
        Pooled vectors by stage, or frequencies of n-grams.
    targets : ndarray of shape (n_samples,)
        Class numbers, or numbers.
    objective : Objective
        Says what a loss and a merit are.
    folds : sequence of (train_rows, valid_rows)
        At least one.
    """
    from threadpoolctl import threadpool_limits

    # On small matrices the linear algebra would spend its time waking threads up.
    with threadpool_limits(1 if len(targets) < _SAMPLES_FOR_THREADS else None):
        return tuple(
            _figures(stage, _Decomposed.of(vectors), targets, objective, folds)
            for stage, vectors in features.items()
        )


def held_out_scores(
    vectors: NDArray[Any], goals: NDArray[Any], folds: Folds, penalty: float
) -> NDArray[np.float64]:
    """What ridge regression says of each fold's samples, learned from the others.

    The vectors are standardised, and vectors and goals centred, by all samples.

    Parameters
    ----------
    vectors : ndarray of shape (n_samples, n_features)
    goals : ndarray of shape (n_samples, n_outputs)
    folds : sequence of (train_rows, valid_rows)
        Each sample's other rows are its training rows.
    penalty : float
        Relative to the mean squared length of a vector, above 0.

    Returns
    -------
    ndarray of shape (n_held_out, n_outputs)
        Fold after fold.

    Examples
    --------
    >>> vectors, goals = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([[0.0], [1], [2], [3]])
    >>> folds = [(np.array([1, 2, 3]), np.array([0])), (np.array([0, 1, 2]), np.array([3]))]
    >>> held_out_scores(vectors, goals, folds, 1e-9).round(3).ravel().tolist()
    [0.0, 3.0]
    """
    return _Decomposed.of(vectors).held_out(goals, folds, penalty)


@dataclass(frozen=True)
class _Decomposed:
    """Standardised vectors: the eigenvectors and eigenvalues of their products."""

    basis: NDArray[np.float64]
    sizes: NDArray[np.float64]

    @classmethod
    def of(cls, vectors: NDArray[Any]) -> _Decomposed:
        if is_sparse(vectors):
            return cls._of_sparse(vectors)
        x = np.asarray(vectors, dtype=np.float64)
        x = x - x.mean(axis=0)
        spread = x.std(axis=0)
        x = x / np.where(spread > 1e-12, spread, 1.0)
        if x.shape[1] < x.shape[0]:
            sizes, axes = np.linalg.eigh(x.T @ x)
            used = sizes > 1e-10 * max(sizes[-1], 1e-300)
            return cls(x @ (axes[:, used] / np.sqrt(sizes[used])), sizes[used])
        return cls._of_products(x @ x.T)

    @classmethod
    def _of_sparse(cls, vectors: Any) -> _Decomposed:
        """Times their IDF; centred by way of their products, since they would not stay sparse."""
        weighted, _ = times_idf(vectors)
        products = (weighted @ weighted.T).toarray()
        products -= products.mean(axis=0)
        return cls._of_products(products - products.mean(axis=1, keepdims=True))

    @classmethod
    def _of_products(cls, products: NDArray[np.float64]) -> _Decomposed:
        sizes, basis = np.linalg.eigh(products)
        used = sizes > 1e-10 * max(sizes[-1], 1e-300)
        return cls(basis[:, used], sizes[used])

    def held_out(self, goals: NDArray[Any], folds: Folds, penalty: float) -> NDArray[np.float64]:
        n_samples = len(goals)
        mean = goals.mean(axis=0)
        scale = penalty * self.sizes.sum() / max(n_samples, 1)
        shrunk = self.basis * np.sqrt(self.sizes / (self.sizes + scale))
        # A column of ones stands for the intercept: it is orthogonal to centred vectors.
        hat = np.hstack([shrunk, np.full((n_samples, 1), n_samples**-0.5)])
        residuals = goals - mean - shrunk @ (shrunk.T @ (goals - mean))
        parts = []
        for _, rows in folds:
            block = np.eye(len(rows)) - hat[rows] @ hat[rows].T
            parts.append(goals[rows] - np.linalg.solve(block, residuals[rows]))
        return np.concatenate(parts)


def _figures(
    stage: str, vectors: _Decomposed, targets: NDArray[Any], objective: Objective, folds: Folds
) -> StageFigures:
    """Under the penalty with the smallest squared error on the samples held out."""
    rows = np.concatenate([rows for _, rows in folds])
    goals = objective.goals(targets)
    tried = [vectors.held_out(goals, folds, penalty) for penalty in _PENALTIES]
    scores = min(tried, key=lambda one: float(np.square(one - goals[rows]).mean()))
    held_out = targets[rows]
    return StageFigures(
        stage, objective.losses(scores, held_out), objective.merits(scores, held_out)
    )


def prefer_last(stages: Sequence[StageFigures]) -> StageFigures:
    """The last stage, unless another beats it by more than the standard error of the difference.

    Parameters
    ----------
    stages : sequence of StageFigures
        From the first stage to the last; at least one.
    """
    last, best = stages[-1], min(stages, key=lambda one: one.loss)
    gains = last.losses - best.losses
    if len(gains) < 2:
        return last
    return best if float(gains.mean()) > standard_error(gains) else last
