"""Which weights a training ends with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from headstart.metrics.standard_error import standard_error
from headstart.training.snapshot import Snapshot


@dataclass(frozen=True)
class Candidate:
    """Weights that could be kept.

    Parameters
    ----------
    name : str
        In words.
    epochs : tuple of int
        The epochs whose weights they are the mean of.
    snapshot : Snapshot
        The weights.
    losses : ndarray of shape (n_valid,)
        Of the samples held back; empty where there are none.
    """

    name: str
    epochs: tuple[int, ...]
    snapshot: Snapshot
    losses: NDArray[Any]


def choose(usual: Candidate, others: Sequence[Candidate]) -> Candidate:
    """The usual weights, unless others are better by more than a standard error.

    The learning rate has fallen to nothing by the last epoch, so its weights are the ones to
    expect most of; the few samples held back say little of small differences.

    Parameters
    ----------
    usual : Candidate
        The last epoch, or the average of the last.
    others : sequence of Candidate
        On the same samples.
    """
    best = min([usual, *others], key=lambda one: one.losses.mean() if len(one.losses) else 0.0)
    gains = usual.losses - best.losses
    if len(gains) < 2:
        return usual
    return best if float(gains.mean()) > standard_error(gains) else usual
