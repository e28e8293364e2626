"""What a fit is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from headstart.activations.room import StatesChoice
from headstart.errors import InputError, PlanError
from headstart.plan import Init, Plan, TrainingPlan, changed_training
from headstart.strategies import PlanName
from headstart.tasks.classification import ClassificationTask
from headstart.tasks.registry import task_named


@dataclass(frozen=True)
class Settings:
    """What a fit is asked for.

    Parameters
    ----------
    source : str
        A name in the catalogue, ``run:PATH``, or ``"auto"``.
    plan : Plan or PlanName
        A plan, or the name of one, which becomes a plan once the stages are known.
    weights : str or None
        Local file of weights for the source.
    test_fraction : float
        Share of the samples that is held out when no test set is given, above 0 and below 1.
    seed : int
        For splits, folds, resampling and training, at least 0.
    random_twin : bool
        Whether to compare with the same network with random weights.
    task : {"classification", "regression"}
        What is predicted.
    training : mapping of str to value
        Fields of the plan's training part that are to be other than the plan says.
    states : {"auto", "store", "recompute"}
        Whether the states at the cut are stored or computed again in each epoch.
    resume : bool
        Whether to go on with the same fit where an earlier one was broken off.
    processes : int
        That train together, at least 1.
    holds_out : bool
        Whether a part is held out when no test set is given. Without, the model learns from all
        and there is no figure.
    keeps_interrupted : bool
        Whether a training that is interrupted ends with the best weights so far.

    Raises
    ------
    InputError, PlanError
        If a value is not accepted.
    """

    source: str = "auto"
    plan: Plan | PlanName = field(default_factory=lambda: PlanName("auto"))
    weights: str | None = None
    test_fraction: float = 0.2
    seed: int = 0
    random_twin: bool = False
    task: str = ClassificationTask.name
    training: Mapping[str, Any] = field(default_factory=dict)
    states: StatesChoice = "auto"
    resume: bool = False
    processes: int = 1
    holds_out: bool = True
    keeps_interrupted: bool = False

    def __post_init__(self) -> None:
        task_named(self.task)
        if not isinstance(self.plan, (Plan, PlanName)):
            raise PlanError(
                f"The plan is {self.plan!r}; accepted: a Plan, or a name that read_plan_name gives."
            )
        changed_training(TrainingPlan(), self.training)
        if not 0.0 < self.test_fraction < 1.0:
            raise InputError(
                f"The test_size is {self.test_fraction!r}; it must be a share above 0 and below 1, "
                "such as 0.2."
            )
        for name, value, least in (("seed", self.seed, 0), ("processes", self.processes, 1)):
            if value < least:
                raise InputError(
                    f"The {name} is {value!r}; it must be a whole number of at least {least}, such "
                    f"as {least}."
                )
        if self.states not in get_args(StatesChoice):
            raise InputError(
                f"The states are {self.states!r}; accepted: {', '.join(get_args(StatesChoice))}."
            )
        if self.weights is not None and self.source_name("auto") == "auto":
            raise InputError(
                f"The weights file {self.weights!r} is given without a source, so its architecture "
                "is not known. Name it, for example: --source torchvision/resnet18."
            )

    @property
    def trains(self) -> bool:
        """Whether stages may be trained; names tell for certain only with the stages at hand."""
        if isinstance(self.plan, Plan):
            mixed = len({stage.init for stage in self.plan.stages}) > 1
            return bool(self.plan.suffix) or mixed
        return not self.plan.is_frozen

    @property
    def init(self) -> Init:
        """Where the weights of the frozen stages of a plan that trains nothing come from."""
        if not isinstance(self.plan, Plan) or not self.plan.stages:
            return "pretrained"
        return self.plan.stages[0].init

    def source_name(self, default: str) -> str:
        """The source that settings and plan name; ``default`` where neither does.

        Raises
        ------
        PlanError
            If they name two.
        """
        planned = self.plan.source if isinstance(self.plan, Plan) else "auto"
        named = {name for name in (self.source, planned) if name != "auto"}
        if len(named) > 1:
            raise PlanError(
                f"The source is {self.source!r}, but the plan is one for {planned!r}. Leave one "
                "out, or name the same source in both."
            )
        return next(iter(named), default)
