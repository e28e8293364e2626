"""What is transferred, and how: one :class:`Plan` for every strategy of the field.

A plan has an entry for each stage of the backbone. Feature extraction is the plan whose stages
are all pretrained and frozen; a random-weights twin is the same plan with random stages; training
from scratch is the plan whose stages are all random and trained; a model without a network is the
plan whose stages have no weights (pixels, say). There is no code path named
after a strategy: everything below the edge of the program reads these entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, TypeVar, get_args

from headstart.errors import InputError, PlanError

Init = Literal["pretrained", "random", "none"]
Mode = Literal["frozen", "adapter", "train"]
HeadStart = Literal["probe", "zero"]
AdapterKind = Literal["lora", "bias", "pointwise"]
Statistics = Literal["batch", "source"]

_Part = TypeVar("_Part", bound="HeadPlan | AdapterPlan | TrainingPlan | StagePlan")


@dataclass(frozen=True)
class Budget:
    """How long a whole fit may take, reading the samples included.

    Parameters
    ----------
    seconds : float or None
        From the start of the command, above 0; None: as long as it takes.

    Raises
    ------
    InputError
        If it is no such number.

    Examples
    --------
    >>> Budget(120.0).left(50.0), Budget().left(50.0)
    (70.0, inf)
    """

    seconds: float | None = None

    def __post_init__(self) -> None:
        seconds = self.seconds
        number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if seconds is not None and not (number and 0.0 < seconds < float("inf")):
            raise InputError(
                f"The time limit is {seconds!r}; it must be a number of seconds above 0, such as "
                "60. Leave it out to take as long as it takes."
            )

    @property
    def is_limited(self) -> bool:
        """Whether there is an end to it."""
        return self.seconds is not None

    def left(self, spent: float) -> float:
        """Seconds that are left after so many; below 0 when it is overdrawn."""
        return float("inf") if self.seconds is None else self.seconds - spent


@dataclass(frozen=True)
class StagePlan:
    """What happens to one stage.

    Parameters
    ----------
    name : str
        The stage, as the source names it.
    init : {"pretrained", "random", "none"}
        Where its weights come from; none: it computes by a rule and has no weights.
    mode : {"frozen", "adapter", "train"}
        Whether they change. Frozen means eval mode: BatchNorm statistics stay too.
    lr_scale : float
        Factor on the learning rate, at least 0. Frozen stages ignore it.
    from_epoch : int
        The epoch, counted from 0, in which training of this stage begins (gradual unfreezing).
        Until then it is frozen.
    """

    name: str
    init: Init = "pretrained"
    mode: Mode = "frozen"
    lr_scale: float = 1.0
    from_epoch: int = 0

    def __post_init__(self) -> None:
        _check_text("name of a stage", self.name)
        of = f"of stage {self.name!r}"
        _check_choice(f"init {of}", self.init, get_args(Init))
        _check_choice(f"mode {of}", self.mode, get_args(Mode))
        _check_number(f"lr_scale {of}", self.lr_scale, "a number of at least 0", low=0)
        _check_whole(f"from_epoch {of}", self.from_epoch, low=0)
        if self.mode != "frozen" and self.init == "none":
            raise PlanError(
                f"Stage {self.name!r} has no weights and mode {self.mode!r}, but there is nothing "
                "to train; accepted: frozen. Correct it in the plan."
            )
        if self.mode == "adapter" and self.init == "random":
            raise PlanError(
                f"Stage {self.name!r} has random weights and mode 'adapter'. An adapter adjusts "
                "weights that are worth keeping; accepted for random weights: train or frozen. "
                "Correct it in the plan."
            )


@dataclass(frozen=True)
class HeadPlan:
    """The linear head: which stages it reads, how strongly it is regularised, where it starts.

    Parameters
    ----------
    stages : tuple of str
        The stages whose pooled vectors are joined. Empty: chosen by cross-validation, or the last
        stage where stages are trained.
    inverse_penalty : float or None
        scikit-learn's ``C``, above 0. None: chosen by cross-validation.
    start : {"probe", "zero"}
        What the head is when training of the stages begins: the fitted probe (Kumar and others,
        *Fine-tuning can distort pretrained features and underperform out-of-distribution*, 2022),
        or all zero, which suits random stages.
    lr_scale : float
        Factor on the learning rate while stages are trained, at least 0.
    """

    stages: tuple[str, ...] = ()
    inverse_penalty: float | None = None
    start: HeadStart = "probe"
    lr_scale: float = 1.0

    def __post_init__(self) -> None:
        if self.inverse_penalty is not None:
            accepted = "a number above 0, or null to have it chosen by cross-validation"
            what = "inverse_penalty of the head"
            _check_number(what, self.inverse_penalty, accepted, low=0, strict=True)
        repeated = [name for name in self.stages if self.stages.count(name) > 1]
        if repeated:
            raise PlanError(f"The head reads stage {repeated[0]!r} twice; name each stage once.")
        _check_choice("start of the head", self.start, get_args(HeadStart))
        _check_number("lr_scale of the head", self.lr_scale, "a number of at least 0", low=0)


@dataclass(frozen=True)
class AdapterPlan:
    """What mode ``"adapter"`` changes in a stage, and leaves alone.

    Parameters
    ----------
    kind : {"lora", "bias", "pointwise"}
        ``"lora"``: low-rank additions to linear and convolutional layers (Hu and others, *LoRA:
        low-rank adaptation of large language models*, 2021), by peft; ``"bias"``: biases alone
        (Ben Zaken and others, *BitFit*, 2022); ``"pointwise"``: everything but the filters of
        depthwise convolutions, whose gradients cost most on a processor.
    rank : int
        Of the additions, at least 1.
    scale : float
        Factor on the additions, above 0 (``lora_alpha / rank``).
    """

    kind: AdapterKind = "lora"
    rank: int = 8
    scale: float = 2.0

    def __post_init__(self) -> None:
        _check_choice("kind of the adapter", self.kind, get_args(AdapterKind))
        _check_whole("rank of the adapter", self.rank, low=1)
        _check_number("scale of the adapter", self.scale, "a number above 0", low=0, strict=True)


@dataclass(frozen=True)
class TrainingPlan:
    """How the stages after the cut are trained.

    Parameters
    ----------
    epochs : int
        Passes over the training samples, at least 1.
    batch_size : int
        Samples a step over all processes, at least 1.
    learning_rate : float
        AdamW's at its highest, above 0; each stage multiplies it by its ``lr_scale``.
    weight_decay : float
        AdamW's, at least 0; biases and norms are left out.
    warm_up : float
        Share of all steps in which the learning rate rises, 0 to 1; then it falls as a cosine
        (Loshchilov and Hutter, *SGDR*, 2017).
    clip_norm : float or None
        Longest gradient, above 0. None: any.
    label_smoothing : float
        At least 0 and below 1 (Szegedy and others, *Rethinking the Inception architecture*, 2016).
    mixup : float
        Strength of mixing pairs of samples, at least 0; 0: none (Zhang and others, *mixup: beyond
        empirical risk minimization*, 2018).
    balance : bool
        Whether rare classes weigh more where one class outnumbers another by half.
    validation : float
        Share of the training samples that is held back to judge each epoch, at least 0 and below 1.
    patience : int or None
        Epochs without a better validation loss before training ends. None: never.
    average_last : int
        Weights of so many last epochs are averaged (Izmailov and others, *Averaging weights leads
        to wider optima*, 2018); the average is kept where validation does not object. 1: none.
    l2_sp : float
        Pull towards the source's weights, at least 0 (Li and others, *Explicit inductive bias for
        transfer learning with convolutional networks*, 2018), decoupled as AdamW's decay is.
    views : tuple of str
        What is drawn from for each sample and epoch: ``"original"``, ``"mirrored"``, ...
    statistics : {"batch", "source"}
        Whether BatchNorm in pretrained trained stages follows the batches or keeps what it brought.
    """

    epochs: int = 10
    batch_size: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warm_up: float = 0.1
    clip_norm: float | None = 1.0
    label_smoothing: float = 0.0
    mixup: float = 0.0
    balance: bool = True
    validation: float = 0.15
    patience: int | None = None
    average_last: int = 1
    l2_sp: float = 0.0
    views: tuple[str, ...] = ("original", "mirrored")
    statistics: Statistics = "source"

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "average_last"):
            _check_whole(f"{name} of the training", getattr(self, name), low=1)
        if self.patience is not None:
            _check_whole("patience of the training", self.patience, low=1)
        if self.clip_norm is not None:
            _number_of_training(self, "clip_norm", "a number above 0, or null", strict=True)
        _number_of_training(self, "learning_rate", "a number above 0", strict=True)
        for name in ("weight_decay", "mixup", "l2_sp"):
            _number_of_training(self, name, "a number of at least 0")
        for name in ("label_smoothing", "validation"):
            _number_of_training(self, name, "a number of at least 0 and below 1", below=1)
        _number_of_training(self, "warm_up", "a number from 0 to 1", below=1.0000001)
        _check_choice("statistics of the training", self.statistics, get_args(Statistics))
        if not isinstance(self.balance, bool):
            raise PlanError(
                f"The balance of the training is {self.balance!r}; accepted: True, False. Correct "
                "it in the plan."
            )
        _check_views(self.views)


@dataclass(frozen=True)
class Plan:
    """A source, an entry per stage, a head, and how the stages are trained.

    Parameters
    ----------
    source : str
        A name in the catalogue, or ``run:PATH``.
    stages : tuple of StagePlan
        In the order of the source.
    head : HeadPlan
        What turns the backbone's output into an answer.
    training : TrainingPlan or None
        None where no stage is trained; a plan that trains and says nothing gets the defaults.
    adapter : AdapterPlan or None
        None where no stage has mode ``"adapter"``; likewise.

    Examples
    --------
    >>> plan = Plan("bundled/efficientnet-lite0", (StagePlan("stem"), StagePlan("blocks.0")))
    >>> plan.cut, [stage.name for stage in plan.prefix]
    (2, ['stem', 'blocks.0'])
    >>> Plan.from_dict(plan.to_dict()) == plan
    True
    """

    source: str
    stages: tuple[StagePlan, ...]
    head: HeadPlan = field(default_factory=HeadPlan)
    training: TrainingPlan | None = None
    adapter: AdapterPlan | None = None

    def __post_init__(self) -> None:
        _check_text("source of the plan", self.source)
        names = [stage.name for stage in self.stages]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise PlanError(f"The plan names stage {repeated[0]!r} twice; name each stage once.")
        unknown = [name for name in self.head.stages if name not in names]
        if unknown:
            raise PlanError(
                f"The head reads stage {unknown[0]!r}, which the plan does not have. "
                f"Stages: {', '.join(names)}."
            )
        if self.suffix and self.training is None:
            object.__setattr__(self, "training", TrainingPlan())
        if self.adapter is None and any(stage.mode == "adapter" for stage in self.stages):
            object.__setattr__(self, "adapter", AdapterPlan())
        _check_order(self)

    @property
    def cut(self) -> int:
        """Number of leading frozen stages: the prefix ends here."""
        for place, stage in enumerate(self.stages):
            if stage.mode != "frozen":
                return place
        return len(self.stages)

    @property
    def prefix(self) -> tuple[StagePlan, ...]:
        """The leading run of frozen stages."""
        return self.stages[: self.cut]

    @property
    def suffix(self) -> tuple[StagePlan, ...]:
        """Everything after the cut."""
        return self.stages[self.cut :]

    @property
    def transfers(self) -> bool:
        """Whether anything that the source learned goes into the model.

        Examples
        --------
        >>> frozen_plan("x/y", ["a"]).transfers, frozen_plan("x/y", ["a"], "random").transfers
        (True, False)
        """
        return not self.stages or any(stage.init == "pretrained" for stage in self.stages)

    def with_head(self, head: HeadPlan) -> Plan:
        """The same stages under another head."""
        return replace(self, head=head)

    def with_training(self, **changes: Any) -> Plan:
        """The same stages, trained in another way; a plan that trains nothing stays as it is.

        Raises
        ------
        PlanError
            If training has no such field, or does not accept the value.

        Examples
        --------
        >>> Plan("x/y", (StagePlan("a", mode="train"),)).with_training(epochs=3).training.epochs
        3
        """
        if self.training is None:
            return self
        return replace(self, training=changed_training(self.training, changes))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what does not apply is left out."""
        plain = asdict(self)
        plain["stages"] = [asdict(stage) for stage in self.stages]
        plain["head"]["stages"] = list(self.head.stages)
        if self.training is not None:
            plain["training"]["views"] = list(self.training.views)
        return {key: value for key, value in plain.items() if value is not None}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Plan:
        """Read what :meth:`to_dict` wrote, or what a person edited.

        Raises
        ------
        PlanError
            If a key is unknown or missing, or a value is not accepted.
        """
        try:
            unknown = sorted(set(plain) - {part.name for part in fields(cls)})
            if unknown:
                raise TypeError(f"the key {unknown[0]!r} is unknown")
            return cls(
                source=plain["source"],
                stages=tuple(_part(StagePlan, stage) for stage in plain["stages"]),
                head=_part(HeadPlan, plain.get("head") or {}),
                training=_optional(TrainingPlan, plain.get("training")),
                adapter=_optional(AdapterPlan, plain.get("adapter")),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, PlanError):
                raise
            raise PlanError(
                f"The plan cannot be understood: {error}. A plan has the keys source, stages (each "
                "with name, init, mode, lr_scale, from_epoch), head, and, for stages that are "
                "trained, training and adapter."
            ) from error


def _part(kind: type[_Part], plain: Mapping[str, Any]) -> _Part:
    """A part of a plan; one name stands for a list of one."""
    lists = {"stages", "views"} & set(plain)
    values: dict[str, Any] = {
        key: ((value,) if isinstance(value, str) else tuple(value)) if key in lists else value
        for key, value in plain.items()
    }
    part: Any = kind
    made: _Part = part(**values)
    return made


def changed_training(training: TrainingPlan, changes: Mapping[str, Any]) -> TrainingPlan:
    """The same training but for some of its fields.

    Raises
    ------
    PlanError
        If training has no such field, or does not accept the value.

    Examples
    --------
    >>> changed_training(TrainingPlan(), {"epochs": 3}).epochs
    3
    """
    known = [part.name for part in fields(TrainingPlan)]
    unknown = sorted(set(changes) - set(known))
    if unknown:
        raise PlanError(
            f"The training has no field {unknown[0]!r}; accepted: {', '.join(known)}. Correct its "
            "name."
        )
    return _part(TrainingPlan, {**asdict(training), **changes})


def _optional(kind: type[_Part], plain: Mapping[str, Any] | None) -> _Part | None:
    return None if plain is None else _part(kind, plain)


def _check_order(plan: Plan) -> None:
    """Refuse what no training can carry out.

    Raises
    ------
    PlanError
        If a stage is trained below one that is frozen with random weights, or never.
    """
    trained: StagePlan | None = None
    for stage in plan.stages:
        if stage.mode != "frozen":
            trained = trained or stage
        elif stage.init == "random" and trained is not None:
            raise PlanError(
                f"Stage {trained.name!r} is trained below stage {stage.name!r}, which is frozen "
                "with random weights: what comes out of it says little of what was learned before "
                f"it. Train {stage.name!r} too, or give it pretrained weights."
            )
    epochs = 1 if plan.training is None else plan.training.epochs
    late = [one for one in plan.suffix if one.mode != "frozen" and one.from_epoch >= epochs]
    if late:
        raise PlanError(
            f"Stage {late[0].name!r} is to be trained from epoch {late[0].from_epoch} on, but the "
            f"epochs are {epochs}, counted from 0. Choose an earlier one, or more epochs."
        )


def _check_text(what: str, value: object) -> None:
    if not isinstance(value, str):
        raise PlanError(f"The {what} is {value!r}; it must be text. Correct it in the plan.")


def _check_choice(what: str, value: object, accepted: Sequence[str]) -> None:
    if value not in accepted:
        raise PlanError(
            f"The {what} is {value!r}; accepted: {', '.join(accepted)}. Correct it in the plan."
        )


def _check_number(
    what: str,
    value: Any,
    accepted: str,
    low: float,
    below: float = float("inf"),
    strict: bool = False,
) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not (low < value if strict else low <= value) or not value < below:
        raise PlanError(f"The {what} is {value!r}; it must be {accepted}. Correct it in the plan.")


def _number_of_training(
    plan: TrainingPlan, name: str, accepted: str, below: float = float("inf"), strict: bool = False
) -> None:
    value = getattr(plan, name)
    _check_number(f"{name} of the training", value, accepted, 0.0, below, strict)


def _check_views(views: object) -> None:
    named = isinstance(views, tuple) and all(isinstance(view, str) for view in views)
    if not named or not views:
        raise PlanError(
            f"The views of the training are {views!r}; at least one name is needed, such as "
            "'original'. Correct it in the plan."
        )


def _check_whole(what: str, value: Any, low: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < low:
        raise PlanError(
            f"The {what} is {value!r}; it must be a whole number of at least {low}. Correct it in "
            "the plan."
        )


def frozen_plan(source: str, stage_names: Sequence[str], init: Init = "pretrained") -> Plan:
    """Every stage frozen: feature extraction, its random-weights twin, or no network at all.

    Examples
    --------
    >>> [stage.init for stage in frozen_plan("bundled/x", ["a", "b"], "random").stages]
    ['random', 'random']
    """
    return Plan(source, tuple(StagePlan(name, init=init) for name in stage_names))
