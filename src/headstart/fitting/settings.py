"""What a fit is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from headstart.errors import InputError, PlanError
from headstart.plan import PLAN_NAMES, Init, Plan
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.registry import task_named


@dataclass(frozen=True)
class Settings:
    """What a fit is asked for.

    Parameters
    ----------
    source : str
        A name in the catalogue, or ``"auto"``.
    plan : Plan or {"auto", "probe"}
        A plan, or the name of one.
    weights : str or None
        Local file of weights for the source.
    test_fraction : float
        Share of the samples that is held out when no test set is given, above 0 and below 1.
    seed : int
        For splits, folds and resampling, at least 0.
    random_twin : bool
        Whether to compare with the same network with random weights.
    task : {"classification", "regression"}
        What is predicted.

    Raises
    ------
    InputError, PlanError
        If a value is not accepted.
    """

    source: str = "auto"
    plan: Plan | str = "auto"
    weights: str | None = None
    test_fraction: float = 0.2
    seed: int = 0
    random_twin: bool = False
    task: str = ClassificationTask.name

    def __post_init__(self) -> None:
        task_named(self.task)
        if not 0.0 < self.test_fraction < 1.0:
            raise InputError(
                f"The test_size is {self.test_fraction!r}; it must be a share above 0 and below 1, "
                "such as 0.2."
            )
        if self.seed < 0:
            raise InputError(
                f"The seed is {self.seed!r}; it must be a whole number of at least 0, such as 0."
            )
        if not isinstance(self.plan, Plan) and self.plan not in PLAN_NAMES:
            raise PlanError(
                f"The plan is {self.plan!r}; accepted: {', '.join(PLAN_NAMES)}, a Plan, or a JSON "
                "file with a plan. Training below the cut is not there yet."
            )
        if self.weights is not None and self.source == "auto":
            raise InputError(
                f"The weights file {self.weights!r} is given without a source, so its architecture "
                "is not known. Name it, for example: --source torchvision/resnet18."
            )

    @property
    def init(self) -> Init:
        """Where the weights of the frozen stages come from.

        Raises
        ------
        PlanError
            If the plan trains a stage or mixes pretrained and random stages.
        """
        if not isinstance(self.plan, Plan):
            return "pretrained"
        trained = [stage.name for stage in self.plan.suffix]
        inits = {stage.init for stage in self.plan.stages}
        if trained or len(inits) != 1:
            what = f"trains stage {trained[0]!r}" if trained else "mixes pretrained and random"
            raise PlanError(
                f"The plan {what}; accepted now: all stages frozen, all with the same init. "
                "Training below the cut is not there yet."
            )
        return inits.pop()
