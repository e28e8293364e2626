"""How a fit gets from samples to a head: what both ways have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from headstart.activations.converted import ConvertedBackbone
from headstart.data.dataset import Dataset
from headstart.evidence import Decision
from headstart.fitting.sides import Split
from headstart.fitting.vectors import Vectors
from headstart.plan import Plan
from headstart.training.held_out import HeldOut
from headstart.training.linear_head import LinearHead


@dataclass(frozen=True)
class Fitted:
    """A fitted head and what it reads.

    Parameters
    ----------
    plan : Plan
        With everything that it left open.
    head : LinearHead
        Reads the stages ``plan.head.stages``.
    test_vectors : ndarray of shape (n_test, n_features)
        What the head reads of the test samples.
    decisions : tuple of Decision
        What was chosen, and why.
    backbone : ConvertedBackbone or None
        What predicts; None for ready embeddings.
    precision : str or None
        What it computes in.
    notes : tuple of str
        What a person should know of how it was found.
    held_out : HeldOut or None
        What it said of training samples that it had not learned from; None where there were none.
    kept_vectors : ndarray of shape (n_kept, n_features) or None
        What the head reads of the training samples that the run keeps; None of counts.
    """

    plan: Plan
    head: LinearHead
    test_vectors: NDArray[Any]
    decisions: tuple[Decision, ...]
    backbone: ConvertedBackbone | None = None
    precision: str | None = None
    notes: tuple[str, ...] = ()
    held_out: HeldOut | None = None
    kept_vectors: NDArray[Any] | None = None


class Course(Protocol):
    """One pass over the samples, then a head."""

    def gather(self, dataset: Dataset) -> Vectors:
        """Compute and store what is read of the samples of both sides."""
        ...

    def fit(self, halves: Split) -> Fitted:
        """Learn from the training side; of the test side only compute what the head reads."""
        ...
