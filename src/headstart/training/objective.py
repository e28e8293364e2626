"""What a linear model of a task learns, and how its scores are judged on samples held out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from headstart.tasks.classification import ClassificationTask
from headstart.tasks.multi_label import MultiLabelTask
from headstart.tasks.regression import RegressionTask
from headstart.tasks.task import Task
from headstart.training.linear_head import LinearHead, softmax
from headstart.training.logistic import ConstantPath, PenaltyPath
from headstart.training.multi_label import MultiLabelObjective
from headstart.training.ridge import RidgePath
from headstart.training.temperature import fit_temperature


class HeadPath(Protocol):
    """Heads of the same samples under one penalty after the other."""

    def fit(self, inverse_penalty: float) -> LinearHead:
        """The head under one penalty."""
        ...


class Objective(Protocol):
    """The linear model of a task. *Scores* are those of a head, shape (n_samples, n_outputs)."""

    #: What a person calls the model, the loss that decides, and the merit (without its sign).
    model: ClassVar[str]
    loss: ClassVar[str]
    merit: ClassVar[str]
    #: The merit of an answer that cannot be better.
    best: ClassVar[float]

    def path(self, vectors: NDArray[Any], targets: NDArray[Any]) -> HeadPath:
        """Heads learned from vectors of shape (n_samples, n_features)."""
        ...

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float64]:
        """What least squares aims at for the same scores: shape (n_samples, n_outputs)."""
        ...

    def losses(self, scores: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """What decides, a sample: shape (n_samples,), lower is better."""
        ...

    def merits(self, scores: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """What a person reads, a sample: shape (n_samples,), higher is better."""
        ...

    def measurements(self, merits: NDArray[Any], losses: NDArray[Any]) -> dict[str, float]:
        """The columns of the evidence: means over samples held out, under their names."""
        ...

    def calibrated(
        self, head: LinearHead, scores: NDArray[Any], targets: NDArray[Any]
    ) -> LinearHead:
        """The head after what the scores of samples held out say of its confidence."""
        ...


@dataclass(frozen=True)
class LogisticObjective:
    """Logistic regression, judged by log loss.

    Parameters
    ----------
    n_classes : int
        Columns of the head.
    class_weight : {"balanced"} or None
        As in scikit-learn.
    """

    n_classes: int
    class_weight: str | None = None
    model: ClassVar[str] = "logistic regression"
    loss: ClassVar[str] = "log loss"
    merit: ClassVar[str] = "accuracy"
    best: ClassVar[float] = 1.0

    @classmethod
    def of(cls, task: ClassificationTask, targets: NDArray[Any]) -> LogisticObjective:
        """For the training targets of a task."""
        return cls(task.n_outputs, task.weights(targets))

    def path(self, vectors: NDArray[Any], targets: NDArray[Any]) -> HeadPath:
        """Heads learned from vectors of shape (n_samples, n_features).

        Where all samples are of one class there is nothing to tell apart: the head says that class.
        """
        if len(np.unique(targets)) < 2:
            return ConstantPath(vectors.shape[1], int(targets[0]), self.n_classes)
        return PenaltyPath(vectors, targets, self.n_classes, self.class_weight)

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float64]:
        """A column of zeros and ones a class."""
        return np.eye(self.n_classes)[targets]

    def losses(self, scores: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """Log loss of each sample, after the temperature that suits these scores best."""
        softened = softmax(scores / fit_temperature(scores, targets))
        chosen = softened[np.arange(len(targets)), targets]
        result: NDArray[Any] = -np.log(np.clip(chosen, 1e-15, None))
        return result

    def merits(self, scores: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """Whether each sample is answered rightly."""
        result: NDArray[Any] = scores.argmax(axis=1) == targets
        return result

    def measurements(self, merits: NDArray[Any], losses: NDArray[Any]) -> dict[str, float]:
        """Accuracy and log loss."""
        return {"cv_accuracy": float(merits.mean()), "cv_log_loss": float(losses.mean())}

    def calibrated(
        self, head: LinearHead, scores: NDArray[Any], targets: NDArray[Any]
    ) -> LinearHead:
        """The head with the temperature that suits the scores best."""
        return head.with_temperature(fit_temperature(scores, targets))


@dataclass(frozen=True)
class RidgeObjective:
    """Ridge regression, judged by squared error."""

    model: ClassVar[str] = "ridge regression"
    loss: ClassVar[str] = "squared error"
    merit: ClassVar[str] = "mean absolute error"
    best: ClassVar[float] = 0.0

    @classmethod
    def of(cls, task: RegressionTask, targets: NDArray[Any]) -> RidgeObjective:
        """The same for any targets."""
        return cls()

    def path(self, vectors: NDArray[Any], targets: NDArray[Any]) -> RidgePath:
        """Heads learned from vectors of shape (n_samples, n_features)."""
        return RidgePath(vectors, targets)

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float64]:
        """The numbers themselves."""
        return np.asarray(targets, dtype=np.float64)[:, None]

    def losses(self, scores: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """Squared error of each sample."""
        return np.asarray((scores[:, 0] - targets) ** 2)

    def merits(self, scores: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """Absolute error of each sample, with a minus sign."""
        return np.asarray(-np.abs(scores[:, 0] - targets))

    def measurements(self, merits: NDArray[Any], losses: NDArray[Any]) -> dict[str, float]:
        """Mean absolute and mean squared error."""
        return {
            "cv_absolute_error": -float(merits.mean()),
            "cv_squared_error": float(losses.mean()),
        }

    def calibrated(
        self, head: LinearHead, scores: NDArray[Any], targets: NDArray[Any]
    ) -> LinearHead:
        """The head as it is: a number states no confidence."""
        return head


#: Objectives of a task and its training targets, by the name of the task.
OBJECTIVES: dict[str, Callable[[Any, NDArray[Any]], Objective]] = {
    ClassificationTask.name: LogisticObjective.of,
    RegressionTask.name: RidgeObjective.of,
}
#: Of tasks that are only asked for as one target beside others.
_BESIDE: dict[str, Callable[[Any, NDArray[Any]], Objective]] = {
    MultiLabelTask.name: MultiLabelObjective.of
}


def objective_for(task: Task, targets: NDArray[Any]) -> Objective:
    """The linear model of a task, for training targets of shape (n_samples,).

    Examples
    --------
    >>> objective_for(ClassificationTask(np.array(["a", "b"])), np.array([0, 0, 1])).model
    'logistic regression'
    """
    return (OBJECTIVES | _BESIDE)[task.name](task, targets)
