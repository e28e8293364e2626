"""What a trial will cost, before it is begun: its arithmetic, at the speed of earlier trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

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

    Parameters
    ----------
    flops : sequence of float
        Of each stage, forward, for one sample.
    n_train, n_valid : int
        Samples that are learned from and judged by in each epoch.
    row_seconds : float
        To decode a picture and to run the frozen stages on it.
    paces : dict of int to float
        By the cut of a plan, seconds for a flop.

    Examples
    --------
    >>> from headstart.plan import StagePlan
    >>> plan = Plan("x/y", (StagePlan("a"), StagePlan("b", mode="train")), training=TrainingPlan(3))
    >>> cost = CostModel([1e9, 1e9], n_train=100, n_valid=0, row_seconds=0.01)
    >>> cost.learn(plan, step_seconds=0.32)  # of 32 samples
    >>> round(cost.seconds(plan), 6)  # 3 epochs; the states are stored since that trial
    3.0
    """

    flops: Sequence[float]
    n_train: int
    n_valid: int
    row_seconds: float
    paces: dict[int, float] = field(default_factory=dict)

    def learn(self, plan: Plan, step_seconds: float | None) -> None:
        """Take over how long a step of this plan took."""
        work = step_flops(plan, self.flops)
        if step_seconds is not None and work > 0:
            self.paces[plan.cut] = step_seconds / (work * self._samples_a_step(plan))

    def seconds(self, plan: Plan) -> float:
        """Of storing the states and of all epochs."""
        training = plan.training or TrainingPlan()
        pace = self._pace(plan.cut)
        judgements = training.epochs + _FURTHER_JUDGEMENTS
        work = training.epochs * self.n_train * step_flops(
            plan, self.flops
        ) + judgements * self.n_valid * judging_flops(plan, self.flops)
        # States at a cut that was tried are stored; only the views that it lacked would be new.
        views = 0 if plan.cut in self.paces else len({*training.views})
        rows = views * (self.n_train + self.n_valid)
        return pace * work + rows * self.row_seconds

    def _pace(self, cut: int) -> float:
        """Seconds for a flop, of the trial that trained the most similar stages."""
        nearest = min(self.paces, key=lambda other: abs(other - cut), default=None)
        return _FIRST_PACE if nearest is None else self.paces[nearest]

    def _samples_a_step(self, plan: Plan) -> int:
        training = plan.training or TrainingPlan()
        return max(1, min(training.batch_size, self.n_train))
