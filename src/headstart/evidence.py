"""The measurements behind a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Decision:
    """One question, the answer that was taken, and what was measured for it.

    Parameters
    ----------
    question : str
        For example ``"which stages"``.
    answer : str
        What was chosen.
    reason : str
        One sentence that a person without training in the field understands.
    measurements : tuple of mapping
        Rows with the same keys: names, numbers, text.
    """

    question: str
    answer: str
    reason: str
    measurements: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Evidence:
    """All decisions of a fit, in the order in which they were taken."""

    decisions: tuple[Decision, ...] = field(default_factory=tuple)

    def and_also(self, *decisions: Decision) -> Evidence:
        """This evidence with further decisions at its end."""
        return Evidence((*self.decisions, *decisions))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"decisions": [asdict(decision) for decision in self.decisions]}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Evidence:
        """Read what :meth:`to_dict` wrote."""
        return cls(
            tuple(
                Decision(**{**row, "measurements": tuple(row.get("measurements", ()))})
                for row in plain["decisions"]
            )
        )
