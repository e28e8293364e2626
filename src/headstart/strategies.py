"""The names that people give to plans, read once at the edge of the program.

This is the only place that knows them. A name becomes a :class:`~headstart.plan.Plan` as soon as
the stages of the source are known; below that, there are only plans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from headstart.errors import PlanError
from headstart.plan import (
    AdapterPlan,
    HeadPlan,
    Init,
    Plan,
    StagePlan,
    TrainingPlan,
    frozen_plan,
)


@dataclass(frozen=True)
class Recipe:
    """How stages are trained that read one kind of samples.

    Parameters
    ----------
    fine_tuning : TrainingPlan
        Where trained stages bring weights along.
    from_scratch : TrainingPlan
        Where some begin with random weights.
    layer_decay : float
        Learning rate of a pretrained stage relative to the one after it (layer-wise learning rates:
        Howard and Ruder, *Universal language model fine-tuning*, 2018).
    """

    fine_tuning: TrainingPlan
    from_scratch: TrainingPlan
    layer_decay: float

    def scale(self, stages: Sequence[str], place: int) -> float:
        """Factor on the learning rate of the stage at ``place``."""
        return round(self.layer_decay ** (len(stages) - 1 - place), 4)


#: For pictures: chosen by cross-validation on the training sets of ants_bees and chest_xray.
PICTURES = Recipe(
    TrainingPlan(
        epochs=5, batch_size=16, learning_rate=2e-4, weight_decay=0.05, label_smoothing=0.1
    ),
    TrainingPlan(epochs=40, learning_rate=2e-3, weight_decay=0.05, patience=10),
    layer_decay=0.75,
)
#: For texts: chosen on film reviews that no figure is measured on. A text has one view.
TEXTS = Recipe(
    TrainingPlan(epochs=3, batch_size=16, learning_rate=1e-4, validation=0.1, views=("original",)),
    TrainingPlan(epochs=20, learning_rate=5e-4, patience=5, views=("original",)),
    layer_decay=0.9,
)
RECIPES: Mapping[str, Recipe] = {"image": PICTURES, "text": TEXTS}
#: A head that begins at zero has everything to learn, while pretrained stages do not.
_NEW_HEAD = HeadPlan(start="zero", lr_scale=2.0)


#: From source, stage names, argument and recipe to the plan.
Build = Callable[[str, tuple[str, ...], str | None, Recipe], Plan]


@dataclass(frozen=True)
class PlanName:
    """A strategy by name, before the stages of its source are known.

    Parameters
    ----------
    name : str
        One of :data:`STRATEGIES`.
    argument : str or None
        What stands after the colon: a number of stages, a stage, a rank.

    Raises
    ------
    PlanError
        If there is no such name.

    Examples
    --------
    >>> plan = read_plan_name("freeze:1").plan("x/y", ["stem", "block", "top"])
    >>> [stage.mode for stage in plan.stages]
    ['frozen', 'train', 'train']
    """

    name: str
    argument: str | None = None

    def __post_init__(self) -> None:
        if self.name not in STRATEGIES:
            raise PlanError(f"The plan is {self.name!r}; accepted: {accepted_plans()}.")

    def __str__(self) -> str:
        return self.name if self.argument is None else f"{self.name}:{self.argument}"

    @property
    def is_frozen(self) -> bool:
        """Whether it trains no stage, whatever the source."""
        return self.name in _FROZEN

    @property
    def is_open(self) -> bool:
        """Whether it can be found by trying some plans."""
        return self.ladder(()) is not None

    @property
    def searches(self) -> bool:
        """Whether it is found so without being given a time limit."""
        ladder = self.ladder(())
        return ladder is not None and not ladder.takes_long

    def ladder(self, stages: Sequence[str]) -> Ladder | None:
        """The plans to try for a source with these stages; None where there is nothing to try."""
        return STRATEGIES[self.name].ladder(tuple(stages), self.argument)

    @property
    def init(self) -> Init:
        """``"random"`` where no pretrained weights are needed."""
        return STRATEGIES[self.name].init

    def plan(
        self, source: str, stages: Sequence[str], modality: str = "image", **training: Any
    ) -> Plan:
        """The plan for a source with these stages.

        Parameters
        ----------
        source : str
            Its name.
        stages : sequence of str
            Their names in order.
        modality : str
            What the source reads.
        training
            Fields of the training part that are to be other than usual. Stages that are unfrozen
            one after the other fit into fewer epochs too.

        Raises
        ------
        PlanError
            If the argument does not fit the stages, or a field is not accepted.
        """
        recipe = RECIPES.get(modality, PICTURES)
        plan = STRATEGIES[self.name].build(source, tuple(stages), self.argument, recipe)
        return _unfrozen_in_time(plan, training.get("epochs")).with_training(**training)


@dataclass(frozen=True)
class Ladder:
    """Plans by how much they train; the first is the probe.

    Parameters
    ----------
    question : str
        What trying them decides.
    plans : mapping of str to PlanName
        By what a person calls each, in their order.
    starts_low : bool
        Whether the plan after the probe is tried next, because each further one costs more; else
        it is the first guess that is.
    patience : int
        So many trials in a row that do not help are enough.
    takes_long : bool
        Whether a time limit has to allow it.
    """

    question: str
    plans: Mapping[str, PlanName]
    starts_low: bool = False
    patience: int = 2
    takes_long: bool = False

    def place(self, name: PlanName) -> int:
        """Where a plan stands; the first place where it does not."""
        names = list(self.plans.values())
        return names.index(name) if name in names else 0


def _known(stages: tuple[str, ...], argument: str | None) -> Ladder | None:
    """Nothing to try: the name says it all."""
    return None


@dataclass(frozen=True)
class Strategy:
    """How a name becomes a plan.

    Parameters
    ----------
    usage : str
        As it is typed.
    meaning : str
        A few words for the help.
    build : callable
        From source, stage names, argument and recipe to the plan.
    init : {"pretrained", "random"}
        Whether pretrained weights are needed at all.
    ladder : callable
        From stage names and argument to the plans to try; None where there is nothing to try.
    """

    usage: str
    meaning: str
    build: Build
    init: Init = "pretrained"
    ladder: Callable[[tuple[str, ...], str | None], Ladder | None] = _known


def read_plan_name(text: str) -> PlanName:
    """Read ``"freeze:3"`` and its like.

    Raises
    ------
    PlanError
        If there is no such name, or an argument is missing or too much.
    """
    name, colon, argument = text.partition(":")
    strategy = STRATEGIES.get(name)
    if strategy is None:
        raise PlanError(f"The plan is {text!r}; accepted: {accepted_plans()}.")
    wants = strategy.usage.partition(":")[2]
    if bool(argument) != bool(colon) or (argument and not wants):
        raise PlanError(f"The plan is {text!r}; it is written {strategy.usage}.")
    if wants and not wants.startswith("[") and not argument:
        raise PlanError(
            f"The plan is {text!r}, which does not say where to cut; it is written "
            f"{strategy.usage}, for example {name}:3."
        )
    return PlanName(name, argument or None)


def accepted_plans() -> str:
    """All names as they are typed, for messages."""
    names = ", ".join(strategy.usage for strategy in STRATEGIES.values())
    return f"{names}, a Plan, or a JSON file with a plan"


def _probe(source: str, stages: tuple[str, ...], argument: str | None, recipe: Recipe) -> Plan:
    return frozen_plan(source, stages)


def _freeze(source: str, stages: tuple[str, ...], argument: str | None, recipe: Recipe) -> Plan:
    count = count_of(argument or "", stages)
    return _trained(source, stages, count, recipe)


def _cuts(stages: tuple[str, ...], argument: str | None) -> Ladder | None:
    """All cuts from the last to the first: a late one is cheap, an early one has to pay."""
    if argument != "auto":
        return None
    plans = {
        f"freeze:{stages[cut - 1]}" if cut else "full": PlanName("freeze", str(cut))
        for cut in range(len(stages) - 1, -1, -1)
    }
    return Ladder("where to cut", {"probe": PlanName("probe"), **plans}, starts_low=True)


def _ways(stages: tuple[str, ...], argument: str | None) -> Ladder | None:
    """From the last stage to all of them, and last without the source's knowledge.

    Each costs more than the one before it.
    """
    late = [PlanName("freeze", f"-{count}") for count in (1, 2) if count < len(stages)]
    whole = [PlanName(name) for name in ("bias", "pointwise", "full", "scratch")]
    names = [PlanName("probe"), *late, *whole]
    plans = {str(name): name for name in names}
    return Ladder("how much to transfer", plans, patience=3, takes_long=True)


def _full(source: str, stages: tuple[str, ...], argument: str | None, recipe: Recipe) -> Plan:
    return _trained(source, stages, 0, recipe)


def _gradual(source: str, stages: tuple[str, ...], argument: str | None, recipe: Recipe) -> Plan:
    """The last stage from the first epoch on, each epoch one more (Howard and Ruder, 2018)."""
    starts = [len(stages) - 1 - place for place in range(len(stages))]
    training = replace(recipe.fine_tuning, epochs=max(recipe.fine_tuning.epochs, len(stages) + 1))
    entries = tuple(
        StagePlan(name, mode="train", lr_scale=recipe.scale(stages, place), from_epoch=start)
        for place, (name, start) in enumerate(zip(stages, starts, strict=True))
    )
    return Plan(source, entries, HeadPlan(stages[-1:]), training)


def _unfrozen_in_time(plan: Plan, epochs: int | None) -> Plan:
    """The last stage to be unfrozen still has an epoch to learn in."""
    latest = max((stage.from_epoch for stage in plan.stages), default=0)
    if epochs is None or epochs < 1 or latest < epochs:
        return plan
    stages = tuple(
        replace(stage, from_epoch=stage.from_epoch * (epochs - 1) // latest)
        for stage in plan.stages
    )
    return replace(plan, stages=stages)


def _adapted(kind: str) -> Build:
    def build(source: str, stages: tuple[str, ...], argument: str | None, recipe: Recipe) -> Plan:
        adapter = AdapterPlan(kind) if argument is None else AdapterPlan(kind, _rank(argument))  # type: ignore[arg-type]
        entries = tuple(StagePlan(name, mode="adapter") for name in stages)
        return Plan(source, entries, HeadPlan(stages[-1:]), recipe.fine_tuning, adapter)

    return build


def _scratch(source: str, stages: tuple[str, ...], argument: str | None, recipe: Recipe) -> Plan:
    entries = tuple(StagePlan(name, "random", "train") for name in stages)
    return Plan(source, entries, _head(stages, _NEW_HEAD), recipe.from_scratch)


def _copy(source: str, stages: tuple[str, ...], argument: str | None, recipe: Recipe) -> Plan:
    """The first stages from the source and the others new (Yosinski and others, 2014)."""
    count = count_of(argument or "", stages)
    entries = tuple(
        StagePlan(name, "pretrained" if place < count else "random", "train")
        for place, name in enumerate(stages)
    )
    return Plan(source, entries, _head(stages, _NEW_HEAD), recipe.from_scratch)


def _head(stages: tuple[str, ...], like: HeadPlan) -> HeadPlan:
    return HeadPlan(stages[-1:], start=like.start, lr_scale=like.lr_scale)


def _trained(source: str, stages: tuple[str, ...], frozen: int, recipe: Recipe) -> Plan:
    """The first ``frozen`` stages frozen, the others trained, the earlier the more slowly."""
    entries = tuple(
        StagePlan(name)
        if place < frozen
        else StagePlan(name, mode="train", lr_scale=recipe.scale(stages, place))
        for place, name in enumerate(stages)
    )
    if frozen == len(stages):
        return Plan(source, entries)
    return Plan(source, entries, HeadPlan(stages[-1:]), recipe.fine_tuning)


def count_of(text: str, stages: Sequence[str]) -> int:
    """How many leading stages ``text`` means: a number, or the name of the last of them.

    A number below 0 counts from the end, as in Python: ``-2`` is all but the last two. A number
    is a number even where a stage is called so.

    Raises
    ------
    PlanError
        If there is no such stage or number.

    Examples
    --------
    >>> stages = ["stem", "block", "top"]
    >>> count_of("2", stages), count_of("-1", stages), count_of("stem", stages)
    (2, 2, 1)
    """
    try:
        number = int(text)
    except ValueError:
        number = len(stages) + 1
    count = number + len(stages) if number < 0 else number
    if 0 <= count <= len(stages):
        return count
    if text in stages:
        return list(stages).index(text) + 1
    raise PlanError(
        f"{text!r} is neither a stage nor a number of stages; accepted: 0 to {len(stages)}, "
        f"-1 to -{len(stages)}, or one of {', '.join(stages)}."
    )


def _rank(text: str) -> int:
    if not text.isdecimal():
        raise PlanError(f"The rank {text!r} of lora must be a whole number of at least 1: lora:8.")
    return int(text)


STRATEGIES: dict[str, Strategy] = {
    "auto": Strategy(
        "auto", "probe, or with a time limit the best of what can be tried", _probe, ladder=_ways
    ),
    "probe": Strategy("probe", "all stages frozen, a linear head", _probe),
    "freeze": Strategy(
        "freeze:K",
        "the first K stages (or up to stage K) frozen; K auto: tried out",
        _freeze,
        ladder=_cuts,
    ),
    "full": Strategy("full", "all stages trained, the earlier the more slowly", _full),
    "gradual": Strategy("gradual", "one more stage trained each epoch, from the last", _gradual),
    "lora": Strategy("lora:[RANK]", "low-rank additions trained", _adapted("lora")),
    "bias": Strategy("bias", "biases trained", _adapted("bias")),
    "pointwise": Strategy("pointwise", "all trained but depthwise filters", _adapted("pointwise")),
    "scratch": Strategy(
        "scratch", "the architecture alone, trained from random weights", _scratch, "random"
    ),
    "copy": Strategy("copy:K", "the first K stages pretrained, the others random", _copy),
}
_FROZEN = ("auto", "probe")
