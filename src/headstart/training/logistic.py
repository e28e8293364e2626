"""Penalised logistic regression by scikit-learn, along a path of penalties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.linear_head import LinearHead
from headstart.training.standardised import Standardised

#: Enough for the penalties that validation prefers; weaker ones would go on for thousands.
MOST_ITERATIONS = 200


class PenaltyPath:
    """Heads of the same samples under one penalty after the other, each starting from the last.

    The vectors are standardised; see :class:`~headstart.training.standardised.Standardised`.

    Parameters
    ----------
    vectors : ndarray or csr_matrix of shape (n_samples, n_features)
        Pooled vectors, or frequencies of n-grams.
    codes : ndarray of shape (n_samples,)
        Classes, 0 to n_classes - 1; not every class need occur, two at least must.
    n_classes : int
        Columns of the head; a class that does not occur gets a score that never wins.
    class_weight : {"balanced"} or None
        As in scikit-learn.
    most_iterations : int
        Of the solver for one penalty.

    Examples
    --------
    >>> path = PenaltyPath(np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1]), 2)
    >>> path.fit(1.0).probabilities(np.array([[3.0]])).argmax()
    np.int64(1)
    """

    def __init__(
        self,
        vectors: NDArray[Any],
        codes: NDArray[Any],
        n_classes: int,
        class_weight: str | None = None,
        most_iterations: int = MOST_ITERATIONS,
    ) -> None:
        from sklearn.linear_model import LogisticRegression

        self._standard = Standardised.of(vectors)
        self._codes, self._n_classes = codes, n_classes
        self._model = LogisticRegression(
            max_iter=most_iterations, class_weight=class_weight, warm_start=True
        )

    def fit(self, inverse_penalty: float) -> LinearHead:
        """The head under scikit-learn's ``C = inverse_penalty / n_features``.

        The number of features is the mean squared length of a standardised vector; for sparse
        vectors that length itself is taken.
        """
        import warnings

        from sklearn.exceptions import ConvergenceWarning

        self._model.set_params(C=inverse_penalty / self._standard.size)
        with warnings.catch_warnings():
            # An unfinished fit under a weak penalty is a candidate like any: validation decides.
            warnings.simplefilter("ignore", ConvergenceWarning)
            # Few samples of many classes are what we are for; with one or two samples a class
            # scikit-learn suspects that they are measurements, but it is no regression.
            warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
            self._model.fit(self._standard.vectors, self._codes)
        return LinearHead(self._standard.mean, self._standard.scale, *self._columns())

    def _columns(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """One column of weights a class, whatever scikit-learn makes of two classes."""
        coefficients, bias = self._model.coef_, self._model.intercept_
        present = self._model.classes_
        if len(present) == 2:
            coefficients = np.concatenate([-coefficients, coefficients]) / 2.0
            bias = np.concatenate([-bias, bias]) / 2.0
        weights = np.zeros((len(self._standard.mean), self._n_classes))
        scores = np.full(self._n_classes, _NEVER)
        weights[:, present] = self._standard.back(coefficients.T)
        scores[present] = bias
        return weights, scores


#: Score of a class that does not occur.
_NEVER = -1e3


@dataclass(frozen=True)
class ConstantPath:
    """The head of samples that are all of one class, under any penalty.

    Parameters
    ----------
    n_features : int
        Length of the vectors, which say nothing.
    code : int
        The class.
    n_classes : int
        Columns of the head.

    Examples
    --------
    >>> ConstantPath(1, 1, 2).fit(1.0).probabilities(np.array([[3.0]])).tolist()
    [[0.0, 1.0]]
    """

    n_features: int
    code: int
    n_classes: int

    def fit(self, inverse_penalty: float) -> LinearHead:
        """The head, which no penalty changes."""
        scores = np.full(self.n_classes, _NEVER)
        scores[self.code] = 0.0
        nothing = np.zeros((self.n_features, self.n_classes))
        return LinearHead(np.zeros(self.n_features), np.ones(self.n_features), nothing, scores)
