"""What training makes small: one objective a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor


class Objective(Protocol):
    """Losses of scores against targets, both of shape (n, n_outputs)."""

    def targets(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Targets of shape (n, n_outputs) for what the task encodes labels as."""
        ...

    def losses(self, scores: Tensor, targets: Tensor) -> Tensor:
        """What is minimised, of shape (n,); linear in the targets, so that they can be mixed."""
        ...

    def judge(self, scores: Tensor, targets: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Plain losses and scores (higher is better) of held-out samples, each of shape (n,)."""
        ...


@dataclass(frozen=True)
class ClassObjective:
    """Cross-entropy.

    Parameters
    ----------
    n_classes : int
        Columns of the scores.
    weights : tuple of float
        One a class, 1 on average over the training samples.
    smoothing : float
        Share of each target that is spread over all classes.
    """

    n_classes: int
    weights: tuple[float, ...]
    smoothing: float = 0.0

    @classmethod
    def balanced(
        cls, codes: NDArray[Any], n_classes: int, class_weight: str | None, smoothing: float
    ) -> ClassObjective:
        """Weigh classes as scikit-learn does where ``class_weight`` is ``"balanced"``."""
        counts = np.bincount(codes, minlength=n_classes)
        present = counts > 0
        weights = np.ones(n_classes)
        if class_weight == "balanced":
            weights[present] = len(codes) / (present.sum() * counts[present])
        return cls(n_classes, tuple(weights.tolist()), smoothing)

    def targets(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """One-hot rows."""
        rows: NDArray[np.float32] = np.eye(self.n_classes, dtype=np.float32)[codes]
        return rows

    def losses(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Weighted cross-entropy against smoothed targets."""
        weights = scores.new_tensor(self.weights)
        smooth = targets * (1.0 - self.smoothing) + self.smoothing / self.n_classes
        log_shares = scores.log_softmax(dim=1)
        return -(smooth * log_shares).sum(dim=1) * (targets @ weights)

    def judge(self, scores: Tensor, targets: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Log losses, and whether the class is right."""
        losses = -(targets * scores.log_softmax(dim=1)).sum(dim=1)
        hits = scores.argmax(dim=1) == targets.argmax(dim=1)
        return losses.numpy(), hits.numpy().astype(np.float64)


@dataclass(frozen=True)
class NumberObjective:
    """Squared error in units of the targets' variance.

    Parameters
    ----------
    spread : float
        Standard deviation of the training targets, above 0.
    """

    spread: float

    def targets(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """The numbers as a column."""
        return np.asarray(codes, dtype=np.float32).reshape(-1, 1)

    def losses(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Squared errors."""
        return ((scores - targets) / self.spread).square().sum(dim=1)

    def judge(self, scores: Tensor, targets: Tensor) -> tuple[NDArray[Any], NDArray[Any]]:
        """Squared errors, and those again with a minus."""
        losses = self.losses(scores, targets).numpy()
        return losses, -losses
