"""A first plan from what was measured without training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from headstart.advice.similarity import Similarity
from headstart.evidence import Decision
from headstart.strategies import PlanName


@dataclass(frozen=True)
class Proposal:
    """A plan by name, and why."""

    name: PlanName
    reason: str

    def decision(self) -> Decision:
        """As evidence."""
        return Decision("how much to transfer", str(self.name), self.reason)


def propose(targets: NDArray[Any], similarity: Similarity) -> Proposal:
    return Proposal(PlanName("probe"), "stand-in")
