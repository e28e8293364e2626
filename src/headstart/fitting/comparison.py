"""The model with transfer beside the best one without, where neither had learned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from headstart.advice.hopeless import hopeless
from headstart.advice.transfer_choice import is_clearly_better, is_clearly_worse
from headstart.evaluation.baselines import Baseline
from headstart.fitting.course import Fitted
from headstart.fitting.measuring import Contest
from headstart.fitting.sides import Split
from headstart.metrics.figure import Figure
from headstart.training.objective import Objective, objective_for

#: Fewer held-out samples cannot show that a model is worse, or that there is nothing to learn.
_FEWEST = 20


@dataclass(frozen=True)
class Comparison:
    """Two models on the same samples.

    Parameters
    ----------
    samples : str
        Which samples, in words.
    count : int
        How many.
    measure : str
        What a person reads of them.
    with_transfer, without_transfer : float
        Its mean for either model.
    difference : Figure
        How much better the model with transfer is.
    is_worse, is_better : bool
        Whether that is by more than a standard error.
    """

    samples: str
    count: int
    measure: str
    with_transfer: float
    without_transfer: float
    difference: Figure
    is_worse: bool
    is_better: bool = False

    def row(self) -> dict[str, Any]:
        """Of the evidence."""
        return {
            "samples": self.samples,
            "count": self.count,
            "measure": self.measure,
            "with_transfer": self.with_transfer,
            "without_transfer": self.without_transfer,
            "difference": self.difference.value,
            "low": self.difference.low,
            "high": self.difference.high,
        }


def compare_in_training(
    halves: Split, fitted: Fitted, rival: Baseline, seed: int
) -> Comparison | None:
    """On training samples that both had held out; None where there are none."""
    if fitted.held_out is None or rival.held_out is None:
        return None
    rows, own, other = fitted.held_out.beside(rival.held_out)
    if not len(rows):
        return None
    goals = halves.learner.targets[rows]
    found = _compared(halves, "training, held out", goals, (own, other), seed)
    # A standard error of few samples is itself a guess: it would speak against sources that help.
    return replace(found, is_worse=found.is_worse and len(rows) >= _FEWEST)


def compare_in_test(
    halves: Split, outputs: NDArray[Any], rival: Baseline, seed: int
) -> Comparison | None:
    """On the test side; None where it is empty."""
    if not len(halves.tester):
        return None
    return _compared(halves, "test", halves.tester.targets, (outputs, rival.outputs), seed)


def hopes(halves: Split, contest: Contest) -> tuple[str, ...]:
    """A sentence where what was transferred tells nothing about the labels."""
    fitted, guess = contest.fitted, contest.baselines[0]
    if not fitted.plan.transfers or fitted.held_out is None or guess.held_out is None:
        return ()
    rows, own, other = fitted.held_out.beside(guess.held_out)
    if len(rows) < _FEWEST:
        return ()
    targets = halves.learner.targets
    objective = objective_for(halves.task, targets)
    losses, guessed = (objective.losses(one, targets[rows]) for one in (own, other))
    reason = hopeless(losses, guessed, fitted.plan.source)
    return () if reason is None else (reason,)


def _compared(
    halves: Split,
    samples: str,
    targets: NDArray[Any],
    outputs: tuple[NDArray[Any], NDArray[Any]],
    seed: int,
) -> Comparison:
    objective: Objective = objective_for(halves.task, halves.learner.targets)
    own, other = (objective.merits(one, targets) for one in outputs)
    return Comparison(
        samples,
        len(targets),
        objective.merit,
        abs(float(own.mean())),
        abs(float(other.mean())),
        halves.task.difference(targets, *outputs, seed),
        is_clearly_worse(own, other),
        is_clearly_better(own, other),
    )
