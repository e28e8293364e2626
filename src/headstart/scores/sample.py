"""Features with their labels, in an order that the values alone decide.

Folds, mixtures and random subsets depend on the order of the rows and on how classes are numbered.
Both are taken from the features themselves, so that neither shuffling the rows nor renaming the
classes changes a score, not even by rounding.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headstart.metrics.arguments import Codes
from headstart.scores.arguments import Array, check_features, check_labels


@dataclass(frozen=True)
class Sample:
    """Features and class codes of the same samples.

    Parameters
    ----------
    features : ndarray of float64, shape (n_samples, n_features)
        A row a sample.
    codes : ndarray of int, shape (n_samples,)
        0..n_classes-1, each at least once.
    """

    features: Array
    codes: Codes

    @property
    def n_classes(self) -> int:
        return int(self.codes.max()) + 1

    @property
    def counts(self) -> Array:
        """Samples of each class, (n_classes,)."""
        return np.bincount(self.codes).astype(np.float64)

    @property
    def shares(self) -> Array:
        """Share of each class, (n_classes,); they sum to 1."""
        return self.counts / len(self.codes)

    def indicators(self) -> Array:
        """One-hot codes, (n_samples, n_classes)."""
        return np.eye(self.n_classes)[self.codes]

    def class_means(self, values: Array) -> Array:
        """Means of ``values`` (n_samples, k) within each class, (n_classes, k)."""
        means: Array = (self.indicators().T @ values) / self.counts[:, None]
        return means

    def take(self, rows: NDArray[np.intp]) -> Sample:
        """These rows; classes that have none left are no more."""
        return Sample(self.features[rows], np.unique(self.codes[rows], return_inverse=True)[1])


def labelled_sample(features: ArrayLike, labels: ArrayLike | Sequence[Hashable]) -> Sample:
    """Check features and labels and bring them into an order of their own.

    Parameters
    ----------
    features : array_like of float, shape (n_samples, n_features)
        Finite numbers; at least two samples.
    labels : array_like or sequence of hashable, shape (n_samples,)
        At least two classes.

    Raises
    ------
    InputError
        If they are not so.

    Examples
    --------
    >>> one = labelled_sample([[1.0], [2.0], [3.0]], ["a", "a", "b"])
    >>> other = labelled_sample([[3.0], [1.0], [2.0]], [0, 1, 1])
    >>> (one.features == other.features).all(), (one.codes == other.codes).all()
    (np.True_, np.True_)
    """
    vectors = check_features("features", features)
    codes = check_labels(labels, len(vectors))
    places = row_ranks(vectors)
    members = [tuple(np.sort(places[codes == code])) for code in range(int(codes.max()) + 1)]
    ranks = np.empty(len(members), dtype=np.intp)
    ranks[sorted(range(len(members)), key=members.__getitem__)] = np.arange(len(members))
    renamed = ranks[codes]
    order = np.lexsort((renamed, places))
    return Sample(vectors[order], renamed[order])


def row_ranks(vectors: Array) -> NDArray[np.intp]:
    """Place of each row among the distinct rows, in the order of their bytes, (n_samples,)."""
    width = vectors.dtype.itemsize * vectors.shape[1]
    rows = np.ascontiguousarray(vectors).view(np.dtype((np.void, width))).ravel()
    order = np.argsort(rows, kind="stable")
    ordered = vectors[order]
    starts = np.concatenate([[False], (ordered[1:] != ordered[:-1]).any(axis=1)])
    ranks = np.empty(len(vectors), dtype=np.intp)
    ranks[order] = np.cumsum(starts)
    return ranks


def ordered_rows(vectors: Array, most: int | None = None, seed: int = 0) -> Array:
    """The rows in the order of their bytes; of more than ``most``, a random choice.

    Parameters
    ----------
    vectors : ndarray of float64, shape (n_samples, n_features)
        A row a sample.
    most : int or None
        None: all.
    seed : int
        Of the choice.
    """
    ordered: Array = vectors[np.argsort(row_ranks(vectors), kind="stable")]
    if most is None or len(ordered) <= most:
        return ordered
    chosen = np.random.default_rng(seed).choice(len(ordered), most, replace=False)
    return ordered[np.sort(chosen)]


def dealt(codes: Codes, seed: int) -> NDArray[np.intp]:
    """Rows class by class, in random order within each.

    Every k-th of them is a sample in which the classes have their shares.
    """
    return np.lexsort((np.random.default_rng(seed).random(len(codes)), codes))


def thinned(sample: Sample, most: int, seed: int) -> Sample:
    """At most ``most`` samples, the classes in their shares."""
    if len(sample.codes) <= most:
        return sample
    places = np.linspace(0, len(sample.codes) - 1, most).astype(np.intp)
    return sample.take(np.sort(dealt(sample.codes, seed)[places]))
