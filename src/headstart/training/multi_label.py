"""The linear model of several labels at once: a logistic regression a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from headstart.tasks.multi_label import MultiLabelTask, pair_shares
from headstart.training.linear_head import LinearHead
from headstart.training.logistic import ConstantPath, PenaltyPath
from headstart.training.temperature import fit_temperature

if TYPE_CHECKING:
    from torch import Tensor

    from headstart.plan import TrainingPlan

#: Score of an answer that never occurred among the samples.
_NEVER = -10.0


@dataclass(frozen=True)
class MultiLabelObjective:
    """Logistic regressions side by side, judged by their mean log loss.

    Scores have two columns a label, of no and yes.

    Parameters
    ----------
    n_labels : int
        How many there are.
    """

    n_labels: int
    model: ClassVar[str] = "logistic regression"
    loss: ClassVar[str] = "log loss"
    merit: ClassVar[str] = "label accuracy"
    best: ClassVar[float] = 1.0

    @classmethod
    def of(cls, task: MultiLabelTask, targets: NDArray[Any]) -> MultiLabelObjective:
        """For the labels of a task."""
        return cls(len(task.classes))

    def path(self, vectors: NDArray[Any], targets: NDArray[Any]) -> LabelPaths:
        """Heads learned from vectors of shape (n_samples, n_features)."""
        return LabelPaths(vectors, targets)

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float64]:
        """Zeros and ones for no and yes in turn."""
        return pairs_of(targets).astype(np.float64)

    def losses(self, scores: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """Mean log loss over the labels of each sample, after the temperature that suits best."""
        softened = pair_shares(scores / _temperature(scores, targets))
        chosen = (softened * pairs_of(targets)).reshape(len(scores), -1, 2).sum(axis=2)
        result: NDArray[Any] = -np.log(np.clip(chosen, 1e-15, None)).mean(axis=1)
        return result

    def merits(self, scores: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """Share of each sample's labels that are answered rightly."""
        says = scores[:, 1::2] >= scores[:, 0::2]
        return np.asarray((says == (targets == 1)).mean(axis=1))

    def measurements(self, merits: NDArray[Any], losses: NDArray[Any]) -> dict[str, float]:
        """Label accuracy and log loss."""
        return {"cv_label_accuracy": float(merits.mean()), "cv_log_loss": float(losses.mean())}

    def calibrated(
        self, head: LinearHead, scores: NDArray[Any], targets: NDArray[Any]
    ) -> LinearHead:
        """The head with the temperature in its weights: it is one for all pairs of columns."""
        temperature = _temperature(scores, targets)
        return replace(head, weights=head.weights / temperature, bias=head.bias / temperature)


class LabelPaths:
    """Heads of the same samples under one penalty after the other, a pair of columns a label.

    Parameters
    ----------
    vectors : ndarray or csr_matrix of shape (n_samples, n_features)
        Pooled vectors.
    targets : ndarray of shape (n_samples, n_labels)
        0 or 1.
    """

    def __init__(self, vectors: NDArray[Any], targets: NDArray[Any]) -> None:
        self._paths: Sequence[PenaltyPath | ConstantPath] = [
            PenaltyPath(vectors, one, 2)
            if len(np.unique(one)) > 1
            else ConstantPath(vectors.shape[1], int(one[0]), 2)
            for one in targets.T
        ]

    def fit(self, inverse_penalty: float) -> LinearHead:
        """The head under one penalty; of a label that never changes, it says that."""
        return side_by_side([path.fit(inverse_penalty) for path in self._paths])


def side_by_side(heads: Sequence[LinearHead]) -> LinearHead:
    """Heads that read the same vectors as one head, whose columns are theirs in turn.

    Parameters
    ----------
    heads : sequence of LinearHead
        At least one. Mean and scale of the first are kept; temperatures go into the weights.

    Examples
    --------
    >>> one = LinearHead(np.array([1.0]), np.array([2.0]), np.array([[3.0]]), np.array([0.5]))
    >>> other = LinearHead(np.array([0.0]), np.array([1.0]), np.array([[1.0]]), np.zeros(1), 2.0)
    >>> side_by_side([one, other]).scores(np.array([[5.0]])).tolist()
    [[6.5, 2.5]]
    """
    mean, scale = heads[0].mean, heads[0].scale
    weights, bias = [], []
    for head in heads:
        softened = head.weights / head.temperature
        weights.append(softened * (scale / head.scale)[:, None])
        bias.append(head.bias / head.temperature + ((mean - head.mean) / head.scale) @ softened)
    return LinearHead(mean, scale, np.concatenate(weights, axis=1), np.concatenate(bias))


def pairs_of(targets: NDArray[Any]) -> NDArray[np.intp]:
    """Zeros and ones for no and yes in turn, shape (n_samples, 2 * n_labels).

    Examples
    --------
    >>> pairs_of(np.array([[0, 1]])).tolist()
    [[1, 0, 0, 1]]
    """
    return np.stack([1 - targets, targets], axis=2).reshape(len(targets), -1)


def _temperature(scores: NDArray[Any], targets: NDArray[Any]) -> float:
    return fit_temperature(np.reshape(scores, (-1, 2)), targets.ravel())


@dataclass(frozen=True)
class BinaryCrossEntropy:
    """What training makes small where samples carry several labels.

    Parameters
    ----------
    n_labels : int
        How many there are.
    smoothing : float
        Share of each goal that is spread over no and yes.
    """

    n_labels: int
    smoothing: float = 0.0

    @classmethod
    def of(
        cls, task: MultiLabelTask, targets: NDArray[Any], plan: TrainingPlan
    ) -> BinaryCrossEntropy:
        """Every label counts the same, and rare ones are not weighed up."""
        return cls(len(task.classes), plan.label_smoothing)

    def goals(self, targets: NDArray[Any]) -> NDArray[np.float32]:
        """Zeros and ones for no and yes in turn, shape (n, 2 * n_labels)."""
        return pairs_of(targets).astype(np.float32)

    def losses(self, scores: Tensor, goals: Tensor) -> Tensor:
        """Mean cross-entropy over the labels, of shape (n,)."""
        smooth = goals * (1.0 - self.smoothing) + self.smoothing / 2
        shares = scores.reshape(len(scores), -1, 2).log_softmax(dim=2)
        return -(smooth.reshape(shares.shape) * shares).sum(dim=2).mean(dim=1)

    def judge(self, scores: Tensor, goals: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Log losses after the temperature that suits best, and shares of right labels."""
        numbers = scores.double().numpy()
        targets = (goals[:, 1::2] > 0.5).long().numpy()
        objective = MultiLabelObjective(self.n_labels)
        return objective.losses(numbers, targets), objective.merits(numbers, targets)

    def inward(self, head: LinearHead) -> LinearHead:
        """The head that says the same without a temperature."""
        weights, bias = head.weights / head.temperature, head.bias / head.temperature
        return replace(head, weights=weights, bias=np.maximum(bias, _NEVER), temperature=1.0)

    def outward(self, head: LinearHead) -> LinearHead:
        """The same head."""
        return head
