"""What a trial will cost, before it is begun: its arithmetic, at the speed of earlier trials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headstart.plan import Plan, TrainingPlan

#: Gradients of the parameters cost as much as the stage itself, those of few parameters little.
_OWN_GRADIENTS = {"train": 1.0, "adapter": 0.5, "frozen": 0.0}
#: Judgements of the held-out samples beside one an epoch: before the first and after the last.
_FURTHER_JUDGEMENTS = 5
#: Seconds for a flop before anything was trained: that of a quick processor, since a trial that
#: turns out slower is broken off, while one that is not begun is lost.
_FIRST_PACE = 1e-11


def step_flops(plan: Plan, flops: Sequence[float]) -> float:
    """Flops of a training step with one sample.

    Parameters
    ----------
    plan : Plan
        Stages that are trained need gradients of their own; those after them pass gradients on.
    flops : sequence of float
        Of each stage, forward, for one sample.

    Examples
    --------
    >>> from headstart.plan import StagePlan
    >>> plan = Plan("x/y", (StagePlan("a"), StagePlan("b", mode="train"), StagePlan("c")))
    >>> step_flops(plan, [100.0, 10.0, 1.0])
    32.0
    """
    cut = plan.cut
    rows = zip(plan.stages[cut:], flops[cut:], strict=True)
    return sum(one * (2.0 + _OWN_GRADIENTS[stage.mode]) for stage, one in rows)


def judging_flops(plan: Plan, flops: Sequence[float]) -> float:
    """Flops of judging one sample: everything after the cut, once."""
    return sum(flops[plan.cut :])


@dataclass
class CostModel:
    """Learns from each trial how fast this machine trains.

    A step takes a time of its own and a time for its flops: a line through the steps that were
    measured, or, before there are two of them, one as steep as a quick processor's.

    Parameters
    ----------
    flops : sequence of float
        Of each stage, forward, for one sample.
    n_train, n_valid : int
        Samples that are learned from and judged by in each epoch.
    row_seconds : float
        To decode a picture and to run the frozen stages on it.

    Examples
    --------
    >>> from headstart.plan import StagePlan
    >>> plan = Plan("x/y", (StagePlan("a"), StagePlan("b", mode="train")), training=TrainingPlan(3))
    >>> cost = CostModel([1e9, 1e9], n_train=64, n_valid=0, row_seconds=0.01)
    >>> round(cost.seconds(plan), 3)  # 2 views of 64 pictures, then 6 steps of 96 Gflop
    7.04
    >>> cost.learn(plan, step_seconds=1.5)
    >>> round(cost.seconds(plan), 3)  # the states are stored since that trial
    9.0
    """

    flops: Sequence[float]
    n_train: int
    n_valid: int
    row_seconds: float

    def __post_init__(self) -> None:
        #: Flops and seconds of a step, of each trial.
        self.steps: list[tuple[float, float]] = []
        self._cuts: set[int] = set()

    def learn(self, plan: Plan, step_seconds: float | None) -> None:
        """Take over how long a step of this plan took; its states are stored now."""
        if step_seconds is not None:
            self.steps.append((self._flops_a_step(plan), step_seconds))
            self._cuts.add(plan.cut)

    def seconds(self, plan: Plan) -> float:
        """Of storing the states and of all epochs."""
        training = plan.training or TrainingPlan()
        alone, pace = self._line
        n_steps = training.epochs * math.ceil(self.n_train / self._samples_a_step(plan))
        judged = (training.epochs + _FURTHER_JUDGEMENTS) * self.n_valid
        work = n_steps * self._flops_a_step(plan) + judged * judging_flops(plan, self.flops)
        # States at a cut that was tried are stored; only views that it lacked would be new.
        views = 0 if plan.cut in self._cuts else len({*training.views})
        rows = views * (self.n_train + self.n_valid)
        return alone * n_steps + pace * work + rows * self.row_seconds

    @property
    def _line(self) -> tuple[float, float]:
        """Seconds of a step without flops, and seconds for a flop."""
        if not self.steps:
            return 0.0, _FIRST_PACE
        flops, seconds = np.array(self.steps).T
        pace = _FIRST_PACE
        if np.ptp(flops) > 0:
            pace = max(pace, float(np.polyfit(flops, seconds, 1)[0]))
        return max(0.0, float((seconds - pace * flops).mean())), pace

    def _flops_a_step(self, plan: Plan) -> float:
        return self._samples_a_step(plan) * step_flops(plan, self.flops)

    def _samples_a_step(self, plan: Plan) -> int:
        training = plan.training or TrainingPlan()
        return max(1, min(training.batch_size, self.n_train))
