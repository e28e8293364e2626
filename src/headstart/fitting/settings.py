"""What a fit is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from headstart.activations.classical import CLASSICAL_SOURCE
from headstart.activations.preparation import Request
from headstart.activations.room import StatesChoice
from headstart.backbones.at_hand import sources_at_hand
from headstart.backbones.catalogue import RUN, default_source
from headstart.data.dataset import Modality
from headstart.errors import InputError, PlanError
from headstart.plan import Budget, Init, Plan, TrainingPlan, changed_training
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
    candidates : tuple of Request
        Sources to choose from, where there are several; ``source`` is ``"auto"`` then.
    time_limit : float or None
        Seconds for the whole fit, above 0, in which plans are tried; None: as long as it takes.
    fallback : bool
        Whether the model without transfer is saved where transfer hurts.
    holds_out : bool
        Whether a part is held out when no test set is given. Without, the model learns from all
        and there is no figure.
    keeps_interrupted : bool
        Whether a training that is interrupted ends with the best weights so far.
    keeps_samples : bool
        Whether some training samples go into the run, small, to be shown beside new ones.
    modality : {"image", "text", "embedding"}
        What the samples are, as soon as they have been read.

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
    candidates: tuple[Request, ...] = ()
    time_limit: float | None = None
    fallback: bool = True
    holds_out: bool = True
    keeps_interrupted: bool = False
    keeps_samples: bool = True
    modality: Modality = "image"

    def __post_init__(self) -> None:
        task_named(self.task)
        if not isinstance(self.plan, (Plan, PlanName)):
            raise PlanError(
                f"The plan is {self.plan!r}; accepted: a Plan, or a name that read_plan_name gives."
            )
        changed_training(TrainingPlan(), self.training)
        check_training(self.training, self.plan, self.trains)
        self._check_without_network()
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
        if self.candidates and self.source != "auto":
            raise InputError(
                f"The source is {self.source!r}, and {len(self.candidates)} sources are to be "
                "compared. Accepted: one of the two. Leave the source out, or name it among the "
                "others."
            )
        if self.budget.is_limited and not self._is_open:
            raise PlanError(
                f"The time limit is {self.time_limit!r}, but the plan {_shown(self.plan)} leaves "
                "nothing to choose in that time. Accepted with a time limit: the plans auto and "
                "freeze:auto. Leave out the limit, or the plan; --epochs makes one plan shorter."
            )
        if self.weights is not None and self.source_name("auto") == "auto":
            raise InputError(
                f"The weights file {self.weights!r} is given without a source, so its architecture "
                "is not known. Name it, for example: --source torchvision/resnet18."
            )

    def _check_without_network(self) -> None:
        """Stages without weights are those of the classical features, and of nothing else."""
        stages = self.plan.stages if isinstance(self.plan, Plan) else ()
        bare = [stage.name for stage in stages if stage.init == "none"]
        is_classical = self.source_name("auto") == CLASSICAL_SOURCE
        if bare and not is_classical:
            raise PlanError(
                f"The plan says that stage {bare[0]!r} of {self.source_name('auto')!r} has no "
                f"weights; accepted: pretrained or random, or the source {CLASSICAL_SOURCE!r}. "
                "Correct the init in the plan."
            )
        if is_classical and (self.trains or self.weights is not None or self.random_twin):
            raise PlanError(
                f"The source {CLASSICAL_SOURCE!r} is no network, so there is nothing to train, to "
                "load or to make random. Accepted for it: the plans auto and probe. Choose another "
                "source, or leave the rest out."
            )

    @property
    def budget(self) -> Budget:
        """How long the whole fit may take."""
        return Budget(self.time_limit)

    @property
    def searches(self) -> bool:
        """Whether plans are tried, because the one to take is open."""
        if not isinstance(self.plan, PlanName):
            return False
        return self.plan.searches or self.budget.is_limited

    @property
    def _is_open(self) -> bool:
        return isinstance(self.plan, PlanName) and self.plan.is_open

    @property
    def trains(self) -> bool:
        """Whether stages may be trained; names tell for certain only with the stages at hand."""
        if isinstance(self.plan, Plan):
            mixed = len({stage.init for stage in self.plan.stages}) > 1
            return bool(self.plan.suffix) or mixed
        return self.searches or not self.plan.is_frozen

    @property
    def must_train(self) -> bool:
        """Whether the plan asks for stages to be trained, where ready embeddings have none."""
        return self.trains and not (isinstance(self.plan, PlanName) and self.plan.is_frozen)

    @property
    def init(self) -> Init:
        """Where the weights of the frozen stages of a plan that trains nothing come from."""
        if not isinstance(self.plan, Plan) or not self.plan.stages:
            return "none" if self.source_name("auto") == CLASSICAL_SOURCE else "pretrained"
        return self.plan.stages[0].init

    @property
    def is_vouched_for(self) -> bool:
        """Whether the weights are known ones, and not those of a run or of somebody's file.

        What nobody vouches for may have learned nothing of use, or be mere random numbers.
        """
        return self.weights is None and not self.source_name("auto").startswith(RUN)

    @property
    def needs_twin(self) -> bool:
        """Whether the same network with random weights is compared with.

        A linear model on random weights can beat the classical features. So where nobody vouches
        for the weights, only their random twin tells whether what they learned is of use; within a
        time limit there may be no time for it.
        """
        transfers = (
            self.plan.transfers if isinstance(self.plan, Plan) else self.plan.init == "pretrained"
        )
        asks = not self.is_vouched_for and transfers and not self.budget.is_limited
        return self.random_twin or asks

    @property
    def compares_sources(self) -> bool:
        """Whether the source is to be chosen from several: those given, or with a time limit those
        at hand.
        """
        if self.candidates or not self.budget.is_limited or self.source != "auto":
            return len(self.candidates) > 1
        return len(self.requests) > 1

    @property
    def requests(self) -> tuple[Request, ...]:
        """The sources to choose from: those given, the one that is named, or those at hand."""
        if self.candidates:
            return self.candidates
        named = self.source_name("auto")
        if named != "auto":
            return (Request(named, self.weights),)
        return tuple(Request(name) for name in sources_at_hand(self.modality))

    @property
    def source_to_read(self) -> str:
        """The source that is named, or the default one for the samples."""
        named = self.source_name("auto")
        return default_source(self.modality) if named == "auto" else named

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


def _shown(plan: Plan | PlanName) -> str:
    return repr(str(plan)) if isinstance(plan, PlanName) else f"for {plan.source!r}"


def check_training(training: Mapping[str, Any], plan: Plan | PlanName, trains: bool) -> None:
    """Refuse to change a training that does not take place.

    Raises
    ------
    PlanError
        If there is something to change, and no stage is trained.
    """
    if not training or trains:
        return
    named = f"The plan {str(plan)!r}" if isinstance(plan, PlanName) else "The plan"
    fields = " and ".join(name.replace("_", " ") for name in training)
    raise PlanError(
        f"{named} trains no stage, so the {fields} of the training would change nothing. Leave "
        "that out, or choose a plan that trains, for example full or freeze:-1."
    )
