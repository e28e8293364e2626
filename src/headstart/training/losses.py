"""What training makes small: one loss a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from headstart.tasks.classification import ClassificationTask
from headstart.tasks.multi_label import MultiLabelTask
from headstart.tasks.regression import RegressionTask
from headstart.tasks.task import Task
from headstart.training.linear_head import LinearHead
from headstart.training.multi_label import BinaryCrossEntropy
from headstart.training.objective import LogisticObjective

if TYPE_CHECKING:
    from torch import Tensor

    from headstart.plan import TrainingPlan


class TrainingLoss(Protocol):
    """Losses of scores against goals, both of shape (n, n_outputs).

    *Goals* are a task's targets in the form that scores are compared with.
    """

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float32]:
        """Goals of shape (n, n_outputs) for targets of shape (n,)."""
        ...

    def losses(self, scores: Tensor, goals: Tensor) -> Tensor:
        """What is minimised, of shape (n,); goals may be mixtures."""
        ...

    def judge(self, scores: Tensor, goals: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Plain losses, and scores (higher is better), of held-out samples: both of shape (n,)."""
        ...

    def inward(self, head: LinearHead) -> LinearHead:
        """The head in the units of the goals."""
        ...

    def outward(self, head: LinearHead) -> LinearHead:
        """The head in the units of the targets."""
        ...


@dataclass(frozen=True)
class CrossEntropy:
    """For classes.

    Parameters
    ----------
    weights : tuple of float
        One a class; 1 on average over the training samples.
    smoothing : float
        Share of each goal that is spread over all classes.
    """

    weights: tuple[float, ...]
    smoothing: float = 0.0

    @classmethod
    def of(
        cls, task: ClassificationTask, targets: NDArray[Any], plan: TrainingPlan
    ) -> CrossEntropy:
        """Weigh classes as scikit-learn's ``"balanced"`` does, where that matters.

        Examples
        --------
        >>> from headstart.plan import TrainingPlan
        >>> task = ClassificationTask(np.array(["a", "b"]))
        >>> CrossEntropy.of(task, np.array([0, 0, 0, 1]), TrainingPlan()).weights
        (0.6666666666666666, 2.0)
        """
        counts = np.bincount(targets, minlength=task.n_outputs)
        present = counts > 0
        weights = np.ones(task.n_outputs)
        if plan.balance and task.weights(targets) == "balanced":
            weights[present] = len(targets) / (present.sum() * counts[present])
        return cls(tuple(weights.tolist()), plan.label_smoothing)

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float32]:
        """One-hot rows."""
        rows: NDArray[np.float32] = np.eye(len(self.weights), dtype=np.float32)[targets]
        return rows

    def losses(self, scores: Tensor, goals: Tensor) -> Tensor:
        """Weighted cross-entropy against smoothed goals."""
        smooth = goals * (1.0 - self.smoothing) + self.smoothing / len(self.weights)
        shares = scores.log_softmax(dim=1)
        return -(smooth * shares).sum(dim=1) * (goals @ scores.new_tensor(self.weights))

    def judge(self, scores: Tensor, goals: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Log losses after the temperature that suits these scores best, and hits.

        Smoothed goals make scores soft and long training makes them sharp; neither says which
        weights are better, since the head is calibrated in the end.
        """
        numbers, codes = scores.double().numpy(), goals.argmax(dim=1).numpy()
        objective = LogisticObjective(len(self.weights))
        return objective.losses(numbers, codes), objective.merits(numbers, codes).astype(np.float64)

    def inward(self, head: LinearHead) -> LinearHead:
        """The head that says the same without a temperature: training needs none of its own.

        What the samples did not hold is unlikely here, not impossible: it can be learned.
        """
        bias = np.maximum(head.bias / head.temperature, _LEAST)
        return replace(head, weights=head.weights / head.temperature, bias=bias, temperature=1.0)

    def outward(self, head: LinearHead) -> LinearHead:
        """The same head."""
        return head


#: Where the score of a class starts that the probe's samples lacked.
_LEAST = -10.0


@dataclass(frozen=True)
class SquaredError:
    """For numbers, in units of their spread.

    Parameters
    ----------
    mean, spread : float
        Of the training targets; the spread is above 0.
    """

    mean: float
    spread: float

    @classmethod
    def of(cls, task: RegressionTask, targets: NDArray[Any], plan: TrainingPlan) -> SquaredError:
        """In the units of the training targets."""
        return cls(float(np.mean(targets)), float(np.std(targets)) or 1.0)

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float32]:
        """Standardised targets as a column."""
        column: NDArray[np.float32] = ((targets - self.mean) / self.spread).astype(np.float32)
        return column.reshape(-1, 1)

    def losses(self, scores: Tensor, goals: Tensor) -> Tensor:
        """Squared errors."""
        return (scores - goals).square().sum(dim=1)

    def judge(self, scores: Tensor, goals: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Squared errors, and absolute ones with a minus in the targets' units."""
        errors = (scores - goals).sum(dim=1).numpy()
        return errors**2, -np.abs(errors) * self.spread

    def inward(self, head: LinearHead) -> LinearHead:
        """Weights and bias for standardised targets."""
        bias = (head.bias - self.mean) / self.spread
        return replace(head, weights=head.weights / self.spread, bias=bias)

    def outward(self, head: LinearHead) -> LinearHead:
        """Weights and bias for the targets themselves."""
        bias = head.bias * self.spread + self.mean
        return replace(head, weights=head.weights * self.spread, bias=bias)


#: Losses of a task, its training targets and the plan, by the name of the task.
LOSSES: dict[str, Callable[[Any, NDArray[Any], TrainingPlan], TrainingLoss]] = {
    ClassificationTask.name: CrossEntropy.of,
    RegressionTask.name: SquaredError.of,
}
#: Of tasks that are only asked for as one target beside others.
_BESIDE: dict[str, Callable[[Any, NDArray[Any], TrainingPlan], TrainingLoss]] = {
    MultiLabelTask.name: BinaryCrossEntropy.of
}


def loss_for(task: Task, targets: NDArray[Any], plan: TrainingPlan) -> TrainingLoss:
    """The loss of a task, for training targets of shape (n_samples,)."""
    return (LOSSES | _BESIDE)[task.name](task, targets, plan)
