"""Ridge regression by scikit-learn, along a path of penalties."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headstart.training.linear_head import LinearHead
from headstart.training.standardised import Standardised


class RidgePath:
    """Heads of the same samples under one penalty after the other.

    The vectors are standardised; see :class:`~headstart.training.standardised.Standardised`.

    Parameters
    ----------
    vectors : ndarray or csr_matrix of shape (n_samples, n_features)
        Pooled vectors, or frequencies of n-grams.
    targets : ndarray of shape (n_samples,)
        Numbers.

    Examples
    --------
    >>> path = RidgePath(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]))
    >>> path.fit(1e6).scores(np.array([[3.0]])).round(3).tolist()
    [[7.0]]
    """

    def __init__(self, vectors: NDArray[Any], targets: NDArray[Any]) -> None:
        self._standard = Standardised.of(vectors)
        self._targets = targets

    def fit(self, inverse_penalty: float) -> LinearHead:
        """The head under scikit-learn's ``alpha = n_features / inverse_penalty``.

        That is the ``1 / C`` of the logistic regression. With it the best inverse penalty is the
        ratio of signal to noise in the targets, whatever their unit and the number of features.
        For sparse vectors the mean squared length stands for that number.
        """
        from sklearn.linear_model import Ridge

        standard = self._standard
        model = Ridge(alpha=standard.size / inverse_penalty)
        model.fit(standard.vectors, self._targets)
        weights = standard.back(model.coef_[:, None])
        return LinearHead(standard.mean, standard.scale, weights, np.array([model.intercept_]))
