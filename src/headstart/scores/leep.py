"""LEEP: how well the source's own predictions foretell the labels."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from headstart.scores.arguments import check_source_probabilities
from headstart.scores.sample import Sample, labelled_sample


def leep(source_probabilities: ArrayLike, labels: ArrayLike | Sequence[Hashable]) -> float:
    """Mean log-likelihood of the labels under the empirical predictor.

    The predictor draws a source class from the probabilities that the source gives a sample, and
    then a label from those that went with this source class in the data.

    Parameters
    ----------
    source_probabilities : array_like of float, shape (n_samples, n_source_classes)
        What the source says about its own classes; each row sums to 1.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.

    Returns
    -------
    float
        In nats, 0 or less; higher is better. Minus the entropy of the labels if the source tells
        nothing.

    Raises
    ------
    InputError
        If a shape, a row or a label is not as above.

    References
    ----------
    C. V. Nguyen, T. Hassner, M. Seeger and C. Archambeau, "LEEP: a new measure to evaluate
    transferability of learned representations", 2020.

    Examples
    --------
    >>> leep([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], ["a", "a", "b", "b"])
    0.0
    >>> round(leep([[0.5, 0.5]] * 4, ["a", "a", "b", "b"]), 4)
    -0.6931
    """
    table = check_source_probabilities(source_probabilities)
    return expected_prediction(labelled_sample(table, labels))


def expected_prediction(sample: Sample) -> float:
    """LEEP of a sample whose features are probabilities."""
    joint = sample.indicators().T @ sample.features
    mass = joint.sum(axis=0)
    # A source class that is never predicted says nothing about labels.
    conditional = np.divide(joint, mass, out=np.zeros_like(joint), where=mass > 0)
    likelihoods = (conditional[sample.codes] * sample.features).sum(axis=1)
    return min(float(np.log(likelihoods).mean()), 0.0)
