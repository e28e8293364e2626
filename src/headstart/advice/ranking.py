"""Sources in the order of how well they are expected to do, and what that stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headstart.advice.combination import Expectation
from headstart.advice.halving import Round, passes
from headstart.advice.source_evidence import SourceEvidence
from headstart.evidence import Decision
from headstart.metrics.standard_error import standard_error

QUESTION = "which source"


@dataclass(frozen=True)
class Ranked:
    """A source and its standing.

    Parameters
    ----------
    expected : Expectation
        Prior and evidence in one number, and each for itself.
    evidence : SourceEvidence
        What this target's samples say.
    n_samples : int
        That it has seen: fewer where it was dropped early.
    """

    expected: Expectation
    evidence: SourceEvidence
    n_samples: int

    @property
    def source(self) -> str:
        """Its name."""
        return self.expected.source


@dataclass(frozen=True)
class Ranking:
    """All sources that were compared.

    Parameters
    ----------
    ranked : tuple of Ranked
        The best first; those that were dropped early stand behind those that were not.
    refused : mapping of str to str
        Source to the reason why it cannot be used.
    rounds : tuple of Round
        How samples were spent.
    spared : float
        Passes that sources with the same first stages have spared one another.
    n_samples : int
        Of all samples, of which the last round has seen as many as there was time for.
    """

    ranked: tuple[Ranked, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
    rounds: tuple[Round, ...] = ()
    spared: float = 0.0
    n_samples: int = 0

    @property
    def best(self) -> Ranked:
        """The source to take."""
        return self.ranked[0]

    @property
    def saved(self) -> str:
        """What was saved of a pass for each source, in words; empty where nothing was."""
        told = []
        if self.rounds and len(self.rounds[-1].entrants) < len(self.rounds[0].entrants):
            made, whole = passes(self.rounds, max(self.n_samples, self.rounds[-1].n_samples, 1))
            told.append(
                f"Poor sources were dropped early: {made:.1f} passes over the samples in place of "
                f"{whole}."
            )
        if self.spared:
            told.append(f"Stages that sources share have spared {self.spared:.1f} passes.")
        return " ".join(told)

    @property
    def cut_short(self) -> str:
        """What there was no time for, in words; empty where everything was seen."""
        seen = self.rounds[-1].n_samples if self.rounds else self.n_samples
        if seen >= self.n_samples:
            return ""
        return f"The time limit left time for {seen:,} of the {self.n_samples:,} samples."

    def decision(self) -> Decision:
        """The order, with prior and evidence side by side."""
        rows = tuple(_row(one, one is self.best) for one in self.ranked)
        return Decision(QUESTION, self.best.source, self._reason(), rows)

    def _reason(self) -> str:
        others = self.ranked[1:]
        if not others:
            return "No other source can be used."
        second = others[0]
        margin = margin_in_errors(self.best.evidence, second.evidence)
        if margin is None or second.n_samples < self.best.n_samples:
            told = "It stands first by what earlier targets and this one's samples say."
        elif margin > 1.0:
            told = (
                f"A linear model on its vectors beats one on those of {second.source} by "
                f"{margin:.1f} standard errors."
            )
        else:
            told = (
                f"{second.source} is not measurably worse on these samples; prior and scores "
                "together put it second."
            )
        return " ".join(filter(None, (told, self.saved, self.cut_short)))


def margin_in_errors(one: SourceEvidence, other: SourceEvidence) -> float | None:
    """By how many standard errors one probe's losses are lower; None if they cannot be paired.

    Parameters
    ----------
    one, other : SourceEvidence
        Of the same samples in the same folds.
    """
    losses = one.best.losses, other.best.losses
    if len(losses[0]) != len(losses[1]) or len(losses[0]) < 2:
        return None
    gains = losses[1] - losses[0]
    error = standard_error(gains)
    return float(gains.mean()) / error if error > 0 else None


def _row(one: Ranked, chosen: bool) -> dict[str, Any]:
    return {
        "source": one.source,
        "standing": one.expected.total,
        "prior": one.expected.prior + one.expected.alike,
        "evidence": one.expected.evidence,
        **one.evidence.measures,
        "score": one.evidence.best.merit,
        "samples": one.n_samples,
        "chosen": chosen,
        "stage_scores": [round(float(stage.merit), 4) for stage in one.evidence.stages],
    }


def in_order(ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """The best first; whoever has seen fewer samples stands behind."""
    return tuple(sorted(ranked, key=lambda one: (-one.n_samples, -one.expected.total)))
