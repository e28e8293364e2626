"""How alike two pairs of a target and a source are, in each way that standings depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headstart.advice.pairs import Pairs
from headstart.advice.prior import SHRINKAGE
from headstart.advice.standing import Array

#: The parts of the static prior, of like targets, and of the target's own scores.
SOURCE = ("source",)
LIKENESS = ("source on like targets",)
EVIDENCE = ("mean of the scores", "each score", "scores as a whole")
#: The worth of scores differs from target to target: that tells nothing of a new one.
_WITHIN = "scores of this target only"
#: Variance of what all sources of a target share; standings do not show it.
_SHARED = 10.0


@dataclass(frozen=True)
class Kernels:
    """Symmetric matrices over pairs, none with a negative eigenvalue.

    Parameters
    ----------
    learned : mapping of str to ndarray of shape (n_pairs, n_pairs)
        Each to be multiplied by a variance.
    shared : ndarray of shape (n_pairs, n_pairs)
        To be added as it is.
    """

    learned: Mapping[str, Array]
    shared: Array

    def among(self, rows: NDArray[np.int64]) -> Kernels:
        """Those of some pairs alone."""
        square = np.ix_(rows, rows)
        learned = {name: matrix[square] for name, matrix in self.learned.items()}
        return Kernels(learned, self.shared[square])


def kernels(pairs: Pairs) -> Kernels:
    """All matrices for these pairs.

    Parameters
    ----------
    pairs : Pairs
        No outcome is looked at.
    """
    same_target = (pairs.target[:, None] == pairs.target).astype(np.float64)
    same_source = (pairs.source[:, None] == pairs.source).astype(np.float64)
    scores, mean = pairs.filled_scores, pairs.mean_score
    products = scores @ scores.T / max(scores.shape[1], 1)
    # A source whose standing rests on many targets is less free to differ from it.
    freedom = SHRINKAGE / (SHRINKAGE + pairs.seeded_weight[pairs.source])
    learned = {
        SOURCE[0]: same_source * freedom,
        LIKENESS[0]: same_source * target_likeness(pairs)[np.ix_(pairs.target, pairs.target)],
        EVIDENCE[0]: np.outer(mean, mean),
        EVIDENCE[1]: products,
        EVIDENCE[2]: _closeness(products),
        _WITHIN: same_target * products,
    }
    return Kernels(learned, _SHARED * same_target)


def _closeness(products: Array) -> Array:
    """The squared exponential kernel of scores, with a length of 1 for each of them."""
    square = np.diag(products)
    distances = square[:, None] + square - 2 * products
    closeness: Array = np.exp(-np.maximum(distances, 0.0) / 2)
    return closeness


def target_likeness(pairs: Pairs) -> Array:
    """How alike the scores of two targets are, beyond what is usual for each source.

    Returns
    -------
    ndarray of shape (n_targets, n_targets)
        Cosine of the scores' deviations from the mean over targets; 0 where it is negative.
    """
    n_targets, n_sources = int(pairs.target.max()) + 1, len(pairs.source_names)
    table = np.full((n_targets, n_sources, pairs.scores.shape[1]), np.nan)
    table[pairs.target, pairs.source] = pairs.scores
    measured = np.isfinite(table)
    filled = np.where(measured, table, 0.0)
    usual = filled.sum(axis=0) / np.maximum(measured.sum(axis=0), 1)
    deviations = np.where(measured, filled - usual, 0.0).reshape(n_targets, -1)
    lengths = np.linalg.norm(deviations, axis=1, keepdims=True)
    directions = deviations / np.where(lengths > 0, lengths, 1.0)
    return _nearest_without_negative(np.maximum(directions @ directions.T, 0.0))


def _nearest_without_negative(matrix: Array) -> Array:
    """The nearest matrix without negative eigenvalues (Higham, 1988)."""
    values, vectors = np.linalg.eigh(matrix)
    nearest: Array = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return nearest
